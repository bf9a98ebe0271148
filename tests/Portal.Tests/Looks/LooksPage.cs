using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

/// <summary>The document around the page under test: the same scripts and sheets as the product's, without the product.</summary>
public sealed class LooksDocument : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.AddMarkupContent(0, """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><base href="/"><script src="js/theme.js"></script>
            <link rel="stylesheet" href="css/tokens.css"><link rel="stylesheet" href="css/base.css"><link rel="stylesheet" href="css/parts.css">
            <link rel="stylesheet" href="css/log.css"><link rel="stylesheet" href="css/forms.css"><link rel="stylesheet" href="css/overlays.css"></head><body>
            """);
        builder.OpenComponent<LooksRoutes>(1);
        builder.AddComponentRenderMode(RenderMode.InteractiveServer);
        builder.CloseComponent();
        builder.AddMarkupContent(2, """
            <div id="connection" class="connection" role="alert" hidden><span class="icon"></span><span></span></div>
            <script src="_framework/blazor.web.js" autostart="false"></script><script src="js/shell.js"></script><script src="js/reconnect.js"></script></body></html>
            """);
    }
}

public sealed class LooksRoutes : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<Microsoft.AspNetCore.Components.Routing.Router>(0);
        builder.AddAttribute(1, "AppAssembly", typeof(LooksRoutes).Assembly);
        builder.AddAttribute(2, "Found", (RenderFragment<RouteData>)(route => inner =>
        {
            inner.OpenComponent<RouteView>(0);
            inner.AddAttribute(1, "RouteData", route);
            inner.CloseComponent();
        }));
        builder.CloseComponent();
    }
}

[Route("/looks/elsewhere")]
public sealed class ElsewherePage : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddMarkupContent(0, "<h1>Elsewhere</h1>");
}

/// <summary>One of each part that behaves, fed by <see cref="LooksWorld"/>.</summary>
[Route("/")]
public sealed class LooksPage : LiveView
{
    private bool open;
    private int shown;

    [Inject] private LooksWorld World { get; set; } = default!;

    protected override Func<Action, IDisposable> Changes => World.Watch;

    protected override Task LoadAsync(CancellationToken cancellation)
    {
        shown = World.Read();
        return Task.CompletedTask;
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.AddMarkupContent(0, "<h1>Looks</h1>");
        builder.AddMarkupContent(1, $"<output id=\"shown\">{shown}</output>");
        if (RendererInfo.IsInteractive)
        {
            builder.AddMarkupContent(2, "<p id=\"ready\"></p>");
        }

        builder.OpenElement(3, "button");
        builder.AddAttribute(4, "id", "ask");
        builder.AddAttribute(5, "onclick", EventCallback.Factory.Create(this, () => open = true));
        builder.AddContent(6, "Ask");
        builder.CloseElement();
        builder.OpenComponent<ActDialog>(10);
        builder.AddAttribute(11, "Open", open);
        builder.AddAttribute(12, "OpenChanged", EventCallback.Factory.Create<bool>(this, value => open = value));
        builder.AddAttribute(13, "Title", "Switch acme to green?");
        builder.AddAttribute(14, "Sentence", "All traffic goes to green.");
        builder.AddAttribute(15, "Button", "Switch acme to green");
        builder.AddAttribute(16, "AskReason", true);
        builder.AddAttribute(17, "Act", (Func<string, Task<string?>>)World.ActAsync);
        builder.CloseComponent();
        builder.OpenComponent<FindBox>(20);
        builder.AddAttribute(21, "Find", (Func<string, CancellationToken, Task<IReadOnlyList<FindResult>>>)LooksWorld.FindAsync);
        builder.CloseComponent();
        builder.OpenComponent<LogView>(30);
        builder.AddAttribute(31, "Buffer", World.Log);
        builder.CloseComponent();
        builder.OpenComponent<Copyable>(40);
        builder.AddAttribute(41, "Value", "sha256:9b1f04c2aa55bb66cc77");
        builder.CloseComponent();
        builder.OpenComponent<ThemeToggle>(50);
        builder.CloseComponent();
        builder.OpenComponent<StaleNote>(60);
        builder.AddAttribute(61, "Since", StaleSince);
        builder.CloseComponent();
    }
}
