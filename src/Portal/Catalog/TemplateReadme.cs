using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Portal.Catalog;

/// <summary>Markdown from a catalog as HTML that a page can show: it may come from anybody, so nothing of it runs, and nothing is fetched.</summary>
public static class TemplateReadme
{
    // No more extensions than these: one that lets a text set attributes would let it set onclick.
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    private const int DeepestHeading = 6;

    /// <param name="firstHeading">The level that a first-level heading gets, so that it fits under those of a page.</param>
    public static string ToHtml(string markdown, int firstHeading = 1)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            heading.Level = Math.Min(heading.Level + firstHeading - 1, DeepestHeading);
        }

        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Tame(link);
        }

        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail).ToList())
        {
            if (IsWebAddress(link.Url))
            {
                OpenOutside(link);
            }
            else
            {
                link.ReplaceBy(new LiteralInline(link.Url));
            }
        }

        return document.ToHtml(Pipeline);
    }

    // Pictures would be fetched from elsewhere by whoever looks, and relative addresses lead nowhere here: their words stay.
    private static void Tame(LinkInline link)
    {
        if (!link.IsImage && IsWebAddress(link.Url))
        {
            OpenOutside(link);
            return;
        }

        var words = new ContainerInline();
        link.ReplaceBy(words, copyChildren: true);
    }

    private static void OpenOutside(Inline link)
    {
        var attributes = link.GetAttributes();
        attributes.AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
        attributes.AddPropertyIfNotExist("target", "_blank");
    }

    private static bool IsWebAddress(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");
}
