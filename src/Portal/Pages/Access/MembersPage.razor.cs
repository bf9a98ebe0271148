using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Access.Members;
using Portal.Pages.Shared;
using Portal.Store;

namespace Portal.Pages.Access;

/// <summary>Which directory groups have which role in a tenant; without a tenant, who administers the platform.</summary>
public sealed partial class MembersPage
{
    private IReadOnlyList<Member> members = [];
    private Tenant? tenant;
    private Member? chosen;
    private bool found;
    private bool mayManage;
    private bool adding;
    private bool removing;
    private string group = "";
    private Role role = Role.Developer;
    private bool deployLive;

    /// <summary>The tenant's; null for the platform's administrators.</summary>
    [Parameter]
    public string? Slug { get; set; }

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private MemberQueries Queries { get; set; } = null!;

    [Inject]
    private AddRoleMapping Add { get; set; } = null!;

    [Inject]
    private RemoveRoleMapping Remove { get; set; } = null!;

    [Inject]
    private ChangeFeed Feed { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    protected override object? Subject => Slug;

    protected override Func<Action, IDisposable> Changes => changed => Feed.Subscribe(note =>
    {
        if (note.Kind == MemberNotes.Kind || note == ChangeFeed.Resync)
        {
            changed();
        }
    });

    private string Place => Slug ?? "the platform";

    private string Heading => Slug is null ? "Platform administrators" : $"Members of {tenant?.Name ?? Slug}";

    private string Explanation => Slug is null
        ? "Members of these directory groups may do everything, in every tenant."
        : "Roles come from directory groups: somebody who joins or leaves a group gains or loses its role within a minute.";

    private string EmptyText => mayManage ? "Give a directory group a role, and its members can sign in and work here." : "An owner can give directory groups a role here.";

    private EventCallback AddOrNothing => mayManage ? EventCallback.Factory.Create(this, () => adding = true) : default;

    protected override async Task LoadAsync(CancellationToken cancellation)
    {
        var actor = await CurrentActor.GetAsync(cancellation);
        tenant = Slug is null ? null : await Queries.TenantAsync(actor, Slug, cancellation);
        found = Slug is null ? actor.PlatformAdministrator : tenant is not null;
        if (!found)
        {
            Navigation.NotFound();
            return;
        }

        mayManage = actor.May(Slug is null ? Permission.PlatformManage : Permission.MemberManage, tenant?.Id);
        members = await Queries.ListAsync(actor, tenant?.Id, cancellation);
    }

    private async Task<string?> AddAsync(string reason)
    {
        var actor = await CurrentActor.GetAsync(Life);
        var result = tenant is { } here
            ? await Add.InTenantAsync(actor, here.Id, group.Trim(), role, role == Role.Developer && deployLive, Life)
            : await Add.OnPlatformAsync(actor, group.Trim(), Life);
        switch (result.Outcome)
        {
            case AddRoleMappingOutcome.Added:
                Toast.Done("Group added", ShortName(result.Member!.Group));
                (group, role, deployLive) = ("", Role.Developer, false);
                return null;
            case AddRoleMappingOutcome.NotAName:
                return "This is not a distinguished name. It has parts like cn=developers, separated by commas.";
            case AddRoleMappingOutcome.MappedAlready:
                return "This group has a role here already. Remove that one first.";
            default:
                throw new InvalidOperationException($"{result.Outcome} is not known.");
        }
    }

    private async Task<string?> RemoveAsync()
    {
        var actor = await CurrentActor.GetAsync(Life);
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, tenant?.Id, chosen!.Id, Life);
        Toast.Done("Group removed", ShortName(chosen.Group));
        return null;
    }

    private void AskToRemove(Member member) => (chosen, removing) = (member, true);

    private static string ShortName(string dn) => dn.Split(',', 2)[0].Split('=', 2)[^1];

    private static string Rest(string dn) => dn.Split(',', 2) is [_, var rest] ? rest : "";

    private static string LiveText(Member member) =>
        member.Role is null || new TenantGrant(member.Role.Value, member.DeployLive).Allows(Permission.DeployLive) ? "yes" : "no";

    private static string RoleText(Role? role) => role?.ToString() ?? "Administrator";

    private static string RoleHelp(Role role) => role switch
    {
        Role.Viewer => "Sees everything of the tenant, changes nothing.",
        Role.Developer => "Changes stacks, routes and webhooks, and deploys to standby.",
        Role.Operator => "Also deploys to live, switches, and keeps secrets.",
        Role.Owner => "Also decides who is a member, and keeps registries.",
    };
}
