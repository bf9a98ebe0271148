using Microsoft.AspNetCore.Components;

namespace Portal.Pages.Shared;

/// <summary>A component whose text depends on the clock. Renders again only when the text has changed.</summary>
public abstract class Ticking : ComponentBase, IDisposable
{
    private IDisposable? subscription;
    private bool disposed;

    [Inject] private Pulse Pulse { get; set; } = default!;

    [Inject] protected TimeProvider Time { get; set; } = default!;

    protected string Text { get; private set; } = "";

    /// <summary>The text now, and whether the clock can still change it.</summary>
    protected abstract (string Text, bool Moves) Read(DateTimeOffset now);

    protected override void OnParametersSet() => Update();

    // Not on init: a prerendered page has no circuit to tick for.
    protected override void OnAfterRender(bool firstRender)
    {
        var moves = Read(Time.GetUtcNow()).Moves;
        if (moves && !disposed)
        {
            subscription ??= Pulse.Subscribe(() => _ = InvokeAsync(Tick));
        }
        else
        {
            Stop();
        }
    }

    public void Dispose()
    {
        disposed = true;
        Stop();
        GC.SuppressFinalize(this);
    }

    protected virtual void OnTick()
    {
    }

    private void Tick()
    {
        if (disposed)
        {
            return;
        }

        if (Update())
        {
            StateHasChanged();
        }

        OnTick();
    }

    private bool Update()
    {
        var before = Text;
        Text = Read(Time.GetUtcNow()).Text;
        return before != Text;
    }

    private void Stop()
    {
        subscription?.Dispose();
        subscription = null;
    }
}
