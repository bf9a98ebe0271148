using System.Collections.Immutable;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>Parses what HAProxy prints. Columns are found by name, since versions add some.</summary>
internal static class RuntimeAnswers
{
    // Forced, inherited and resolution maintenance; 4 only remembers that the configuration said "disabled".
    private const int MaintFlags = 0x01 | 0x02 | 0x20;
    private const string NoSuchProxy = "No such proxy.";
    private const int DrainFlags = 0x08 | 0x10;

    public static ImmutableArray<ServerRow> Servers(string answer)
    {
        var lines = Lines(answer);
        // The first line is the format's version.
        if (lines.Length < 2 || lines[0] != "1" || !lines[1].StartsWith("# ", StringComparison.Ordinal))
            throw NotUnderstood(answer);
        var columns = Columns(lines[1][2..].Split(' '));
        var rows = ImmutableArray.CreateBuilder<ServerRow>(lines.Length);
        foreach (var line in lines[2..])
        {
            var cells = line.Split(' ');
            var admin = (int)Number(Cell(cells, columns, "srv_admin_state", answer), answer);
            var state = (admin & MaintFlags) != 0 ? ServerState.Maint : (admin & DrainFlags) != 0 ? ServerState.Drain : ServerState.Ready;
            rows.Add(new(
                Cell(cells, columns, "be_name", answer), Cell(cells, columns, "srv_name", answer),
                Cell(cells, columns, "srv_addr", answer), (int)Number(Cell(cells, columns, "srv_port", answer), answer), state));
        }
        return rows.ToImmutable();
    }

    public static ImmutableArray<StatRow> Stats(string answer)
    {
        var lines = Lines(answer);
        // Several were asked for in one exchange: each answers with a head of its own, or that there is no such proxy.
        var heads = lines.Where(line => line.StartsWith("# pxname,svname,", StringComparison.Ordinal)).ToList();
        if (lines.Length == 0 || (heads.Count == 0 && lines.Any(line => line != NoSuchProxy)) || heads.Any(head => head != heads[0]))
            throw NotUnderstood(answer);
        var columns = Columns(heads.Count == 0 ? [] : heads[0][2..].Split(','));
        var rows = ImmutableArray.CreateBuilder<StatRow>(lines.Length);
        foreach (var line in lines.Where(line => line != NoSuchProxy && line != heads[0]))
        {
            // Only free-text columns that come after the ones read here are ever quoted.
            var cells = line.Split(',');
            long Of(string column) => Number(Cell(cells, columns, column, answer), answer);
            string Text(string column) => Cell(cells, columns, column, answer);
            rows.Add(new(
                Text("pxname"), Text("svname"), Kind(Text("type"), answer), Text("status"),
                Of("stot"), Of("req_tot"), Of("hrsp_1xx"), Of("hrsp_2xx"), Of("hrsp_3xx"), Of("hrsp_4xx"), Of("hrsp_5xx"),
                Of("econ"), Of("eresp"), Of("cli_abrt"), Of("srv_abrt"), Of("wretr"), Of("wredis"),
                Of("scur"), Of("qcur"), Of("rate"), Of("rtime"), Of("bin"), Of("bout")));
        }
        return rows.ToImmutable();
    }

    public static InfoRow Info(string answer)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Lines(answer))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                values[line[..colon]] = line[(colon + 1)..].Trim();
        }
        if (values.GetValueOrDefault("Name") != "HAProxy")
            throw NotUnderstood(answer);
        string Text(string name) => values.GetValueOrDefault(name, "");
        return new(
            (int)Number(Text("Pid"), answer), Text("Version"), Text("description"), Number(Text("Uptime_sec"), answer),
            Number(Text("CurrConns"), answer), Number(Text("CumReq"), answer));
    }

    public static ImmutableArray<KeyValuePair<string, long>> Counts(string answer)
    {
        var lines = Lines(answer);
        if (lines.Length == 0 || !lines[0].StartsWith("# table: ", StringComparison.Ordinal))
            throw NotUnderstood(answer);
        return [.. lines[1..].Select(line =>
        {
            var cells = line.Split(' ');
            return KeyValuePair.Create(Labelled(cells, "key=", answer), Number(Labelled(cells, "gpc0=", answer), answer));
        })];
    }

    private static string Labelled(string[] cells, string label, string answer) =>
        cells.FirstOrDefault(cell => cell.StartsWith(label, StringComparison.Ordinal)) is { } cell ? cell[label.Length..] : throw NotUnderstood(answer);

    private static StatKind Kind(string type, string answer) => type switch
    {
        "0" => StatKind.Frontend,
        "1" => StatKind.Backend,
        "2" => StatKind.Server,
        _ => throw NotUnderstood(answer),
    };

    private static string[] Lines(string answer) => answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, int> Columns(string[] names)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            columns.TryAdd(names[i], i);
        return columns;
    }

    private static string Cell(string[] cells, Dictionary<string, int> columns, string name, string answer) =>
        columns.TryGetValue(name, out var index) && index < cells.Length ? cells[index] : throw NotUnderstood(answer);

    // A counter that does not apply to a kind of row is left blank.
    private static long Number(string cell, string answer) =>
        cell.Length == 0 ? 0
        : long.TryParse(cell, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value
        : throw NotUnderstood(answer);

    internal static HAProxyException NotUnderstood(string answer)
    {
        var first = answer.Split('\n')[0];
        return new(HAProxyFault.Garbled, $"HAProxy's answer is not understood: '{first[..Math.Min(first.Length, 200)]}'.");
    }
}
