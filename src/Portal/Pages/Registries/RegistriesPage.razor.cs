using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Registries;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Pages.Registries;

/// <summary>Which registries the tenant has a way into, and what comes from them.</summary>
public sealed partial class RegistriesPage
{
    private IReadOnlyList<RegistryView> registries = [];
    private IReadOnlyList<StackUse> uses = [];
    private RegistryView? chosen;
    private bool adding;
    private bool changing;
    private bool removing;
    private bool untried;
    private bool force;
    private string host = "";
    private string userName = "";
    private string password = "";

    [Inject]
    private RegistryQueries Queries { get; set; } = null!;

    [Inject]
    private StackUses Uses { get; set; } = null!;

    [Inject]
    private AddRegistry Add { get; set; } = null!;

    [Inject]
    private ChangeRegistry Change { get; set; } = null!;

    [Inject]
    private RemoveRegistry Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string EmptyText => May(Permission.RegistryManage)
        ? "Images that everybody may pull need none. Add one for those that need a user name and password."
        : "Images that everybody may pull need none. An owner can add one for those that need a user name and password.";

    private EventCallback AddOrNothing => May(Permission.RegistryManage) ? EventCallback.Factory.Create(this, OpenAdd) : default;

    private string RemovalText => chosen is not null && StacksOf(chosen) is { Count: > 0 } stacks
        ? $"Its user name and password are forgotten. {string.Join(", ", stacks)} runs on, but cannot be deployed or healed from this registry where it does not let everybody in."
        : "Its user name and password are forgotten. No stack runs an image from it now.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "registry" or "stack" or "deployment";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        registries = await Queries.ListAsync(Here.Id, cancellation);
        uses = await Uses.ListAsync(Here.Id, cancellation);
        return true;
    }

    private IReadOnlyList<string> StacksOf(RegistryView registry) => [.. uses.Where(use => use.RegistryHosts.Contains(registry.Host)).Select(use => use.Stack).Distinct()];

    private void OpenAdd() => (adding, host, userName, password, untried, force) = (true, "", "", "", false, false);

    private void OpenChange(RegistryView registry) => (changing, chosen, userName, password, untried, force) = (true, registry, registry.UserName, "", false, false);

    private Task<string?> AddAsync() => CurrentActor.TryAsync(async actor => await Add.ExecuteAsync(actor, Here.Id, new NewRegistry(host, userName, password, force), Life) switch
    {
        AddRegistryResult.Added added => Done("Registry added", added.Registry.Host),
        AddRegistryResult.Invalid invalid => invalid.Problem,
        AddRegistryResult.Refused refused => refused.Problem,
        AddRegistryResult.Untried problem => Untried(problem.Problem),
        AddRegistryResult.HostTaken taken => $"{taken.Host} is there already: change that one.",
        var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
    }, Life);

    private Task<string?> ChangeAsync() => CurrentActor.TryAsync(
        async actor => await Change.ExecuteAsync(actor, Here.Id, chosen!.Host, new RegistryChange(userName, password.Length == 0 ? null : password, force), Life) switch
        {
            ChangeRegistryResult.Done done => Done("Registry changed", done.Registry.Host),
            ChangeRegistryResult.Invalid invalid => invalid.Problem,
            ChangeRegistryResult.Refused refused => refused.Problem,
            ChangeRegistryResult.Untried problem => Untried(problem.Problem),
            ChangeRegistryResult.NotFound => "Somebody else has removed it.",
            var other => throw new InvalidOperationException($"An outcome without an answer: {other}."),
        }, Life);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, Here.Id, chosen!.Host, Life);
        return Done("Registry removed", chosen.Host);
    }, Life);

    private string? Done(string what, string which)
    {
        // What was typed does not stay in the page's memory.
        password = "";
        Toast.Done(what, which);
        return null;
    }

    private string Untried(string problem)
    {
        untried = true;
        return problem;
    }
}
