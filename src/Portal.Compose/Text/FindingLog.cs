using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Collects findings: each once, and no more than a reader can use.</summary>
internal sealed class FindingLog
{
    private readonly List<Finding> findings = [];
    private readonly HashSet<(string File, int Line, int Column, FindingOutcome Outcome, string Reason)> seen = [];

    private readonly HashSet<(string File, string Key)> unfilled = [];

    /// <summary>Set once something was refused, also when its finding was one too many to keep.</summary>
    public bool AnyRefused { get; private set; }

    /// <summary>A value here could not be filled in: what else is wrong with it says nothing.</summary>
    public void Unfilled(string file, string key) => unfilled.Add((file, key));

    /// <summary>Nothing more is kept: work that only makes a finding better can be spared.</summary>
    public bool IsFull => findings.Count > ComposeLimits.Findings;

    public FileFindings For(string file) => new(this, file);

    public void Add(Finding finding)
    {
        AnyRefused |= finding.Outcome != FindingOutcome.Ignored;
        // An anchor or a base service that is used often is wrong in one place only.
        if (findings.Count > ComposeLimits.Findings
            || (finding.Key.Length > 0 && unfilled.Contains((finding.File, finding.Key)))
            || !seen.Add((finding.File, finding.Line, finding.Column, finding.Outcome, finding.Reason)))
        {
            return;
        }

        findings.Add(findings.Count < ComposeLimits.Findings
            ? finding
            : new Finding(finding.File, finding.Line, finding.Column, "", FindingOutcome.Refused, "there is more to say than is kept: mend the findings above first"));
    }

    public ImmutableArray<Finding> InOrder(IReadOnlyList<string> files)
    {
        var rank = files.Select((file, index) => (file, index)).DistinctBy(p => p.file).ToDictionary(p => p.file, p => p.index, StringComparer.Ordinal);
        return [.. findings.OrderBy(f => rank.GetValueOrDefault(f.File, int.MaxValue)).ThenBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Column)];
    }
}

/// <summary>The log, as one file writes to it.</summary>
internal sealed class FileFindings(FindingLog log, string file)
{
    public FindingLog Log => log;

    public void Refuse(Node at, KeyPath path, string reason) => Refuse(at.Line, at.Column, path, reason);

    public void Refuse(int line, int column, KeyPath path, string reason) => Add(line, column, path, FindingOutcome.Refused, reason);

    /// <summary>Refuses a value with a variable in it that could not be filled in, and all that would be said of it after this.</summary>
    public void RefuseUnfilled(IReadOnlyCollection<(int Line, int Column, string Reason)> reasons, KeyPath path)
    {
        foreach (var (line, column, reason) in reasons)
        {
            Refuse(line, column, path, reason);
        }

        log.Unfilled(file, path.ToString());
    }

    public void Ignore(Node at, KeyPath path, string reason) => Add(at.Line, at.Column, path, FindingOutcome.Ignored, reason);

    public void Unreadable(int line, int column, string reason) => Add(line, column, KeyPath.Root, FindingOutcome.Unreadable, reason);

    private void Add(int line, int column, KeyPath path, FindingOutcome outcome, string reason) =>
        log.Add(new Finding(file, line, column, path.ToString(), outcome, reason));
}
