using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.HAProxy;

/// <summary>HAProxy's runtime commands, typed. Every method throws <see cref="HAProxyException"/> and nothing else of its own.</summary>
public sealed partial class RuntimeClient
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly RuntimeSocket socket;
    private readonly string prefix;

    public RuntimeClient(string adminSocketPath, TimeSpan? timeout = null, TimeProvider? time = null)
        : this(new RuntimeSocket(adminSocketPath, timeout ?? DefaultTimeout, time ?? TimeProvider.System), "")
    {
    }

    /// <summary>Speaks to one worker through the master's socket, a replaced one as well.</summary>
    internal RuntimeClient(RuntimeSocket master, int workerPid)
        : this(master, string.Create(CultureInfo.InvariantCulture, $"@!{workerPid} "))
    {
    }

    private RuntimeClient(RuntimeSocket socket, string prefix) => (this.socket, this.prefix) = (socket, prefix);

    public async Task<ImmutableSortedDictionary<string, string>> GetMapAsync(string map, CancellationToken cancellation = default)
    {
        var entries = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(await AskAsync($"show map {Word(map)}", cancellation)))
        {
            var words = line.Split(' ');
            if (words.Length != 3 || !words[0].StartsWith("0x", StringComparison.Ordinal))
                throw Refused(line);
            entries[words[1]] = words[2];
        }
        return entries.ToImmutable();
    }

    /// <summary>Changes an entry that is there.</summary>
    public Task SetMapAsync(string map, string key, string value, CancellationToken cancellation = default) =>
        DoAsync($"set map {Word(map)} {Word(key)} {Word(value)}", cancellation);

    /// <summary>Changes an entry that is there, and reads it back in the same exchange.</summary>
    /// <returns>What the entry says now; null where there is none.</returns>
    public async Task<string?> MoveMapAsync(string map, string key, string value, CancellationToken cancellation = default)
    {
        var entry = $"{Word(map)} {Word(key)}";
        var lines = Lines(await AskAsync($"set map {entry} {Word(value)};{prefix}get map {entry}", cancellation));
        var found = lines.Length > 0 ? EntryPattern().Match(lines[^1]) : Match.Empty;
        return found switch
        {
            { Success: false } => throw Refused(string.Join(' ', lines)),
            { } match when !match.Groups["value"].Success => null,
            { } match when lines.Length == 1 => match.Groups["value"].Value,
            _ => throw Refused(lines[0]),
        };
    }

    /// <summary>Adds an entry. HAProxy keeps duplicates, so the caller looks first.</summary>
    public Task AddMapAsync(string map, string key, string value, CancellationToken cancellation = default) =>
        DoAsync($"add map {Word(map)} {Word(key)} {Word(value)}", cancellation);

    public Task DeleteMapAsync(string map, string key, CancellationToken cancellation = default) =>
        DoAsync($"del map {Word(map)} {Word(key)}", cancellation);

    /// <summary>Points a server elsewhere. Its idle connections are dropped, its requests in flight end where they began.</summary>
    public async Task SetServerAddressAsync(
        string backend, string server, string address, int port, CancellationToken cancellation = default)
    {
        if (!Identifiers.IsAddress(address))
            throw new ArgumentException($"'{address}' is not an IP address.", nameof(address));
        // This command has a comment for every outcome, success too; reading back decides.
        var answer = await AskAsync(
            string.Create(CultureInfo.InvariantCulture, $"set server {Word(backend)}/{Word(server)} addr {address} port {port}"), cancellation);
        var rows = await ShowServersAsync(backend, cancellation);
        if (!rows.Any(row => row.Server == server && row.Address == address && row.Port == port))
            throw Refused(answer.Trim());
    }

    public Task SetServerStateAsync(string backend, string server, ServerState state, CancellationToken cancellation = default)
    {
        var word = state switch
        {
            ServerState.Ready => "ready",
            ServerState.Drain => "drain",
            ServerState.Maint => "maint",
        };
        return DoAsync($"set server {Word(backend)}/{Word(server)} state {word}", cancellation);
    }

    public async Task<ImmutableArray<ServerRow>> ShowServersAsync(string? backend = null, CancellationToken cancellation = default)
    {
        var command = backend is null ? "show servers state" : $"show servers state {Word(backend)}";
        return RuntimeAnswers.Servers(await AskAsync(command, cancellation));
    }

    /// <summary>So many proxies are asked for by name in one exchange; more need a longer line than HAProxy reads.</summary>
    public const int MostNamed = 64;

    /// <param name="proxies">Frontends and backends by name, at most <see cref="MostNamed"/>; those that are not there are left out. Null: all.</param>
    /// <param name="backendsOnly">Leaves servers and frontends out: much shorter where there are many slots.</param>
    public async Task<ImmutableArray<StatRow>> ShowStatsAsync(
        IReadOnlyCollection<string>? proxies = null, bool backendsOnly = false, CancellationToken cancellation = default)
    {
        if (proxies is { Count: 0 })
            return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(proxies?.Count ?? 0, MostNamed, nameof(proxies));
        var commands = (proxies?.Select(Word) ?? ["-1"]).Select(proxy => $"show stat {proxy} {(backendsOnly ? "2" : "7")} -1");
        return RuntimeAnswers.Stats(await AskAsync(string.Join($";{prefix}", commands), cancellation));
    }

    /// <summary>A stick table's entries with what their first general counter says.</summary>
    public async Task<ImmutableArray<KeyValuePair<string, long>>> ShowCountsAsync(string table, CancellationToken cancellation = default) =>
        RuntimeAnswers.Counts(await AskAsync($"show table {Word(table)}", cancellation));

    public async Task<InfoRow> ShowInfoAsync(CancellationToken cancellation = default) =>
        RuntimeAnswers.Info(await AskAsync("show info", cancellation));

    private Task<string> AskAsync(string command, CancellationToken cancellation) => socket.ExecuteAsync(prefix + command, cancellation);

    // HAProxy's protocol has no status code: a change that worked is answered by an empty line, anything else is its objection.
    private async Task DoAsync(string command, CancellationToken cancellation)
    {
        var answer = (await AskAsync(command, cancellation)).Trim();
        if (answer.Length > 0)
            throw Refused(answer);
    }

    private static string Word(string text) => Identifiers.Require("a word of a command", text, Identifiers.IsWord);

    [GeneratedRegex("^type=[a-z]+, case=[a-z]+, found=(no$|yes,.* value=\"(?<value>[^\"]*)\")")]
    private static partial Regex EntryPattern();

    private static HAProxyException Refused(string answer) => new(HAProxyFault.Refused, answer.Split('\n')[0]);

    private static string[] Lines(string answer) =>
        answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
