using Portal.Access;
using Portal.Tenants;

namespace Portal.Gateway.Certificates;

/// <param name="Name">What to call it; the first host name that it names where that is left out.</param>
/// <param name="Certificate">The chain as PEM, leaf first; the key may stand behind it.</param>
/// <param name="Key">The private key as PEM, where it does not. Never shown again.</param>
/// <param name="Replace">Puts it in the place of the one of the same name.</param>
public sealed record CertificateBody(string? Name, string? Certificate, string? Key, bool? Replace);

internal static class CertificateEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/certificates", ListAllAsync).WithName("ListPlatformCertificates").WithSummary("The platform's certificates with names, issuer, expiry and fingerprint, never their keys").WithTags("Certificates");
        api.MapPost("/certificates", AddForAllAsync).WithName("AddPlatformCertificate").WithSummary("Takes in a certificate for any host names, or replaces one").WithTags("Certificates");
        api.MapDelete("/certificates/{name}", RemoveForAllAsync).WithName("RemovePlatformCertificate").WithSummary("Serves a platform's certificate to nobody new").WithTags("Certificates");
        api.MapGet("/tenants/{tenant}/certificates", ListAsync).WithName("ListCertificates").WithSummary("A tenant's certificates with names, issuer, expiry and fingerprint, never their keys").WithTags("Certificates");
        api.MapPost("/tenants/{tenant}/certificates", AddAsync).WithName("AddCertificate").WithSummary("Takes in a certificate for host names of the tenant's routes, or replaces one").WithTags("Certificates");
        api.MapDelete("/tenants/{tenant}/certificates/{name}", RemoveAsync).WithName("RemoveCertificate").WithSummary("Serves a tenant's certificate to nobody new").WithTags("Certificates");
    }

    private static async Task<IResult> ListAllAsync(HttpContext http, CertificateQueries certificates, CancellationToken cancellationToken)
    {
        http.Actor().Demand(Permission.PlatformManage);
        return Results.Ok(await certificates.ListAsync(null, cancellationToken));
    }

    private static Task<IResult> AddForAllAsync(CertificateBody body, HttpContext http, AddCertificate add, CancellationToken cancellationToken) =>
        AnswerAsync(http.Actor(), null, "/api/v1/certificates", body, add, cancellationToken);

    private static async Task<IResult> RemoveForAllAsync(string name, HttpContext http, RemoveCertificate remove, CancellationToken cancellationToken) =>
        await remove.ExecuteAsync(http.Actor(), null, name, cancellationToken) ? Results.NoContent() : Problems.NotFound("certificate");

    private static async Task<IResult> ListAsync(string tenant, HttpContext http, TenantQueries tenants, CertificateQueries certificates, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? Results.Ok(await certificates.ListAsync(view.Id, cancellationToken))
            : Problems.NotFound("tenant");

    private static async Task<IResult> AddAsync(string tenant, CertificateBody body, HttpContext http, TenantQueries tenants, AddCertificate add, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view
            ? await AnswerAsync(http.Actor(), view.Id, $"/api/v1/tenants/{tenant}/certificates", body, add, cancellationToken)
            : Problems.NotFound("tenant");

    private static async Task<IResult> RemoveAsync(string tenant, string name, HttpContext http, TenantQueries tenants, RemoveCertificate remove, CancellationToken cancellationToken) =>
        await tenants.FindAsync(http.Actor(), tenant, cancellationToken) is { } view && await remove.ExecuteAsync(http.Actor(), view.Id, name, cancellationToken)
            ? Results.NoContent()
            : Problems.NotFound("certificate");

    private static async Task<IResult> AnswerAsync(Actor actor, Guid? tenant, string place, CertificateBody body, AddCertificate add, CancellationToken cancellationToken) =>
        await add.ExecuteAsync(actor, tenant, new NewCertificate(body.Name, body.Certificate, body.Key, body.Replace ?? false), cancellationToken) switch
        {
            AddCertificateResult.Done { Replaced: true } done => Results.Ok(done.Certificate),
            AddCertificateResult.Done done => Results.Created($"{place}/{Uri.EscapeDataString(done.Certificate.Name)}", done.Certificate),
            AddCertificateResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
            AddCertificateResult.NameTaken taken => Problems.Conflict($"There is a certificate {taken.Name} already. With replace it is put in its place."),
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        };
}
