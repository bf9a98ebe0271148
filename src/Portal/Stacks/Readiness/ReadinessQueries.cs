using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Compose;
using Portal.Docker;
using Portal.Store;

namespace Portal.Stacks.Readiness;

/// <summary>Finds out how ready a stack is. May ask a registry about an image that it has not met; what it found is kept.</summary>
public sealed class ReadinessQueries(PortalDbFactory databases, SecretBox box, DefinitionReader definitions, EarlierChoices earlier, RevisionReader revisions, Engines engines, ImageFinder images)
{
    /// <summary>Keys of the rules that keep this tenant's stacks from live.</summary>
    public async Task<ImmutableArray<string>> BlockingAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.ReadinessChoices.AsNoTracking().Select(choice => (ImmutableArray<string>?)choice.Rules).SingleOrDefaultAsync(cancellationToken) ?? [];
    }

    /// <summary>Of the stack as it would be deployed now, or of one of its revisions.</summary>
    /// <returns>Null: no such stack or revision, or a text that cannot be used.</returns>
    public async Task<ReadinessReport?> FindAsync(Guid tenant, string stackName, int? number, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        var stack = await db.Stacks.AsNoTracking().SingleOrDefaultAsync(row => row.Name == stackName && row.RemovedAt == null, cancellationToken);
        if (stack is null)
        {
            return null;
        }

        var revision = await db.Revisions.AsNoTracking().Where(row => row.StackId == stack.Id && (number == null || row.Number == number)).OrderByDescending(row => row.Number).FirstOrDefaultAsync(cancellationToken);
        if (number is not null)
        {
            return revision is null ? null : await OfAsync(tenant, revision.Id, ask: true, cancellationToken);
        }

        if (definitions.Read(box.OpenDefinition(stack)) is not { Verdict: Verdict.Accepted, Stack: { } compose })
        {
            return null;
        }

        var kept = earlier.Of(revision, compose);
        var choices = compose.Services.ToImmutableSortedDictionary(service => service.Name, service => Choice(service, kept, revision), StringComparer.Ordinal);
        return await JudgeAsync(tenant, new RenderedStack(compose, choices, ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal), "", kept.Replicas), ask: true, cancellationToken);
    }

    /// <param name="ask">Also registries, about images that nobody has looked at yet.</param>
    /// <returns>Null: the stored text cannot be read any more.</returns>
    public async Task<ReadinessReport?> OfAsync(Guid tenant, Guid revision, bool ask, CancellationToken cancellationToken)
    {
        try
        {
            return await JudgeAsync(tenant, await revisions.ReadAsync(tenant, revision, cancellationToken), ask, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <param name="ask">Also registries, about images that nobody has looked at yet.</param>
    public async Task<ReadinessReport> JudgeAsync(Guid tenant, RenderedStack rendered, bool ask, CancellationToken cancellationToken)
    {
        var (compose, choices) = (rendered.Compose, rendered.Images);
        var facts = new Dictionary<string, ImageFacts>(StringComparer.Ordinal);
        var unknown = ImmutableArray.CreateBuilder<UnknownImage>();
        await foreach (var (service, found, problem) in LookAsync(tenant, compose, choices, ask, cancellationToken))
        {
            if (found is not null)
            {
                facts[service] = found;
            }
            else
            {
                unknown.Add(new UnknownImage(service, problem));
            }
        }

        var findings = ReadinessJudge.Judge(compose, choices.ToDictionary(choice => choice.Key, choice => choice.Value.Reference), facts, rendered.ReplicasOf);
        return new ReadinessReport(findings, unknown.ToImmutable(), await BlockingAsync(tenant, cancellationToken));
    }

    private async IAsyncEnumerable<(string Service, ImageFacts? Facts, string Problem)> LookAsync(
        Guid tenant, ComposeStack compose, ImmutableSortedDictionary<string, ImageChoice> choices, bool ask, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        EngineHost? engine = null;
        var down = "";
        try
        {
            engine = await engines.OfSideAsync(tenant, Colour.Blue, cancellationToken);
        }
        catch (EngineException error)
        {
            down = error.Message;
        }

        foreach (var service in compose.Services)
        {
            var (facts, problem) = engine is null ? (null, down) : await images.FactsAsync(engine, tenant, choices[service.Name], ask, cancellationToken);
            yield return (service.Name, facts, problem);
        }
    }

    private static ImageChoice Choice(ServiceSpec service, Choices kept, Revision? latest)
    {
        var reference = RevisionWriter.ReferenceOf(service, ImmutableSortedDictionary<string, string>.Empty, kept);
        return latest?.Images.GetValueOrDefault(service.Name) is { } image && image.Reference == reference ? image : new ImageChoice(reference, null);
    }
}
