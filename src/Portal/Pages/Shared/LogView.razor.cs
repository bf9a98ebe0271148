using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Portal.Pages.Shared;

/// <summary>A live log: only the lines in sight travel to the browser, and the end is followed until somebody scrolls up.</summary>
public sealed partial class LogView : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private List<LogLine> lines = [];
    private LogBuffer? watched;
    private IDisposable? subscription;
    private Throttle? throttle;
    private ScriptModule? script;
    private IJSObjectReference? handle;
    private DotNetObjectReference<LogView>? self;
    private ElementReference element;
    private bool following = true;

    [Parameter, EditorRequired] public LogBuffer Buffer { get; set; } = default!;

    [Parameter] public string Label { get; set; } = "Log";

    /// <summary>Said while there is no line.</summary>
    [Parameter] public string Empty { get; set; } = "No output yet.";

    /// <summary>CSS length, 320px by default.</summary>
    [Parameter] public string? Height { get; set; }

    [JSInvokable]
    public void FollowChanged(bool follows)
    {
        following = follows;
        StateHasChanged();
    }

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(watched, Buffer))
        {
            return;
        }

        subscription?.Dispose();
        watched = Buffer;
        lines = [.. Buffer.Snapshot()];
        if (RendererInfo.IsInteractive)
        {
            throttle ??= new Throttle(_ => InvokeAsync(Refresh), Interval, Time);
            subscription = Buffer.Watch(throttle.Request);
            throttle.Request();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (lines.Count > 0 && self is null)
        {
            self = DotNetObjectReference.Create(this);
            script = new ScriptModule(Js, "log");
            handle = await script.AttachAsync(element, self);
        }
    }

    public async ValueTask DisposeAsync()
    {
        subscription?.Dispose();
        throttle?.Dispose();
        if (script is not null)
        {
            await script.DisposeAsync();
        }

        self?.Dispose();
    }

    private void Refresh()
    {
        lines = [.. Buffer.Snapshot()];
        StateHasChanged();
    }

    private async Task FollowAsync()
    {
        following = true;
        if (handle is not null)
        {
            await handle.InvokeVoidAsync("follow");
        }
    }
}
