using Portal.Catalog;
using Portal.Compose;

namespace Portal.Tests.Catalog;

public sealed class CatalogStoreTests
{
    [Fact]
    public void A_broken_template_is_shown_with_its_problem_and_hides_no_other()
    {
        using var folder = new CatalogFolder().Config("good").Version("good", 0, "1.0.0")
            .Config("bad").Write("bad/0/docker-compose.yml", CatalogFolder.Compose)
            .Write("bad/0/rancher-compose.yml", "catalog:\n  questions:\n    - variable: size\n      type: colour\n");

        var view = folder.Store().Read();

        Assert.Equal(["bad", "good"], view.Templates.Select(template => template.Name));
        Assert.Empty(view.Templates[1].Problems);
        var problem = Assert.Single(view.Templates[0].Problems, problem => problem.File == "bad/0/rancher-compose.yml" || problem.File == "0/rancher-compose.yml");
        Assert.Equal(4, problem.Line);
        Assert.Null(view.Templates[0].Default);
    }

    [Theory]
    [InlineData("config.yml", "name: [", "config.yml")]
    [InlineData("0/docker-compose.yml", "services:\n  web: {image: a", "0/docker-compose.yml")]
    [InlineData("0/rancher-compose.yml", "catalog: [", "0/rancher-compose.yml")]
    public void A_file_that_is_no_yaml_is_named(string path, string text, string named)
    {
        using var folder = new CatalogFolder().Config("app").Version("app", 0, "1.0.0").Write("app/" + path, text);

        var template = folder.Store().FindTemplate("app")!;

        Assert.Contains(template.Problems, problem => problem.File == named && problem.Line > 0);
    }

    [Fact]
    public void A_template_of_templates_that_cannot_be_rendered_is_named_with_its_line()
    {
        using var folder = new CatalogFolder().Config("app").Write("app/0/docker-compose.yml.tpl", "services:\n  web:\n    image: {{ include \"x\" }}\n");

        var template = folder.Store().FindTemplate("app")!;

        Assert.Contains(template.Problems, problem => problem is { File: "0/docker-compose.yml.tpl", Line: 3 });
        Assert.Empty(template.Versions);
    }

    [Fact]
    public void A_broken_version_leaves_the_others_usable()
    {
        using var folder = new CatalogFolder().Config("app", "1.0.0").Version("app", 0, "1.0.0").Write("app/1/docker-compose.yml", "{");

        var template = folder.Store().FindTemplate("app")!;

        Assert.Equal("1.0.0", template.Default!.Version);
        Assert.NotEmpty(template.Problems);
    }

    [Fact]
    public void Files_beside_a_templates_text_are_those_that_its_env_file_names_and_links_are_not_followed()
    {
        using var folder = new CatalogFolder().Config("app")
            .Write("app/0/docker-compose.yml", "services:\n  web:\n    image: acme/web:1\n    env_file: [app.env, ./env/more.env]\n")
            .Write("app/0/app.env", "A=1\n")
            .Write("app/0/env/more.env", "B=2\n")
            .Write("elsewhere.env", "C=3\n");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "app/0/linked.env"), Path.Combine(folder.Path, "elsewhere.env"));

        var version = folder.Store().Find("app", null)!;

        Assert.Equal(["app.env", "env/more.env"], version.Files.Keys);
        var read = ComposeReader.Read(new ComposeSource(version.Compose, EnvFiles: version.Files));
        Assert.Equal([("A", "1"), ("B", "2")], read.Stack!.Services.Single().Environment.Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("catalog")]
    [InlineData(".catalog")]
    public void Both_forms_of_the_catalog_section_are_read(string section)
    {
        using var folder = new CatalogFolder().Config("app").Version("app", 0, "2.3.4", section);

        var version = folder.Store().Find("app", "2.3.4");

        Assert.Equal("tag", Assert.Single(version!.Questions).Variable);
    }

    [Fact]
    public void Versions_are_ordered_by_their_folders_number_and_config_names_the_default()
    {
        using var folder = new CatalogFolder().Config("app", "1.9.0").Version("app", 2, "1.8.0").Version("app", 9, "1.9.0").Version("app", 10, "2.0.0-beta");

        var store = folder.Store();

        Assert.Equal(["2.0.0-beta", "1.9.0", "1.8.0"], store.FindTemplate("app")!.Versions.Select(version => version.Version));
        Assert.Equal("1.9.0", store.Find("app", null)!.Version);
        Assert.Equal("1.8.0", store.Find("app", "1.8.0")!.Version);
        Assert.Null(store.Find("app", "7"));
        Assert.Null(store.Find("nothing", null));
    }

    [Fact]
    public void A_default_that_no_folder_has_is_a_problem_and_the_newest_is_offered()
    {
        using var folder = new CatalogFolder().Config("app", "9").Version("app", 0, "1.0.0").Version("app", 1, "1.1.0");

        var template = folder.Store().FindTemplate("app")!;

        Assert.Equal("1.1.0", template.Default!.Version);
        Assert.Contains(template.Problems, problem => problem.File == "config.yml");
    }

    [Fact]
    public void A_change_of_a_file_is_seen()
    {
        using var folder = new CatalogFolder().Config("app").Version("app", 0, "1.0.0");
        var store = folder.Store();
        Assert.Equal("1.0.0", store.Find("app", null)!.Version);

        folder.Version("app", 1, "1.1.0").Version("later", 0, "1.0.0");

        Assert.Equal("1.1.0", store.Find("app", null)!.Version);
        Assert.NotNull(store.FindTemplate("later"));
        Assert.Same(store.Read(), store.Read());
    }

    [Fact]
    public void A_teams_own_template_comes_before_a_built_in_one_of_its_name_and_both_are_told()
    {
        using var builtIn = new CatalogFolder().Config("app").Version("app", 0, "1.0.0").Config("other").Version("other", 0, "1.0.0");
        using var own = new CatalogFolder().Config("app").Version("app", 0, "5.0.0");

        var view = builtIn.Store(own.Path).Read();

        Assert.Equal("5.0.0", view.Templates.Single(template => template.Name == "app").Default!.Version);
        Assert.Contains(view.Templates, template => template.Name == "other");
        Assert.Equal(builtIn.Path, Assert.Single(view.Problems).File);
    }

    [Fact]
    public void A_folder_that_is_missing_is_told_and_hides_nothing()
    {
        using var folder = new CatalogFolder().Config("app").Version("app", 0, "1.0.0");

        var view = folder.Store("/nonexistent/catalog").Read();

        Assert.Single(view.Templates);
        Assert.Equal("/nonexistent/catalog", Assert.Single(view.Problems).File);
    }

    [Theory]
    [InlineData("config.yml")]
    [InlineData("catalogIcon-app.svg")]
    [InlineData("0/docker-compose.yml")]
    [InlineData("README.md")]
    public void A_link_is_not_followed(string path)
    {
        using var folder = new CatalogFolder().Config("app").Version("app", 0, "1.0.0").Write("app/catalogIcon-app.svg", "<svg/>").Write("app/README.md", "Read");
        var file = Path.Combine(folder.Path, "app", path);
        File.Delete(file);
        File.CreateSymbolicLink(file, "/etc/passwd");

        var template = folder.Store().FindTemplate("app")!;

        Assert.Contains(template.Problems, problem => problem.File == path && problem.Reason.Contains("link", StringComparison.Ordinal));
        Assert.True(path != "catalogIcon-app.svg" || template.Icon is null);
        Assert.True(path != "README.md" || template.Readme is null);
        Assert.True(path != "0/docker-compose.yml" || template.Versions.IsEmpty);
    }

    [Fact]
    public void A_rendered_template_holds_the_variable_in_the_place_of_a_password()
    {
        using var folder = new CatalogFolder().Config("app")
            .Write("app/0/docker-compose.yml.tpl", "services:\n  db:\n    image: acme/db:{{ .Values.tag }}\n{{- if ne .Values.password \"\" }}\n    environment:\n      PASSWORD: \"{{ .Values.password }}\"\n{{- end }}\n")
            .Write("app/0/rancher-compose.yml", "catalog:\n  questions:\n    - {variable: tag, default: '1'}\n    - {variable: password, type: password}\n");
        var version = folder.Store().Find("app", null)!;

        var with = version.Render(new Dictionary<string, string> { ["tag"] = "7", ["password"] = "a$b\"c: d" });
        var without = version.Render(new Dictionary<string, string> { ["tag"] = "7", ["password"] = "" });

        Assert.Equal("services:\n  db:\n    image: acme/db:7\n    environment:\n      PASSWORD: \"${password}\"\n", with.Compose);
        Assert.Equal("services:\n  db:\n    image: acme/db:7\n", without.Compose);
        var read = ComposeReader.Read(new ComposeSource(with.Compose!, Variables: new Dictionary<string, string> { ["password"] = "a$b\"c: d" }));
        Assert.Equal("a$b\"c: d", read.Stack?.Services.Single().Environment["PASSWORD"]);
    }
}
