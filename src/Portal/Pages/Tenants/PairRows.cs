using System.Collections.Immutable;
using Portal.Pages.Shared;
using Portal.Pages.Stacks;
using Portal.Switching.Parity;

namespace Portal.Pages.Tenants;

/// <param name="Name">What was compared: <c>Revision</c>, or a variable's name.</param>
/// <param name="Of">What the name is one of; null where it says so itself.</param>
public sealed record PairRow(string Name, string? Of, string Live, string Standby, bool Mono);

/// <summary>Compared facts as rows of a table.</summary>
internal static class PairRows
{
    private const string None = "–";

    /// <summary>Each variable, secret and setting that differs stands alone.</summary>
    public static ImmutableArray<PairRow> Differing(IEnumerable<PairFact> facts) => [.. facts.Where(fact => !fact.Equal).SelectMany(Rows)];

    public static ImmutableArray<PairRow> Alike(IEnumerable<PairFact> facts) => [.. facts.Where(fact => fact.Equal).SelectMany(Rows)];

    public static string Sum(ServiceComparison service) => service switch
    {
        { OnStandby: false } => "on live alone",
        { OnLive: false } => "on standby alone",
        { Alike: true } => "alike",
        _ => Differing(service.Facts).Length is var count && count == 1 ? "1 difference" : $"{count} differences",
    };

    private static IEnumerable<PairRow> Rows(PairFact fact)
    {
        var name = Name(fact.Kind);
        var mono = fact.Kind is PairFactKind.Revision or PairFactKind.Image;
        if (!fact.Details.IsEmpty)
        {
            return fact.Details.Select(detail => new PairRow(detail.Name, Singular(fact.Kind), detail.Live ?? None, detail.Standby ?? None, true));
        }

        return fact.Kind is PairFactKind.Variables or PairFactKind.Secrets or PairFactKind.Settings
            ? [fact.Equal ? new PairRow(name, null, "the same", "the same", false) : new PairRow(name, null, "cannot be compared", "cannot be compared", false)]
            : [new PairRow(name, null, Text(fact.Kind, fact.Live), Text(fact.Kind, fact.Standby), mono)];
    }

    private static string Text(PairFactKind kind, string? value) => (kind, value) switch
    {
        (_, null) => None,
        (PairFactKind.Revision, _) => $"r{value}",
        (PairFactKind.Image, _) => Image(value),
        _ => value,
    };

    private static string Image(string value)
    {
        var choice = value.Split('@') is [var reference, var digest] ? new ImageChoice(reference, digest) : new ImageChoice(value, null);
        return choice.Digest is { } known ? $"{choice.Tag()} {ShortId.Of(known)}" : choice.Tag();
    }

    private static string Name(PairFactKind kind) => kind switch
    {
        PairFactKind.Revision => "Revision",
        PairFactKind.Image => "Image",
        PairFactKind.Wanted => "Replicas wanted",
        PairFactKind.Healthy => "Replicas healthy",
        PairFactKind.Health => "Health",
        PairFactKind.Variables => "Variables",
        PairFactKind.Secrets => "Secrets",
        PairFactKind.Settings => "Settings",
        PairFactKind.Engine => "Docker Engine",
        PairFactKind.Kernel => "Kernel",
    };

    private static string Singular(PairFactKind kind) => kind switch
    {
        PairFactKind.Variables => "variable",
        PairFactKind.Secrets => "secret",
        _ => "setting",
    };
}
