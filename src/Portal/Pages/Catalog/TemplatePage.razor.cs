using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Catalog;
using Portal.Clusters;
using Portal.Compose;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;
using TemplateVersion = Portal.Catalog.TemplateVersion;

namespace Portal.Pages.Catalog;

/// <summary>One template: its readme, its questions as a form, and a stack made from the answers.</summary>
public sealed partial class TemplatePage
{
    private Template? template;
    private TemplateVersion? version;
    private string? readme;
    private IReadOnlyList<string> services = [];
    private AnswerForm form = null!;
    private Dictionary<string, string> answers = [];
    private string name = "";
    private string? nameError;
    private string? problem;
    private ImmutableArray<Finding> findings = [];
    private DeployTarget? target = DeployTarget.Standby;
    private bool outside;
    private bool busy;
    private bool created;
    private ScriptModule? script;

    [Parameter]
    public string TemplateName { get; set; } = "";

    [Inject]
    private CatalogStore Store { get; set; } = null!;

    [Inject]
    private Inventory Inventory { get; set; } = null!;

    [Inject]
    private StartStack Start { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    protected override object? Subject => (Slug, TemplateName);

    protected override bool Concerns(ChangeNote note) => note.Kind == "tenant";

    private bool Closed => busy || created;

    private string ButtonText => busy ? "Working…" : TargetChoice.Button(target, outside);

    protected override Task<bool> LoadHereAsync(CancellationToken cancellation)
    {
        var found = Store.FindTemplate(TemplateName);
        if (found is not null && (template?.Name != found.Name || version is null))
        {
            name = found.Name.Length <= 32 ? found.Name : "";
            (template, nameError, problem, findings, created) = (found, null, null, [], false);
            Take(found.Default);
        }

        services = [.. Inventory.Of(Here.Id).Select(replica => $"{replica.Labels.Stack}/{replica.Labels.Service}").Distinct(StringComparer.Ordinal)];
        return Task.FromResult(found is not null);
    }

    protected override async ValueTask DisposeViewAsync()
    {
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }

    /// <summary>What was answered stays where the other version asks the same.</summary>
    private void Take(TemplateVersion? chosen)
    {
        var before = answers;
        version = chosen;
        readme = (chosen?.Readme ?? template!.Readme) is { } markdown ? TemplateReadme.ToHtml(markdown, firstHeading: 3) : null;
        answers = chosen?.Questions.ToDictionary(question => question.Variable, question => before.GetValueOrDefault(question.Variable) ?? question.Default ?? "", StringComparer.Ordinal) ?? [];
    }

    private void Choose(ChangeEventArgs change) => Take(template!.Version((string?)change.Value));

    private async Task SubmitAsync()
    {
        (nameError, problem, findings) = (null, null, []);
        if (form.Check() is { } wrong)
        {
            await FocusAsync(wrong);
            return;
        }

        var wanted = new NewStack(name.Trim(), template!.Name, version!.Version, null, null, answers.ToImmutableSortedDictionary(StringComparer.Ordinal)) { Outside = outside };
        await WorkAsync(actor => Start.ExecuteAsync(actor, Here.Id, wanted, target, Life));
    }

    private Task AgainAsync() => WorkAsync(actor => Start.DeployAsync(actor, Here.Id, name.Trim(), target!.Value, Life));

    private async Task WorkAsync(Func<Actor, Task<StartResult>> work)
    {
        busy = true;
        StateHasChanged();
        try
        {
            problem = await CurrentActor.TryAsync(async actor => Take(await work(actor)), Life);
        }
        finally
        {
            busy = false;
        }
    }

    private string? Take(StartResult result)
    {
        switch (result)
        {
            case StartResult.Started { Deployment: { } deployment }:
                Navigation.NavigateTo($"deployments/{deployment}");
                return null;
            case StartResult.Started:
                Navigation.NavigateTo($"tenants/{Slug}/stacks/{name.Trim()}");
                return null;
            case StartResult.Wrong { Field: "name" } wrong:
                nameError = wrong.Sentence;
                return null;
            case StartResult.Wrong wrong:
                return wrong.Sentence;
            case StartResult.Refused refused:
                findings = refused.Findings;
                return null;
            case StartResult.NotDeployed not:
                created = true;
                return not.Sentence;
            default:
                throw new InvalidOperationException($"An outcome without an answer: {result}.");
        }
    }

    private async Task FocusAsync(string id)
    {
        script ??= new ScriptModule(Js, "form");
        await script.CallAsync("focus", id);
    }
}
