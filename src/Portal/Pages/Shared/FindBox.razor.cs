using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Portal.Pages.Shared;

/// <summary>A hit of the finder: where it leads, and what kind of thing it is in a word.</summary>
public sealed record FindResult(string Title, string Kind, string Href, string Icon = "arrow_forward");

/// <summary>Find anything: Ctrl-K opens it, the arrows choose, Enter goes there.</summary>
public sealed partial class FindBox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(120);
    private readonly string id = $"f{Guid.NewGuid():N}";
    private ElementReference dialog;
    private ElementReference input;
    private ScriptModule? script;
    private IJSObjectReference? handle;
    private DotNetObjectReference<FindBox>? self;
    private CancellationTokenSource? search;
    private IReadOnlyList<FindResult> results = [];
    private string query = "";
    private string answered = "";
    private int chosen;
    private bool goWhenFound;

    /// <summary>Finds by words; an empty query may answer with what was used lately.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<IReadOnlyList<FindResult>>> Find { get; set; } = default!;

    [Parameter] public string Placeholder { get; set; } = "Find a stack, service, deployment, page…";

    private string Hint => query.Length == 0 ? "Type a few letters of a name." : answered == query ? $"Nothing is called “{query}”." : "Looking…";

    [JSInvokable]
    public async Task Opened()
    {
        await SearchAsync();
        StateHasChanged();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            script = new ScriptModule(Js, "find");
            handle = await script.AttachAsync(dialog, input, self);
        }
    }

    public async ValueTask DisposeAsync()
    {
        search?.Cancel();
        search?.Dispose();
        if (script is not null)
        {
            await script.DisposeAsync();
        }

        self?.Dispose();
    }

    private string IdOf(int index) => $"{id}-{index}";

    private async Task OpenAsync()
    {
        if (handle is not null)
        {
            await handle.InvokeVoidAsync("open");
        }
    }

    private async Task SearchAsync()
    {
        search?.Cancel();
        search?.Dispose();
        search = new CancellationTokenSource();
        var (asked, cancellation) = (query, search.Token);
        try
        {
            if (asked.Length > 0)
            {
                await Task.Delay(Patience, Time, cancellation);
            }

            var found = await Find(asked, cancellation);
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            (results, answered, chosen) = (found, asked, 0);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return;
        }

        if (goWhenFound && results.Count > 0)
        {
            await GoAsync(results[0]);
        }

        goWhenFound = false;
    }

    private async Task KeyAsync(KeyboardEventArgs key)
    {
        if (key.Key == "Enter")
        {
            // Typed and confirmed faster than found: go when the answer comes.
            if (answered != query) { goWhenFound = true; }
            else if (results.Count > 0) { await GoAsync(results[chosen]); }
        }
        else if (key.Key is "ArrowDown" or "ArrowUp" && results.Count > 0)
        {
            chosen = (chosen + (key.Key == "ArrowDown" ? 1 : results.Count - 1)) % results.Count;
            if (handle is not null)
            {
                await handle.InvokeVoidAsync("reveal", IdOf(chosen));
            }
        }
    }

    private async Task GoAsync(FindResult result)
    {
        goWhenFound = false;
        query = answered = "";
        results = [];
        if (handle is not null)
        {
            await handle.InvokeVoidAsync("close");
        }

        Navigation.NavigateTo(result.Href);
    }
}
