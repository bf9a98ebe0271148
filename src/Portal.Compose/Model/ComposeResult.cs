using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>What became of one key of the file.</summary>
public enum FindingOutcome
{
    /// <summary>The stack runs without it; the reason says what happens instead.</summary>
    Ignored,

    /// <summary>The stack must not start.</summary>
    Refused,

    /// <summary>The text is not a YAML document that could be judged.</summary>
    Unreadable,
}

/// <summary>The worst outcome of a file's findings.</summary>
public enum Verdict
{
    Accepted,
    Refused,
    Unreadable,
}

/// <summary>One thing said about one place in a file.</summary>
/// <param name="Line">from 1</param>
/// <param name="Column">from 1</param>
/// <param name="Key">path of the field, as <c>services.web.ports[0]</c>; empty for the file as a whole</param>
public sealed record Finding(string File, int Line, int Column, string Key, FindingOutcome Outcome, string Reason)
{
    /// <summary>As <c>docker-compose.yml:4:5 services.web.ports[0] refused: …</c></summary>
    public override string ToString()
    {
        var outcome = Outcome switch
        {
            FindingOutcome.Ignored => "ignored",
            FindingOutcome.Refused => "refused",
            _ => "unreadable",
        };
        return $"{File}:{Line}:{Column} {(Key.Length == 0 ? "" : Key + " ")}{outcome}: {Reason}";
    }
}

/// <summary>What a reading gave.</summary>
/// <param name="Stack">present exactly when the verdict is Accepted</param>
/// <param name="Findings">in the order of the files and their lines</param>
public sealed record ComposeResult(ComposeStack? Stack, ImmutableArray<Finding> Findings)
{
    /// <summary>Names of the services that the file declares, also when it is refused; empty when unreadable.</summary>
    public ImmutableArray<string> ServiceNames { get; init; } = [];

    /// <summary>Files that the text asks for by env_file, label_file or a config, as written; handed over or not.</summary>
    public ImmutableArray<string> FilesAsked { get; init; } = [];

    public Verdict Verdict =>
        Findings.Any(f => f.Outcome == FindingOutcome.Unreadable) ? Verdict.Unreadable
        : Findings.Any(f => f.Outcome == FindingOutcome.Refused) ? Verdict.Refused
        : Verdict.Accepted;
}
