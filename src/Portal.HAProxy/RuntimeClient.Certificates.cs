using System.Collections.Immutable;

namespace Portal.HAProxy;

/// <summary>The commands that certificates come and go by. Nothing is reloaded, and what is connected stays so.</summary>
public sealed partial class RuntimeClient
{
    private const string Success = "Success!";

    /// <returns>File → the names that it is served for, separated by blanks.</returns>
    internal async Task<ImmutableSortedDictionary<string, string>> GetCertificateListAsync(string list, CancellationToken cancellation)
    {
        var lines = Lines(await AskAsync($"show ssl crt-list -n {Word(list)}", cancellation));
        if (lines is not [var head, ..] || head != $"# {list}")
            throw Refused(string.Join(' ', lines));
        var entries = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var line in lines[1..])
        {
            // "certificates/x.pem:3 a.example b.example"
            var words = line.Split(' ', 2);
            var colon = words[0].LastIndexOf(':');
            if (colon < 0)
                throw Refused(line);
            entries[words[0][..colon]] = words.Length > 1 ? words[1] : "";
        }
        return entries.ToImmutable();
    }

    /// <returns>All that the worker has in memory → whether it is half-way in a transaction.</returns>
    internal async Task<ImmutableDictionary<string, bool>> GetCertificatesAsync(CancellationToken cancellation)
    {
        var found = ImmutableDictionary.CreateBuilder<string, bool>(StringComparer.Ordinal);
        foreach (var line in Lines(await AskAsync("show ssl cert", cancellation)).Where(line => line[0] != '#'))
        {
            // One in a transaction stands there twice, first with a star.
            found.TryAdd(line.TrimStart('*'), line[0] == '*');
        }
        return found.ToImmutable();
    }

    /// <summary>Takes a certificate into memory; nobody is served it yet.</summary>
    internal async Task AddCertificateAsync(string file, string pem, CancellationToken cancellation)
    {
        await ExpectAsync($"new ssl cert {Word(file)}", "New empty", cancellation);
        await ExpectAsync($"set ssl cert {Word(file)} <<\n{pem}", "Transaction created", cancellation);
        await ExpectAsync($"commit ssl cert {Word(file)}", Success, cancellation);
    }

    /// <param name="filter">Names separated by blanks.</param>
    internal Task ListCertificateAsync(string list, string file, string filter, CancellationToken cancellation) =>
        ExpectAsync($"add ssl crt-list {Word(list)} <<\n{Word(file)} {string.Join(' ', filter.Split(' ').Select(NameWord))}\n", Success, cancellation);

    internal Task UnlistCertificateAsync(string list, string file, CancellationToken cancellation) =>
        ExpectAsync($"del ssl crt-list {Word(list)} {Word(file)}", "deleted in crtlist", cancellation);

    internal async Task ForgetCertificateAsync(string file, bool inTransaction, CancellationToken cancellation)
    {
        if (inTransaction)
            await ExpectAsync($"abort ssl cert {Word(file)}", "Transaction aborted", cancellation);
        await ExpectAsync($"del ssl cert {Word(file)}", "deleted!", cancellation);
    }

    // These commands have words for success, and more than one line of them.
    private async Task ExpectAsync(string command, string expected, CancellationToken cancellation)
    {
        var answer = await AskAsync(command, cancellation);
        if (!answer.Contains(expected, StringComparison.Ordinal))
            throw Refused(answer.Trim());
    }

    private static string NameWord(string name) => Identifiers.Require("a name of a certificate", name, text =>
        CertificateModel.IsName(text) || (text.StartsWith(Sides.PreviewPrefix, StringComparison.Ordinal) && Identifiers.IsHost(text[Sides.PreviewPrefix.Length..])));
}
