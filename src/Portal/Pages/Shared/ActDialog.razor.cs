using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Portal.Pages.Shared;

/// <summary>Asks before a destructive or outward act: says in a sentence what will happen to what, shows what the caller puts in it,
/// and names its button by the act. Stays open with the refusal when the act is refused.</summary>
public sealed partial class ActDialog : IAsyncDisposable
{
    private readonly string id = $"d{Guid.NewGuid():N}";
    private ElementReference dialog;
    private ScriptModule? script;
    private bool shown;
    private bool opening;
    private bool busy;
    private string reason = "";
    private string? reasonError;
    private string? refused;

    [Parameter] public bool Open { get; set; }

    [Parameter] public EventCallback<bool> OpenChanged { get; set; }

    /// <summary>The question: "Switch acme to green?"</summary>
    [Parameter, EditorRequired] public string Title { get; set; } = "";

    /// <summary>What will happen to what, and what will not.</summary>
    [Parameter, EditorRequired] public string Sentence { get; set; } = "";

    /// <summary>The act by its name: "Switch acme to green".</summary>
    [Parameter, EditorRequired] public string Button { get; set; } = "";

    /// <summary>Takes the reason ("" if none was asked for); returns null when done, else why it was refused.</summary>
    [Parameter, EditorRequired] public Func<string, Task<string?>> Act { get; set; } = default!;

    [Parameter] public bool Danger { get; set; }

    /// <summary>The act cannot be done now; the content says why.</summary>
    [Parameter] public bool Blocked { get; set; }

    [Parameter] public bool Wide { get; set; }

    [Parameter] public bool AskReason { get; set; }

    [Parameter] public bool ReasonRequired { get; set; } = true;

    [Parameter] public string ReasonLabel { get; set; } = "Reason";

    /// <summary>A diff, a preflight, options.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (Open && !shown)
        {
            (shown, opening, busy, reason, reasonError, refused) = (true, true, false, "", null, null);
        }
        else if (!Open && shown)
        {
            await HideAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (shown && opening)
        {
            opening = false;
            script ??= new ScriptModule(Js, "dialog");
            await script.CallAsync("show", dialog);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (script is not null)
        {
            await script.DisposeAsync();
        }
    }

    private async Task ActAsync()
    {
        if (busy || Blocked)
        {
            return;
        }

        reasonError = AskReason && ReasonRequired && string.IsNullOrWhiteSpace(reason) ? "Say why: whoever looks later will ask." : null;
        if (reasonError is not null)
        {
            return;
        }

        (busy, refused) = (true, null);
        StateHasChanged();
        try
        {
            refused = await Act(reason.Trim());
        }
        catch (DeniedException)
        {
            refused = "Your account may not do this any more.";
        }
        catch (Exception met) when (met is ConflictException or Microsoft.EntityFrameworkCore.DbUpdateConcurrencyException)
        {
            refused = "Somebody else changed this at the same moment. Look again, then decide.";
        }
        finally
        {
            busy = false;
        }

        if (refused is null)
        {
            await CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        await HideAsync();
        await OpenChanged.InvokeAsync(false);
    }

    /// <summary>The browser closed it (Esc).</summary>
    private async Task ClosedAsync()
    {
        if (shown)
        {
            shown = false;
            await OpenChanged.InvokeAsync(false);
        }
    }

    // Closed before it is taken away, so that the browser gives the focus back to where it was.
    private async Task HideAsync()
    {
        shown = false;
        if (script is not null)
        {
            await script.CallAsync("close", dialog);
        }
    }
}
