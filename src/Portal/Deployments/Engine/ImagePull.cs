using System.Collections.Concurrent;
using Portal.Clusters;
using Portal.Deployments.Images;
using Portal.Docker;
using Portal.Registries;
using Portal.Registries.Images;
using Portal.Registries.Lookup;
using Portal.Stacks.Readiness;

namespace Portal.Deployments.Engine;

/// <summary>Pulls a service's image by digest, as the tenant, and again where that can help: layers that are there are not fetched twice.</summary>
public sealed class ImagePull(TenantRegistries registries, RegistryLookup lookup, ImageBook book, ImageFinder finder, DiskCheck disk, TimeProvider clock)
{
    private const int Attempts = 4;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>Those that run, each to whether it ended well.</summary>
    private readonly ConcurrentDictionary<(Guid Tenant, Guid Host, ImageReference Image, string? Platform), Task<bool>> running = new();

    /// <summary>Services of one stack often share an image: who comes while it is pulled waits for that.</summary>
    /// <param name="platform">Null: the host's own.</param>
    public async Task RunAsync(EngineHost engine, Guid tenant, ImageChoice choice, string? platform, StepLog log, CancellationToken cancellationToken)
    {
        var key = (tenant, engine.Host.Id, ContainerMapping.Image(choice), platform);
        var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (running.GetOrAdd(key, mine.Task) is var first && first != mine.Task)
        {
            if (await first.WaitAsync(cancellationToken))
            {
                await log.LineAsync($"{choice.Reference} is {choice.Digest}, and on the host already", cancellationToken);
                return;
            }
        }

        var well = false;
        try
        {
            await AloneAsync(engine, tenant, choice, platform, log, cancellationToken);
            well = true;
        }
        finally
        {
            running.TryRemove(key, out _);
            mine.SetResult(well);
        }
    }

    private async Task AloneAsync(EngineHost engine, Guid tenant, ImageChoice choice, string? platform, StepLog log, CancellationToken cancellationToken)
    {
        var image = ContainerMapping.Image(choice);
        var credentials = (await registries.KeysAsync(tenant, cancellationToken)).For(image);
        var there = await engine.Client.Images.FindAsync(image.ToString(), cancellationToken) is not null;
        await book.AskAsync(tenant, engine.Host.Id, image, there, cancellationToken);
        if (there && !await book.HadAsync(tenant, engine.Host.Id, image, cancellationToken))
        {
            await AskAsync(engine, choice, image, credentials, cancellationToken);
        }

        if (there && platform is null)
        {
            await TakeAsync(engine, tenant, image, cancellationToken);
            await log.LineAsync($"{choice.Reference} is {choice.Digest}, and on the host already", cancellationToken);
            return;
        }

        if (!there)
        {
            await disk.CheckAsync(engine, image, credentials, cancellationToken);
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await OnceAsync(engine, image, credentials, platform, log, cancellationToken);
                await TakeAsync(engine, tenant, image, cancellationToken);
                await log.LineAsync($"{choice.Reference} is {choice.Digest}", cancellationToken);
                return;
            }
            catch (EngineException error) when (attempt < Attempts && MayPass(error))
            {
                var delay = FirstDelay * (1 << (attempt - 1)) * (0.75 + (Random.Shared.NextDouble() / 2));
                await log.LineAsync($"The pull broke off: {error.Message} Again in {delay.TotalSeconds:0.0} s ({attempt + 1} of {Attempts}).", cancellationToken);
                await Task.Delay(delay, clock, cancellationToken);
            }
            catch (EngineException error)
            {
                throw new DeploymentException(DeploymentReason.ImageUnavailable, $"{choice.Reference} cannot be pulled: {Why(error, image, credentials)}", error);
            }
        }
    }

    /// <summary>An engine that has an image's manifest does not ask the registry again, whoever pulls: so it is asked here.</summary>
    private async Task AskAsync(EngineHost engine, ImageChoice choice, ImageReference image, RegistryCredentials? credentials, CancellationToken cancellationToken)
    {
        try
        {
            await lookup.DigestAsync(new ImageQuestion(engine.Client, image, credentials), cancellationToken);
        }
        catch (Exception error) when (error is RegistryException or EngineException)
        {
            throw new DeploymentException(DeploymentReason.ImageUnavailable, $"{choice.Reference} cannot be had: {error.Message}", error);
        }
    }

    private async Task TakeAsync(EngineHost engine, Guid tenant, ImageReference image, CancellationToken cancellationToken)
    {
        await book.TakeAsync(tenant, engine.Host.Id, image, cancellationToken);
        if (await engine.Client.Images.FindAsync(image.ToString(), cancellationToken) is { } found)
        {
            await finder.LookAsync(tenant, image.Digest!, found, cancellationToken);
        }
    }

    internal static bool MayPass(EngineException error) =>
        error.Kind is EngineErrorKind.Unavailable or EngineErrorKind.Timeout or EngineErrorKind.Other && !IsDiskFull(error);

    internal static string Why(EngineException error, ImageReference image, RegistryCredentials? credentials) => error switch
    {
        { Kind: EngineErrorKind.Refused } when credentials is null => $"the registry {image.Registry} wants a user name and password, and the tenant has none for it.",
        { Kind: EngineErrorKind.Refused } => $"the registry {image.Registry} does not let {credentials.UserName} have it ({error.Error.StatusCode}).",
        { Kind: EngineErrorKind.NotFound } => $"the registry {image.Registry} has it no longer under this digest.",
        _ when IsDiskFull(error) => "no space is left on the host. Remove images or containers that nobody needs.",
        _ => $"{error.Message} ({Attempts} attempts)",
    };

    // The engine has no code for it; these are the system's words for ENOSPC.
    private static bool IsDiskFull(EngineException error) => error.Message.Contains("no space left on device", StringComparison.Ordinal);

    private async Task OnceAsync(EngineHost engine, ImageReference image, RegistryCredentials? credentials, string? platform, StepLog log, CancellationToken cancellationToken)
    {
        var progress = new PullMeter();
        var told = clock.GetTimestamp();
        await foreach (var line in engine.Client.Images.PullAsync(image, credentials, platform, cancellationToken))
        {
            progress.Take(line);
            if (clock.GetElapsedTime(told) > ProgressEvery)
            {
                told = clock.GetTimestamp();
                await log.ProgressAsync(progress.Text, progress.Fraction, cancellationToken);
            }
        }
    }
}
