using System.Collections.Immutable;
using System.Globalization;
using Portal.Deployments;
using Portal.Redaction;
using Portal.Stacks;
using Portal.Stacks.Differences;

namespace Portal.Switching.Parity;

/// <summary>What one side is wanted to run of a stack.</summary>
/// <param name="Revision">Null: nothing.</param>
/// <param name="Rendered">Null: nothing, or today's portal refuses its text.</param>
public sealed record ComparedSide(int? Revision, RenderedStack? Rendered);

/// <summary>A stack as it is handed to the comparison.</summary>
/// <param name="Difference">From live's revision to standby's; null where they are the same one, or one side has none.</param>
public sealed record ComparedStack(string Name, ComparedSide Live, ComparedSide Standby, ImmutableArray<ServiceView> Services, RevisionDifference? Difference)
{
    public ImmutableArray<SharedThing> Shared { get; init; } = [];
}

/// <param name="Engine">Versions of its hosts' engines; null where none is known now.</param>
public sealed record ComparedCluster(string Name, string? Engine, string? Kernel);

/// <param name="OnLive">Whether the service runs, or is wanted, there.</param>
public sealed record ServiceComparison(string Service, bool OnLive, bool OnStandby, ImmutableArray<PairFact> Facts)
{
    public bool Alike => Facts.All(fact => fact.Equal);
}

/// <param name="Live">The revision wanted there; null: none.</param>
/// <param name="Unreadable">Why variables and settings cannot be told apart: a revision that today's portal refuses. Null: they can.</param>
public sealed record StackComparison(string Stack, int? Live, int? Standby, ImmutableArray<ServiceComparison> Services, string? Unreadable)
{
    /// <summary>What both sides work on, as the stack's people say.</summary>
    public ImmutableArray<SharedThing> Shared { get; init; } = [];

    /// <summary>Deployed on neither side.</summary>
    public bool Nowhere => Live is null && Standby is null && Services.IsEmpty;

    public bool Alike => Live == Standby && Services.All(service => service.Alike);
}

/// <summary>
/// The two sides of a tenant held against each other. Pure.
/// <para>How alike they are is the share of compared facts that are equal. Each service on either side counts eight: revision, image, replicas
/// wanted, replicas healthy, health, variables, secrets' versions, and all other settings, each of them once however much of it differs; one
/// that is on one side alone differs in all eight. The clusters count two, engine and kernel, as long as one of them is known. With no service on
/// either side nothing was compared, and that is alike.</para>
/// </summary>
/// <param name="LiveColour">Which colour is live.</param>
public sealed record PairComparison(Colour LiveColour, ComparedCluster Live, ComparedCluster Standby, ImmutableArray<StackComparison> Stacks)
{
    private const string Variable = "environment.";
    private const string Replicas = "replicas";

    /// <summary>Engine and kernel, as far as either is known.</summary>
    public ImmutableArray<PairFact> Clusters { get; } =
    [
        .. ((PairFact[])[Fact(PairFactKind.Engine, Live.Engine, Standby.Engine), Fact(PairFactKind.Kernel, Live.Kernel, Standby.Kernel)])
            .Where(fact => fact is not { Live: null, Standby: null }),
    ];

    /// <summary>How many facts were compared.</summary>
    public int Compared => Facts.Count;

    public int Equal => Facts.Count(fact => fact.Equal);

    /// <summary>0 to 100, rounded down: 100 only where nothing differs. <see cref="Compared"/> says of how much.</summary>
    public int Percent => Compared == 0 ? 100 : Equal * 100 / Compared;

    /// <summary>Stacks whose revisions differ, or that are on one side alone.</summary>
    public IEnumerable<StackComparison> Moved => Stacks.Where(stack => stack.Live != stack.Standby);

    private IReadOnlyList<PairFact> Facts => Stacks.All(stack => stack.Services.IsEmpty) ? [] : [.. Stacks.SelectMany(stack => stack.Services).SelectMany(service => service.Facts), .. Clusters];

    public static PairComparison Of(Colour live, ComparedCluster liveCluster, ComparedCluster standbyCluster, IEnumerable<ComparedStack> stacks) => new(
        live, liveCluster, standbyCluster,
        [.. stacks.Select(stack => new StackComparison(
            stack.Name, stack.Live.Revision, stack.Standby.Revision,
            [.. stack.Services.Where(service => service is not { Blue: null, Green: null }).Select(service => Compare(stack, service, live))],
            stack.Difference?.Unreadable) { Shared = stack.Shared })]);

    private static ServiceComparison Compare(ComparedStack stack, ServiceView service, Colour colour)
    {
        var (live, standby) = (service.On(colour), service.On(colour.Other()));
        ImmutableArray<PairFact> facts =
        [
            Fact(PairFactKind.Revision, Number(live?.Revision), Number(standby?.Revision)),
            new(PairFactKind.Image, Text(live?.Image), Text(standby?.Image), Same(live?.Image, standby?.Image)),
            Fact(PairFactKind.Wanted, Number(live?.Wanted), Number(standby?.Wanted)),
            Fact(PairFactKind.Healthy, Number(live?.Count(ReplicaCondition.Healthy)), Number(standby?.Count(ReplicaCondition.Healthy))),
            Fact(PairFactKind.Health, Health(live), Health(standby)),
            .. Definition(stack, service.Name),
        ];
        var onBoth = live is not null && standby is not null;
        return new ServiceComparison(service.Name, live is not null, standby is not null, onBoth ? facts : [.. facts.Select(fact => fact with { Equal = false })]);
    }

    /// <summary>What the revisions say of the service; one and the same revision says the same, whether or not it can be read.</summary>
    private static ImmutableArray<PairFact> Definition(ComparedStack stack, string service)
    {
        var readable = stack.Live.Revision == stack.Standby.Revision || stack.Difference is { Unreadable: null };
        var fields = stack.Difference?.Services.FirstOrDefault(one => one.Service == service)?.Fields.Where(field => field.Field != Replicas).ToList() ?? [];
        return
        [
            Several(PairFactKind.Variables, fields.Where(IsVariable).Select(field => Detail(field.Field[Variable.Length..], field))),
            Several(PairFactKind.Secrets, Secrets(stack.Live.Rendered, stack.Standby.Rendered, service)),
            Several(PairFactKind.Settings, fields.Where(field => !IsVariable(field)).Select(field => new PairDetail(field.Field, field.Before, field.After))),
        ];

        PairFact Several(PairFactKind kind, IEnumerable<PairDetail> details) =>
            details.ToImmutableArray() is var differ && differ.IsEmpty ? new(kind, null, null, readable) : new(kind, null, null, false) { Details = differ };
    }

    private static IEnumerable<PairDetail> Secrets(RenderedStack? live, RenderedStack? standby, string service)
    {
        var (here, there) = (Versions(live, service), Versions(standby, service));
        return from name in here.Keys.Union(there.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
               let detail = new PairDetail(name, here.GetValueOrDefault(name), there.GetValueOrDefault(name))
               where detail.Live != detail.Standby
               select detail;
    }

    private static Dictionary<string, string> Versions(RenderedStack? stack, string service) =>
        stack?.Compose.Services.FirstOrDefault(one => one.Name == service) is not { } spec ? []
            : stack.TenantSecrets(spec).Distinct(StringComparer.Ordinal).ToDictionary(name => name, name => $"version {stack.SecretVersions.GetValueOrDefault(name)}", StringComparer.Ordinal);

    /// <summary>What was asked for in confidence is masked already; what a name alone tells to be secret, here.</summary>
    private static PairDetail Detail(string name, FieldDifference field) => !SecretNames.Tells(name)
        ? new PairDetail(name, field.Before, field.After)
        : new PairDetail(name, field.Before is null ? null : Mask.Hidden, field.After is null ? null : field.Before is null ? Mask.Hidden : $"{Mask.Hidden} (differs)");

    private static string? Health(ServiceSide? side) => side switch
    {
        null => null,
        _ when side.Count(ReplicaCondition.Unknown) > 0 => "unknown",
        { Wanted: 0, ScaledFrom: not null } when side.Replicas.IsEmpty => "scaled down",
        { Wanted: 0 } when side.Replicas.IsEmpty => "none wanted",
        { Wanted: 0 } => "arriving",
        _ when side.Well => "healthy",
        _ when side.Count(ReplicaCondition.Failed) > 0 => "failed",
        _ when side.Count(ReplicaCondition.Starting) > 0 => "starting",
        _ => "missing",
    };

    private static bool IsVariable(FieldDifference field) => field.Field.StartsWith(Variable, StringComparison.Ordinal);

    private static bool Same(ImageChoice? one, ImageChoice? other) => one is null || other is null ? one == other : (one.Digest ?? one.Reference) == (other.Digest ?? other.Reference);

    private static PairFact Fact(PairFactKind kind, string? live, string? standby) => new(kind, live, standby, live == standby);

    private static string? Text(ImageChoice? image) => image is null ? null : image.Digest is null || image.Reference.Contains('@', StringComparison.Ordinal) ? image.Reference : $"{image.Reference}@{image.Digest}";

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
