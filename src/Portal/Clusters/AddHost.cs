using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Audit;
using Portal.Docker;
using Portal.Store;

namespace Portal.Clusters;

/// <param name="Name">Also the name of the cluster of kind <c>engine</c> that the host makes.</param>
/// <param name="Endpoint"><c>unix:///path</c> or <c>tcp://host:port</c>.</param>
/// <param name="PublishAddress">Where the gateway finds this host's published ports; null where containers answer at their own addresses.</param>
public sealed record NewHost(string Name, string Endpoint, EngineTls? Tls = null, string? PublishAddress = null);

public abstract record AddHostResult
{
    public sealed record Added(Guid HostId, string EngineVersion) : AddHostResult;

    public sealed record Invalid(string Field, string Problem) : AddHostResult;

    public sealed record Unreachable(string Problem) : AddHostResult;

    /// <summary>A host of this name, or at this endpoint, is there already.</summary>
    public sealed record Taken(string Field) : AddHostResult;
}

/// <summary>Takes a Docker host in after its engine has answered.</summary>
public sealed class AddHost(Changes changes, Engines engines, TimeProvider clock)
{
    private const int NameLength = 63;

    public async Task<AddHostResult> ExecuteAsync(Actor actor, NewHost wanted, CancellationToken cancellationToken)
    {
        var permit = actor.Demand(Permission.PlatformManage);
        if (Problem(wanted) is { } problem)
        {
            return problem;
        }

        if (!EngineEndpoint.TryParse(wanted.Endpoint, wanted.Tls, out var endpoint, out var wrong))
        {
            return new AddHostResult.Invalid("endpoint", wrong);
        }

        if (TlsProblem(wanted.Tls) is { } unreadable)
        {
            return unreadable;
        }

        string version;
        using (var client = new EngineClient(endpoint))
        {
            try
            {
                version = (await client.System.VersionAsync(cancellationToken)).Version;
            }
            catch (EngineException error)
            {
                return new AddHostResult.Unreachable(error.Message);
            }
        }

        try
        {
            return await changes.RunAsync(permit, db => Task.FromResult(Add(db, wanted, version)), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint.StartsWith("hosts_", StringComparison.Ordinal) || error.Constraint.StartsWith("clusters_", StringComparison.Ordinal))
        {
            return new AddHostResult.Taken(error.Constraint == "hosts_endpoint_key" ? "endpoint" : "name");
        }
    }

    private static AddHostResult.Invalid? Problem(NewHost wanted) =>
        string.IsNullOrWhiteSpace(wanted.Name) || wanted.Name.Length > NameLength
            ? new AddHostResult.Invalid("name", $"A name of at most {NameLength} characters.")
            : wanted.PublishAddress is { } address && !System.Net.IPAddress.TryParse(address, out _)
                ? new AddHostResult.Invalid("publishAddress", "An IP address.")
                : null;

    private static AddHostResult.Invalid? TlsProblem(EngineTls? tls)
    {
        // What cannot be read here could not be used later, and then nobody would be told which field it was.
        try
        {
            if (tls?.CaPem is { } ca && !ca.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            {
                return new AddHostResult.Invalid("tls.ca", "A certificate in PEM form.");
            }

            if (tls is { CertificatePem: { } certificate, KeyPem: { } key })
            {
                X509Certificate2.CreateFromPem(certificate, key).Dispose();
            }

            return null;
        }
        catch (CryptographicException error)
        {
            return new AddHostResult.Invalid("tls.certificate", $"Certificate and key in PEM form, which belong together: {error.Message}");
        }
    }

    private Changed<AddHostResult> Add(PortalDb db, NewHost wanted, string version)
    {
        var now = clock.GetUtcNow();
        var cluster = new Cluster { Id = Guid.CreateVersion7(now), Name = wanted.Name, Kind = ClusterKind.Engine, CreatedAt = now };
        var host = new Host
        {
            Id = Guid.CreateVersion7(now),
            ClusterId = cluster.Id,
            Name = wanted.Name,
            Endpoint = wanted.Endpoint,
            TlsSealed = engines.SealTls(wanted.Tls),
            PublishAddress = wanted.PublishAddress,
            CreatedAt = now,
        };
        db.AddRange(cluster, host);
        return (new AddHostResult.Added(host.Id, version), new AuditLine("host.added", "host", host.Name)
        {
            After = new { host.Name, host.Endpoint, host.PublishAddress, mutualTls = wanted.Tls is not null, engine = version },
            Notes = [new ChangeNote(null, "host", host.Id)],
        });
    }
}
