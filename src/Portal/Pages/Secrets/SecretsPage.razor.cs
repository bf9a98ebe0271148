using Microsoft.AspNetCore.Components;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Secrets;

namespace Portal.Pages.Secrets;

/// <summary>A tenant's secrets by name and version, what uses them, and what still runs with an older value.</summary>
public sealed partial class SecretsPage
{
    private IReadOnlyList<SecretView> secrets = [];
    private IReadOnlyList<StackUse> uses = [];
    private IReadOnlyList<OutdatedSecret> outdated = [];
    private SecretView? chosen;
    private bool setting;
    private bool removing;
    private string name = "";
    private string value = "";

    [Inject]
    private SecretQueries Queries { get; set; } = null!;

    [Inject]
    private StackUses Uses { get; set; } = null!;

    [Inject]
    private SetSecret Set { get; set; } = null!;

    [Inject]
    private RemoveSecret Remove { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private string EmptyText => May(Permission.SecretManage)
        ? "Keep a password or key here, and name it under secrets in a stack's Compose text."
        : "An operator can keep passwords and keys here, for stacks to use by name.";

    private EventCallback NewOrNothing => May(Permission.SecretManage) ? EventCallback.Factory.Create(this, () => Open(null)) : default;

    private string Sentence => chosen is null
        ? "It is kept encrypted, and reaches only containers whose stack names it."
        : StacksOf(chosen) is { Count: > 0 } stacks
            ? $"Nothing changes at once: {string.Join(", ", stacks)} gets the new value with its next deployment."
            : "No stack runs with it now: the next deployment of one that names it gets this value.";

    protected override bool Concerns(ChangeNote note) => note.Kind is "secret" or "stack" or "deployment";

    protected override async Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        secrets = await Queries.ListAsync(Here.Id, cancellation);
        uses = await Uses.ListAsync(Here.Id, cancellation);
        outdated = await Uses.OutdatedAsync(Here.Id, cancellation);
        return true;
    }

    private IReadOnlyList<string> StacksOf(SecretView secret) => [.. uses.Where(use => use.Secrets.ContainsKey(secret.Name)).Select(use => use.Stack).Distinct()];

    private IReadOnlyList<OutdatedSecret> BehindOf(SecretView secret) => [.. outdated.Where(one => one.Secret == secret.Name)];

    private void Open(SecretView? secret) => (setting, chosen, name, value) = (true, secret, secret?.Name ?? "", "");

    private Task<string?> SetAsync() => CurrentActor.TryAsync(async actor =>
    {
        if (chosen is null && secrets.Any(secret => secret.Name == name))
        {
            return $"{name} is there already: give that one a new value.";
        }

        switch (await Set.ExecuteAsync(actor, Here.Id, name, value, Life))
        {
            case SetSecretResult.Done done:
                // What was typed does not stay in the page's memory.
                value = "";
                Toast.Done("Secret saved", $"{done.Name}, version {done.Version}{(done.Warning is { } warning ? $". {warning}" : "")}");
                return null;
            case SetSecretResult.Invalid invalid:
                return $"{(invalid.Field == "name" ? "Name" : "Value")}: {invalid.Problem}";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, Life);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        if (await Remove.ExecuteAsync(actor, Here.Id, chosen!.Name, Life) is RemoveSecretResult.InUse used)
        {
            return used.Sentence;
        }

        Toast.Done("Secret removed", chosen.Name);
        return null;
    }, Life);
}
