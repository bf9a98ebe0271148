using System.Xml.Linq;
using Microsoft.Extensions.Options;
using Portal.Catalog;
using Portal.Compose;
using Portal.Stacks;

namespace Portal.Tests.Catalog;

public sealed class BuiltInTemplateTests
{
    private static readonly CatalogStore Shipped = new(Options.Create(new CatalogOptions()), TimeProvider.System);

    // What somebody has to say in any case.
    private static readonly Dictionary<string, string> Given = new()
    {
        ["host_name"] = "shop.example.com",
        ["prometheus_host"] = "prometheus.example.com",
        ["alertmanager_host"] = "alerts.example.com",
        ["password"] = "correct horse $battery ${staple}",
        ["http_secret"] = "0123456789abcdef",
        ["accounts"] = "ann:$2y$05$abcdefghijklmnopqrstuv\nbob:$2y$05$abcdefghijklmnopqrstuv",
    };

    public static TheoryData<string> Names => [.. Shipped.Read().Templates.Select(template => template.Name)];

    public static IEnumerable<object[]> Versions =>
        from template in Shipped.Read().Templates
        from version in template.Versions
        select new object[] { template.Name, version.Version };

    [Fact]
    public void At_least_six_templates_ship_with_the_portal_the_sample_and_monitoring_among_them()
    {
        var names = Shipped.Read().Templates.Select(template => template.Name).ToList();

        Assert.True(names.Count >= 6, string.Join(", ", names));
        Assert.Contains("sample-web", names);
        Assert.Contains("monitoring", names);
        Assert.Empty(Shipped.Read().Problems);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_built_in_template_has_all_that_a_page_shows(string name)
    {
        var template = Shipped.FindTemplate(name)!;

        Assert.Empty(template.Problems);
        Assert.NotEmpty(template.Description);
        Assert.NotNull(template.Category);
        Assert.NotNull(template.Default);
        Assert.Equal("image/svg+xml", template.Icon!.ContentType);
        Assert.Equal("svg", XDocument.Load(template.Icon.Path).Root!.Name.LocalName);
        Assert.StartsWith("<h1>", TemplateReadme.ToHtml(template.Readme!), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_built_in_template_is_let_through_by_the_default_policy_with_nothing_ignored(string name, string version)
    {
        var stack = Stack(name, version, []);

        var (routes, problems) = StackRoutes.Read(stack);
        Assert.Empty(problems);
        Assert.Equal(Shipped.Find(name, version)!.Questions.Count(question => question.Variable is "host_name" or "prometheus_host" or "alertmanager_host"), routes.Count);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_built_in_template_bounds_its_memory_and_its_log_and_says_how_its_health_is_seen(string name, string version)
    {
        foreach (var service in Stack(name, version, []).Services)
        {
            Assert.True(service.Resources.MemoryLimit > 0, service.Name);
            Assert.Contains("max-size", service.Logging!.Options.Keys);
            Assert.NotNull(service.HealthProbe);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_built_in_template_that_keeps_data_stops_the_old_before_it_starts_the_new(string name, string version)
    {
        foreach (var service in Stack(name, version, []).Services.Where(service => service.Mounts.Any(mount => mount.Kind == MountKind.Volume)))
        {
            Assert.Equal(UpdateOrder.StopFirst, service.Update.Order);
            Assert.Equal(1, service.Replicas);
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_built_in_template_asks_for_nothing_that_it_does_not_use(string name, string version)
    {
        var template = Shipped.Find(name, version)!;

        Assert.All(template.Questions, question =>
        {
            var used = template.Compose + template.Rancher;
            string[] uses = [$"${{{question.Variable}", $"environment: {question.Variable}\n", $".Values.{question.Variable} "];
            Assert.True(uses.Any(use => used.Contains(use, StringComparison.Ordinal)), question.Variable);
        });
    }

    [Fact]
    public void The_sample_takes_its_answers()
    {
        var web = Stack("sample-web", "1.1.0", new() { ["image"] = "acme/web:7", ["replicas"] = "3", ["start_first"] = "false", ["memory_mb"] = "256" }).Services.Single();

        Assert.Equal("acme/web:7", web.Image);
        Assert.Equal(3, web.Replicas);
        Assert.Equal(UpdateOrder.StopFirst, web.Update.Order);
        Assert.Equal(256L * 1024 * 1024, web.Resources.MemoryLimit);
        Assert.Equal("/health", web.HealthProbe!.Path);
        Assert.Equal("shop.example.com", web.Labels[StackRoutes.HostLabel]);
    }

    [Fact]
    public void Monitoring_leaves_out_what_was_not_asked_for()
    {
        var all = Stack("monitoring", "1.1.0", new() { ["targets"] = "web:8080, api:9000", ["alert_webhook"] = "http://chat.example.com/hook" });
        var less = Stack("monitoring", "1.1.0", new() { ["with_node_exporter"] = "false" });

        Assert.Contains(all.Services, service => service.Name == "node-exporter");
        Assert.Contains("targets: [web:8080, api:9000]", Config(all, "prometheus"), StringComparison.Ordinal);
        Assert.Contains("url: http://chat.example.com/hook", Config(all, "alertmanager"), StringComparison.Ordinal);
        Assert.DoesNotContain(less.Services, service => service.Name == "node-exporter");
        Assert.DoesNotContain("job_name: services", Config(less, "prometheus"), StringComparison.Ordinal);
        Assert.DoesNotContain("webhook_configs", Config(less, "alertmanager"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_prefix_is_put_before_every_image()
    {
        Assert.All(
            Stack("monitoring", "1.1.0", new() { ["registry_prefix"] = "mirror.example.com:5000/" }).Services,
            service => Assert.StartsWith("mirror.example.com:5000/prom/", service.Image, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgres", "1.1.0")]
    [InlineData("redis", "7.4.0")]
    public void A_password_reaches_the_container_as_a_file_and_as_it_was_given(string name, string version)
    {
        var stack = Stack(name, version, []);

        Assert.Equal(Given["password"], stack.Secrets.Single().Value);
        Assert.Equal("/run/secrets/password", stack.Services.Single().Secrets.Single().Target);
        Assert.DoesNotContain(Given["password"], stack.Services.Single().Environment.Values);
    }

    private static string Config(ComposeStack stack, string name) => stack.Configs.Single(config => config.Name == name).Content;

    private static ComposeStack Stack(string name, string version, Dictionary<string, string> answers)
    {
        var template = Shipped.Find(name, version)!;
        foreach (var question in template.Questions.Where(question => question.Required && question.Default is null))
        {
            answers.TryAdd(question.Variable, Given[question.Variable]);
        }

        var result = Answers.Validate(template.Questions, answers);
        Assert.Empty(result.Errors);
        var texts = template.Render(result.Values);
        Assert.Empty(texts.Findings);
        var read = ComposeReader.Read(new ComposeSource(texts.Compose!, texts.Rancher, result.Values));
        Assert.Empty(read.Findings);
        return read.Stack!;
    }
}
