using Portal.Catalog;

namespace Portal.Tests.Catalog;

public sealed class TemplateReadmeTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("Text <img src=x onerror=alert(1)> text")]
    [InlineData("[press](javascript:alert(1))")]
    [InlineData("[press](JaVaScRiPt:alert(1))")]
    [InlineData("[press](data:text/html,<script>alert(1)</script>)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](https://tracker.example.com/pixel.png)")]
    [InlineData("[press][1]\n\n[1]: javascript:alert(1)")]
    [InlineData("# Title {onclick=alert(1)}\n")]
    public void Nothing_in_a_readme_runs_or_is_fetched(string markdown)
    {
        var html = TemplateReadme.ToHtml(markdown);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"j", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"data", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]*onclick", html);
    }

    [Fact]
    public void Links_lists_and_tables_are_shown()
    {
        var html = TemplateReadme.ToHtml("# Title\n\n- [site](https://example.com)\n- <https://example.org>\n\n| a | b |\n|---|---|\n| 1 | ![word](x.png) |\n");

        Assert.Contains("<h1>Title</h1>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.com\" rel=\"noopener noreferrer nofollow\"", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org\"", html, StringComparison.Ordinal);
        Assert.Contains("<td>word</td>", html, StringComparison.Ordinal);
    }
}
