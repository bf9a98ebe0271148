using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Compose;
using Portal.Pages.Frame;
using Portal.Pages.Shared;
using Portal.Stacks;
using Portal.Store;

namespace Portal.Pages.Catalog;

/// <summary>A stack from Compose text that somebody brings along, with what is wrong with it by line.</summary>
public sealed partial class ComposePage
{
    /// <summary>Characters; the browser stops there, and so does the connection a little later.</summary>
    internal const int LongestText = 256 * 1024;

    private const int LongestFile = 64 * 1024;

    private const string Example = """
        services:
          web:
            image: registry.example.com/acme/web:1
            expose: ["8080"]
            labels:
              portal.route.host: shop.example.com
        """;

    private ElementReference box;
    private ScriptModule? script;
    private ComposeResult? read;
    private ImmutableArray<Finding> refused = [];
    private ImmutableArray<VariableUse> variables = [];
    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> files = new(StringComparer.Ordinal);
    private string text = "";
    private string name = "";
    private string? nameError;
    private string? problem;
    private DeployTarget? target = DeployTarget.Standby;
    private bool outside;
    private bool busy;
    private bool created;

    [Inject]
    private StartStack Start { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    private bool Closed => busy || created;

    private ImmutableArray<Finding> Shown => refused.IsEmpty ? read?.Findings ?? [] : refused;

    private string Verdicts => (read!.Verdict, refused.IsEmpty) switch
    {
        (Verdict.Accepted, true) => read.Stack!.Services.Length == 1 ? "1 service, can run" : $"{read.Stack!.Services.Length} services, can run",
        (Verdict.Unreadable, _) => "cannot be read",
        _ => "is refused",
    };

    protected override bool Concerns(ChangeNote note) => note.Kind == "tenant";

    protected override Task<bool> LoadHereAsync(CancellationToken cancellation) => Task.FromResult(true);

    protected override async ValueTask DisposeViewAsync()
    {
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }

    private StackDefinition Definition => new(text, null, answers.ToImmutableSortedDictionary(StringComparer.Ordinal)) { Files = files.ToImmutableSortedDictionary(StringComparer.Ordinal) };

    /// <summary>Files that the text names.</summary>
    private ImmutableArray<string> Asked => read?.FilesAsked ?? [];

    private string FileId(string file) => $"file-{Asked.IndexOf(file)}";

    private void Check()
    {
        refused = [];
        read = string.IsNullOrWhiteSpace(text) ? null : Definition.Read(StackPolicy.Default);
        variables = [.. ComposeReader.FindVariables(text).DistinctBy(variable => variable.Name)];
    }

    private void Answer(VariableUse variable, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            answers.Remove(variable.Name);
        }
        else
        {
            answers[variable.Name] = value;
        }

        Check();
    }

    private void Bring(string file, string? content)
    {
        if (string.IsNullOrEmpty(content))
        {
            files.Remove(file);
        }
        else
        {
            // As files have it, whatever the browser sends.
            files[file] = content.ReplaceLineEndings("\n");
        }

        Check();
    }

    private async Task GoToAsync(int line)
    {
        script ??= new ScriptModule(Js, "form");
        await script.CallAsync("line", box, line);
    }

    private async Task SubmitAsync()
    {
        (nameError, problem) = (null, null);
        Check();
        if (read is null)
        {
            problem = "There is no Compose text yet.";
            return;
        }

        if (read.Verdict == Verdict.Accepted)
        {
            var wanted = new NewStack(name.Trim(), null, null, text, null, Definition.Answers) { Files = Definition.Files.RemoveRange(files.Keys.Except(Asked)), Outside = outside };
            await WorkAsync(actor => Start.ExecuteAsync(actor, Here.Id, wanted, target, Life));
        }
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
            case StartResult.Started started:
                Navigation.NavigateTo(started.Deployment is { } deployment ? $"deployments/{deployment}" : $"tenants/{Slug}/stacks/{name.Trim()}");
                return null;
            case StartResult.Wrong { Field: "name" } wrong:
                nameError = wrong.Sentence;
                return null;
            case StartResult.Wrong wrong:
                return wrong.Sentence;
            case StartResult.Refused findings:
                refused = findings.Findings;
                return null;
            case StartResult.NotDeployed not:
                created = true;
                return not.Sentence;
            default:
                throw new InvalidOperationException($"An outcome without an answer: {result}.");
        }
    }

    private static string Help(VariableUse variable) => variable.Default is { } otherwise ? $"Line {variable.Line}. Blank: {(otherwise.Length == 0 ? "empty" : otherwise)}." : $"Line {variable.Line}.";
}
