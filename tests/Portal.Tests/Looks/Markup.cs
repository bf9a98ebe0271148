using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;
using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

/// <summary>Renders one component to HTML with the framework's own renderer, on a clock that stands still.</summary>
internal static class Markup
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 7, 2, 11, TimeSpan.Zero);

    public static async Task<string> OfAsync<T>(params (string Name, object? Value)[] parameters) where T : IComponent
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new StandingClock()).AddSingleton<IJSRuntime, NoScript>().AddLooks();
        await using var provider = services.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(provider, provider.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value)))).ToHtmlString());
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class NoScript : IJSRuntime
    {
        public ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args) => throw new InvalidOperationException("No browser here.");

        public ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            throw new InvalidOperationException("No browser here.");
    }
}
