using Microsoft.AspNetCore.Http.HttpResults;

namespace Portal.Access.Members;

internal static class MemberEndpoints
{
    internal sealed record MemberAnswer(Guid Id, string Group, string Role, bool DeployLive, DateTimeOffset CreatedAt);

    internal sealed record NewMember(string? Group, string? Role, bool? DeployLive);

    internal sealed record NewAdministrator(string? Group);

    private const string Administrator = "administrator";

    public static void Map(IEndpointRouteBuilder app)
    {
        var members = app.MapGroup("/api/v1/tenants/{tenant}/members").RequireAuthorization().WithTags("Members");
        members.MapGet("/", ListAsync).WithName("ListMembers").WithSummary("Directory groups and their roles in a tenant");
        members.MapPost("/", AddAsync).WithName("AddMember").WithSummary("Gives a directory group a role in a tenant");
        members.MapDelete("/{id:guid}", RemoveAsync).WithName("RemoveMember").WithSummary("Takes a group's role in a tenant away, at once");

        var administrators = app.MapGroup("/api/v1/administrators").RequireAuthorization().WithTags("Members");
        administrators.MapGet("/", async (MemberQueries queries, HttpContext http, CancellationToken cancellationToken) =>
            TypedResults.Ok((await queries.ListAsync(http.Actor(), null, cancellationToken)).Select(Answer))).WithName("ListAdministrators").WithSummary("Directory groups that administer the platform");
        administrators.MapPost("/", AddAdministratorAsync).WithName("AddAdministrator").WithSummary("Makes a directory group's members platform administrators");
        administrators.MapDelete("/{id:guid}", RemoveAdministratorAsync).WithName("RemoveAdministrator").WithSummary("Ends that, at once");
    }

    private static async Task<IResult> ListAsync(string tenant, MemberQueries queries, HttpContext http, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        return await queries.TenantAsync(actor, tenant, cancellationToken) is { } found
            ? TypedResults.Ok((await queries.ListAsync(actor, found.Id, cancellationToken)).Select(Answer))
            : NoTenant(tenant);
    }

    private static async Task<IResult> AddAsync(string tenant, NewMember body, MemberQueries queries, AddRoleMapping add, HttpContext http, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        if (await queries.TenantAsync(actor, tenant, cancellationToken) is not { } found)
        {
            return NoTenant(tenant);
        }

        if (!Enum.TryParse<Role>(body.Role, ignoreCase: true, out var role) || !Enum.IsDefined(role) || char.IsAsciiDigit(body.Role![0]))
        {
            return Problems.Invalid("role", "The role must be viewer, developer, operator or owner.");
        }

        return Added(await add.InTenantAsync(actor, found.Id, body.Group ?? "", role, body.DeployLive ?? false, cancellationToken));
    }

    private static async Task<IResult> RemoveAsync(string tenant, Guid id, MemberQueries queries, RemoveRoleMapping remove, HttpContext http, CancellationToken cancellationToken)
    {
        var actor = http.Actor();
        return await queries.TenantAsync(actor, tenant, cancellationToken) is not { } found
            ? NoTenant(tenant)
            : Removed(await remove.ExecuteAsync(actor, found.Id, id, cancellationToken));
    }

    private static async Task<IResult> AddAdministratorAsync(NewAdministrator body, AddRoleMapping add, HttpContext http, CancellationToken cancellationToken) =>
        Added(await add.OnPlatformAsync(http.Actor(), body.Group ?? "", cancellationToken));

    private static async Task<IResult> RemoveAdministratorAsync(Guid id, RemoveRoleMapping remove, HttpContext http, CancellationToken cancellationToken) =>
        Removed(await remove.ExecuteAsync(http.Actor(), null, id, cancellationToken));

    private static IResult Added(AddRoleMappingResult result) => result.Outcome switch
    {
        AddRoleMappingOutcome.Added => TypedResults.Json(Answer(result.Member!), statusCode: StatusCodes.Status201Created),
        AddRoleMappingOutcome.NotAName => Problems.Invalid("group", "The group must be a distinguished name, such as cn=developers,ou=groups,dc=example,dc=org."),
        AddRoleMappingOutcome.MappedAlready => Problems.Conflict("This group has a role here already. Remove that one first."),
    };

    private static IResult Removed(bool removed) => removed ? TypedResults.NoContent() : Problems.NotFound("This member");

    private static ProblemHttpResult NoTenant(string tenant) => Problems.NotFound($"Tenant '{tenant}'");

    private static MemberAnswer Answer(Member member) =>
        new(member.Id, member.Group, member.Role?.ToString().ToLowerInvariant() ?? Administrator, member.DeployLive, member.CreatedAt);
}
