using System.Collections.Concurrent;
using System.Net;
using Portal.Docker;

namespace Portal.Registries.Lookup;

/// <summary>One tag, as an engine would understand it, and as the one who asks may read it.</summary>
/// <param name="Credentials">Those of the tenant that asks; answers are shared only between callers with the same.</param>
public sealed record ImageQuestion(EngineClient Engine, ImageReference Image, RegistryCredentials? Credentials);

/// <summary>
/// What a tag means now: asked of the registry itself, or through the engine where only the engine can know: a mirror, a name or an address that
/// means something else there, a registry that only it reaches or trusts.
/// </summary>
public sealed class RegistryLookup
{
    private static readonly TimeSpan Detour = TimeSpan.FromMinutes(2);

    private readonly RegistryClient registries;
    private readonly EngineRegistryBook book;
    private readonly TimeProvider clock;
    private readonly Coalescer<ImageQuestion, string> questions;
    private readonly ConcurrentDictionary<(EngineEndpoint Engine, string Host), long> detours = [];

    public RegistryLookup(RegistryClient registries, EngineRegistryBook book, TimeProvider clock)
    {
        (this.registries, this.book, this.clock) = (registries, book, clock);
        questions = new Coalescer<ImageQuestion, string>(AnswerAsync);
    }

    /// <returns>A digest that the registry gave after this was called.</returns>
    /// <exception cref="RegistryException">The registry says no.</exception>
    /// <exception cref="EngineException">So does the engine, or the registry through it.</exception>
    public Task<string> DigestAsync(ImageQuestion question, CancellationToken cancellationToken) => questions.AskAsync(question, cancellationToken);

    /// <returns>Null: only the engine reaches it, and an engine tells nothing of what it has not pulled.</returns>
    /// <exception cref="RegistryException">The registry says no, or nothing.</exception>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<RegistryImage?> ImageAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        var host = question.Image.Registry;
        var engine = await book.OfAsync(question.Engine, cancellationToken);
        if (IsLocal(host) || IsDetour(question) || (host == ImageReference.DockerHub && engine.HubMirrored))
        {
            return null;
        }

        try
        {
            return await registries.ImageAsync(question.Image, await book.ArchitectureAsync(question.Engine, cancellationToken), question.Credentials, engine.IsPlain(host), cancellationToken);
        }
        catch (RegistryException error) when (error.Kind is RegistryErrorKind.Unreachable or RegistryErrorKind.Untrusted or RegistryErrorKind.Garbled)
        {
            return null;
        }
    }

    /// <summary>An address that is another machine's when said on another machine.</summary>
    internal static bool IsLocal(string host)
    {
        var name = new Uri($"http://{host}").Host.Trim('[', ']');
        if (!IPAddress.TryParse(name, out var address))
        {
            return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.GetAddressBytes() is [169, 254, _, _];
    }

    private async Task<string> AnswerAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        var host = question.Image.Registry;
        var engine = await book.OfAsync(question.Engine, cancellationToken);
        if (IsLocal(host) || IsDetour(question) || (host == ImageReference.DockerHub && engine.HubMirrored))
        {
            return await ThroughEngineAsync(question, cancellationToken);
        }

        try
        {
            return await registries.ResolveAsync(question.Image, question.Credentials, engine.IsPlain(host), cancellationToken);
        }
        catch (RegistryException error) when (error.Kind is RegistryErrorKind.Unreachable or RegistryErrorKind.Untrusted or RegistryErrorKind.Garbled)
        {
            return await InsteadAsync(question, error, cancellationToken);
        }
    }

    private async Task<string> InsteadAsync(ImageQuestion question, RegistryException direct, CancellationToken cancellationToken)
    {
        try
        {
            var digest = await ThroughEngineAsync(question, cancellationToken);
            detours[(question.Engine.Endpoint, question.Image.Registry)] = clock.GetTimestamp();
            return digest;
        }
        catch (EngineException error) when (error.Kind is not (EngineErrorKind.NotFound or EngineErrorKind.Refused))
        {
            // Neither reaches it; what the portal saw is told more plainly.
            throw new RegistryException(direct.Error, error);
        }
    }

    private bool IsDetour(ImageQuestion question) =>
        detours.TryGetValue((question.Engine.Endpoint, question.Image.Registry), out var since) && clock.GetElapsedTime(since) < Detour;

    private static async Task<string> ThroughEngineAsync(ImageQuestion question, CancellationToken cancellationToken) =>
        (await question.Engine.Images.ResolveAsync(question.Image, question.Credentials, cancellationToken)).Digest;
}
