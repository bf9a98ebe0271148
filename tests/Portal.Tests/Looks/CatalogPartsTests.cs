using Portal.Catalog;
using Portal.Compose;
using Portal.Pages.Catalog;
using TemplateVersion = Portal.Catalog.TemplateVersion;

namespace Portal.Tests.Looks;

/// <summary>What a question becomes, and how a card says that something is wrong.</summary>
public sealed class CatalogPartsTests
{
    [Fact]
    public async Task A_template_that_cannot_be_used_says_so_on_its_card_with_file_and_line()
    {
        var card = await CardAsync(new Template { Name = "broken", Title = "Broken", Problems = [new TemplateProblem("0/docker-compose.yml", 7, "the indentation is off")] });
        Assert.Contains("cannot be used", card, StringComparison.Ordinal);
        Assert.Contains("0/docker-compose.yml:7: the indentation is off", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_with_a_broken_version_is_offered_with_its_problem()
    {
        var version = new TemplateVersion("1.0.0", "services: {}", null, []);
        var card = await CardAsync(new Template { Name = "half", Title = "Half", Versions = [version], Default = version, Problems = [new TemplateProblem("1/docker-compose.yml", 0, "is missing")] });
        Assert.Contains("1 problem", card, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be used", card, StringComparison.Ordinal);
        Assert.Contains("1.0.0", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_catalog_says_is_text_and_never_markup() =>
        Assert.DoesNotContain("<script", await CardAsync(new Template { Name = "evil", Title = "<script>alert(1)</script>", Description = "<script>alert(2)</script>" }), StringComparison.Ordinal);

    [Theory]
    [InlineData(QuestionType.String, "type=\"text\"")]
    [InlineData(QuestionType.Int, "inputmode=\"numeric\"")]
    [InlineData(QuestionType.Multiline, "<textarea")]
    [InlineData(QuestionType.Password, "type=\"password\"")]
    [InlineData(QuestionType.Boolean, "type=\"radio\"")]
    [InlineData(QuestionType.Enum, "<option value=\"15s\"")]
    [InlineData(QuestionType.Service, "<option value=\"shop/web\"")]
    [InlineData(QuestionType.Certificate, "type=\"text\"")]
    public async Task Every_type_of_question_has_its_control_with_a_label_and_the_way_to_its_help(QuestionType type, string control)
    {
        var question = new Question("PORT", "Port & more", "Which one.", type, true, null, null, null, null, 1, 10, ["5s", "15s"], null, null, 1);
        var html = await Markup.OfAsync<AnswerField>(("Question", question), ("Value", "true"), ("Services", (IReadOnlyList<string>)["shop/web"]), ("Error", "Port is wrong."));
        Assert.Contains(control, html, StringComparison.Ordinal);
        Assert.Contains("Port &amp; more", html, StringComparison.Ordinal);
        Assert.Contains("aria-describedby=\"answer-PORT-error answer-PORT-help\"", html, StringComparison.Ordinal);
        Assert.Contains("Port is wrong.", html, StringComparison.Ordinal);
        Assert.Contains("Which one.", html, StringComparison.Ordinal);
    }

    private static Task<string> CardAsync(Template template) => Markup.OfAsync<TemplateCard>(("Template", template), ("Href", "there"));
}
