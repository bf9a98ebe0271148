using Microsoft.JSInterop;

namespace Portal.Pages.Shared;

/// <summary>One of the small modules in <c>wwwroot/js</c>, fetched at first use and let go with the component.</summary>
internal sealed class ScriptModule(IJSRuntime js, string name) : IAsyncDisposable
{
    private Task<IJSObjectReference>? module;
    private IJSObjectReference? attached;

    public async Task<T> CallAsync<T>(string function, params object?[] arguments) =>
        await (await Load()).InvokeAsync<T>(function, arguments);

    public async Task CallAsync(string function, params object?[] arguments) =>
        await (await Load()).InvokeVoidAsync(function, arguments);

    /// <summary>Calls the module's <c>attach</c>; the <c>detach</c> of what it gives back is called when this is disposed.</summary>
    public async Task<IJSObjectReference> AttachAsync(params object?[] arguments) => attached = await CallAsync<IJSObjectReference>("attach", arguments);

    public async ValueTask DisposeAsync()
    {
        if (attached is not null)
        {
            await Quietly(async () => await attached.InvokeVoidAsync("detach"));
            await Quietly(async () => await attached.DisposeAsync());
        }

        if (module is not null)
        {
            await Quietly(async () => await (await module).DisposeAsync());
        }
    }

    /// <summary>Runs a farewell to the browser; that the circuit has already gone is no failure then.</summary>
    private static async Task Quietly(Func<Task> farewell)
    {
        try
        {
            await farewell();
        }
        catch (JSDisconnectedException)
        {
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task<IJSObjectReference> Load() => module ??= js.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js").AsTask();
}
