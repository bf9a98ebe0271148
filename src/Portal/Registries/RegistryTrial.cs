using Microsoft.EntityFrameworkCore;
using Portal.Clusters;
using Portal.Docker;
using Portal.Registries.Lookup;
using Portal.Store;

namespace Portal.Registries;

public abstract record RegistryVerdict
{
    /// <summary>The registry lets them in.</summary>
    public sealed record Good : RegistryVerdict;

    /// <summary>The registry does not take them.</summary>
    public sealed record Refused(string Problem) : RegistryVerdict;

    /// <summary>It did not come to a trial.</summary>
    public sealed record Unknown(string Problem) : RegistryVerdict;
}

/// <summary>Tries credentials against their registry: directly, or, where the portal does not reach it, through the tenant's engines.</summary>
public sealed class RegistryTrial(PortalDbFactory databases, Engines engines, EngineRegistryBook book, RegistryClient registries, TimeProvider clock, ILogger<RegistryTrial> log)
{
    // Somebody waits for it, and an engine looks for a name that does not exist for a minute.
    private static readonly TimeSpan EngineLimit = TimeSpan.FromSeconds(10);

    public async Task<RegistryVerdict> TryAsync(Guid tenant, string host, RegistryCredentials credentials, CancellationToken cancellationToken)
    {
        var clients = await EnginesAsync(tenant, cancellationToken);
        string problem;
        try
        {
            if (!RegistryLookup.IsLocal(host))
            {
                await registries.PingAsync(host, credentials, await IsPlainAsync(clients, host, cancellationToken), cancellationToken);
                return new RegistryVerdict.Good();
            }

            problem = $"{host} is another machine on each machine, and no engine answered.";
        }
        catch (RegistryException error) when (error.Kind == RegistryErrorKind.Unauthorised)
        {
            return new RegistryVerdict.Refused(error.Message);
        }
        catch (RegistryException error)
        {
            problem = error.Message;
        }

        return await ThroughEnginesAsync(clients, host, credentials, cancellationToken) ?? new RegistryVerdict.Unknown(problem);
    }

    private async Task<IReadOnlyList<EngineClient>> EnginesAsync(Guid tenant, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        var hosts = await (
            from place in db.Environments.AsNoTracking()
            join host in db.Hosts on place.ClusterId equals host.ClusterId
            where place.TenantId == tenant && host.Enabled
            select host).ToListAsync(cancellationToken);
        return [.. hosts.DistinctBy(host => host.Id).Select(host => engines.Of(host).Client)];
    }

    private async Task<bool> IsPlainAsync(IEnumerable<EngineClient> clients, string host, CancellationToken cancellationToken)
    {
        foreach (var engine in clients)
        {
            try
            {
                if ((await book.OfAsync(engine, cancellationToken)).IsPlain(host))
                {
                    return true;
                }
            }
            catch (EngineException error)
            {
                log.LogWarning("{Engine} could not be asked about registries: {Problem}", engine.Endpoint, error.Message);
            }
        }

        return false;
    }

    /// <returns>Null: none of them knows.</returns>
    private async Task<RegistryVerdict?> ThroughEnginesAsync(IEnumerable<EngineClient> clients, string host, RegistryCredentials credentials, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(EngineLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        foreach (var engine in clients)
        {
            try
            {
                await engine.System.SignInAsync(credentials with { ServerAddress = host }, either.Token);
                return new RegistryVerdict.Good();
            }
            catch (EngineException error) when (error.Kind == EngineErrorKind.Refused)
            {
                return new RegistryVerdict.Refused($"The registry {host} does not take the user name and password of {credentials.UserName}.");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogInformation("{Engine} did not try credentials at {Registry} in time", engine.Endpoint, host);
                return null;
            }
            catch (EngineException error)
            {
                log.LogInformation("{Engine} could not try credentials at {Registry}: {Problem}", engine.Endpoint, host, error.Message);
            }
        }

        return null;
    }
}
