using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.HAProxy;
using Portal.Store;

namespace Portal.Gateway.Certificates;

/// <param name="Name">What to call it; null: the first host name that it names.</param>
/// <param name="Certificate">The chain as PEM, leaf first.</param>
/// <param name="Key">Its private key as PEM; null where that stands behind the chain.</param>
/// <param name="Replace">The one of the same name, where there is one.</param>
public sealed record NewCertificate(string? Name, string? Certificate, string? Key, bool Replace)
{
    public override string ToString() => Name ?? "unnamed";
}

public abstract record AddCertificateResult
{
    public sealed record Done(CertificateView Certificate, bool Replaced) : AddCertificateResult;

    public sealed record Invalid(string Field, string Problem) : AddCertificateResult;

    public sealed record NameTaken(string Name) : AddCertificateResult;
}

/// <summary>
/// Takes in a certificate, or another one in its place, once it is known that the gateway can serve it: the platform's for any names; a
/// tenant's only where it covers a host name that is the tenant's.
/// </summary>
public sealed partial class AddCertificate(Changes changes, PortalDbFactory databases, CertificateSeal seal, HAProxyProcess haproxy, TimeProvider clock)
{
    private const string Taken = "certificates_name";

    /// <param name="tenant">Null: the platform's.</param>
    /// <exception cref="DeniedException">Owners may for their tenants, platform administrators everywhere.</exception>
    public async Task<AddCertificateResult> ExecuteAsync(Actor actor, Guid? tenant, NewCertificate wanted, CancellationToken cancellationToken)
    {
        var permit = tenant is null ? actor.Demand(Permission.PlatformManage) : actor.Demand(Permission.CertificateManage, tenant);
        var (read, field, problem) = CertificateReader.Read(wanted.Certificate, wanted.Key, clock.GetUtcNow());
        if (read is null)
        {
            return new AddCertificateResult.Invalid(field, problem);
        }

        seal.Learn(tenant, wanted.Key ?? wanted.Certificate);
        var name = wanted.Name?.Trim().ToLowerInvariant() is { Length: > 0 } given ? given : read.Names[0].Replace("*.", "", StringComparison.Ordinal);
        if (!NamePattern().IsMatch(name))
        {
            return new AddCertificateResult.Invalid("name", "A name of lower-case letters, digits, '.', '_' and '-', at most 100.");
        }

        var servedFor = await ServedForAsync(tenant, read, cancellationToken);
        if (servedFor.IsEmpty)
        {
            return new AddCertificateResult.Invalid("certificate", $"It is for {string.Join(", ", read.Names.Take(5))}{(read.Names.Length > 5 ? ", …" : "")}, and no route of this tenant has such a host name. Add the route first; a platform administrator can add it for everybody.");
        }

        try
        {
            await haproxy.CheckAsync(new CertificateModel(servedFor.Take(CertificateModel.MostNames), read.Pem), cancellationToken);
        }
        catch (HAProxyException error) when (error.Fault == HAProxyFault.BadConfig)
        {
            return new AddCertificateResult.Invalid("certificate", $"HAProxy does not take it: {error.Message}");
        }

        try
        {
            return await changes.RunAsync(permit, db => SaveAsync(db, tenant, name, read, servedFor, wanted.Replace, cancellationToken), cancellationToken);
        }
        catch (ConflictException error) when (error.Constraint == Taken)
        {
            return new AddCertificateResult.NameTaken(name);
        }
    }

    private async Task<Changed<AddCertificateResult>> SaveAsync(
        PortalDb db, Guid? tenant, string name, ReadCertificate read, ImmutableArray<string> servedFor, bool replace, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var pemSealed = seal.Seal(tenant, read.Pem);
        // The platform's scope shows everybody's.
        var row = await db.Certificates.SingleOrDefaultAsync(row => row.TenantId == tenant && row.Name == name, cancellationToken);
        if (row is not null && !replace)
        {
            return Changed.Nothing<AddCertificateResult>(new AddCertificateResult.NameTaken(name));
        }

        var before = row is null ? null : Told(row);
        if (row is null)
        {
            row = new Certificate
            {
                Id = Guid.CreateVersion7(now),
                TenantId = tenant,
                Name = name,
                Names = read.Names,
                Issuer = read.Issuer,
                Fingerprint = read.Fingerprint,
                KeyKind = read.KeyKind,
                NotBefore = read.NotBefore,
                NotAfter = read.NotAfter,
                PemSealed = pemSealed,
                CreatedAt = now,
                ChangedAt = now,
            };
            db.Certificates.Add(row);
        }
        else
        {
            (row.Names, row.Issuer, row.Fingerprint, row.KeyKind) = (read.Names, read.Issuer, read.Fingerprint, read.KeyKind);
            (row.NotBefore, row.NotAfter, row.PemSealed, row.WarnedDays, row.ChangedAt) = (read.NotBefore, read.NotAfter, pemSealed, null, now);
        }

        return (new AddCertificateResult.Done(CertificateQueries.View(CertificateRow.Of(row), servedFor, now), before is not null), new AuditLine(before is null ? "certificate.added" : "certificate.replaced", "certificate", name)
        {
            Before = before,
            After = Told(row),
            Correlation = row.Id,
            Notes = [new ChangeNote(tenant, "certificate", row.Id)],
        });
    }

    private async Task<ImmutableArray<string>> ServedForAsync(Guid? tenant, ReadCertificate read, CancellationToken cancellationToken)
    {
        if (tenant is null)
        {
            return [.. read.Names.Where(CertificateModel.IsName)];
        }

        await using var db = databases.Platform();
        var owners = HostOwners.Of(await HostOwners.ClaimsAsync(db, tenant, cancellationToken));
        return [.. owners.Where(host => host.Value == tenant && CertificateChoice.Covers(read.Names, host.Key)).Select(host => host.Key).Order(StringComparer.Ordinal)];
    }

    /// <summary>For the audit log.</summary>
    internal static object Told(Certificate row) => new { row.Fingerprint, row.Names, row.Issuer, row.NotAfter };

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,99}\z")]
    private static partial Regex NamePattern();
}
