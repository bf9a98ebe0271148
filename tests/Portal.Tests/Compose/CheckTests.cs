using System.Diagnostics;
using System.Text.Json;
using Portal.Cli;

namespace Portal.Tests.Compose;

/// <summary><c>./portal compose check</c>, in this process and as the program that it is.</summary>
public sealed class CheckTests : IDisposable
{
    private const string Good = "services:\n  web: {image: shop/web:1}\n";
    private const string Bad = "services:\n  web:\n    image: shop/web:1\n    privileged: true\n    build: .\n";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portal-check-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void The_report_in_JSON_has_exactly_the_promised_shape()
    {
        var (code, output, _) = Run(Write("bad.yml", Bad), "--json");

        Assert.Equal(1, code);
        var file = Assert.Single(JsonDocument.Parse(output).RootElement.EnumerateArray());
        Assert.Equal<string>(["file", "verdict", "services", "findings"], file.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Path.Combine(folder.FullName, "bad.yml"), file.GetProperty("file").GetString());
        Assert.Equal("refused", file.GetProperty("verdict").GetString());
        Assert.Equal<string>(["web"], file.GetProperty("services").EnumerateArray().Select(s => s.GetString()!));
        var findings = file.GetProperty("findings").EnumerateArray().ToArray();
        Assert.All(findings, f => Assert.Equal<string>(["line", "key", "outcome", "reason"], f.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(
            [(4, "services.web.privileged", "refused"), (5, "services.web.build", "ignored")],
            findings.Select(f => (f.GetProperty("line").GetInt32(), f.GetProperty("key").GetString()!, f.GetProperty("outcome").GetString()!)));
        Assert.All(findings, f => Assert.NotEqual("", f.GetProperty("reason").GetString()));
    }

    [Fact]
    public void The_worst_file_decides_the_exit_code()
    {
        var (good, bad, broken) = (Write("good.yml", Good), Write("bad.yml", Bad), Write("broken.yml", "a: [\n"));

        Assert.Equal(0, Run(good, good).Code);
        Assert.Equal(1, Run(bad, good).Code);
        Assert.Equal(2, Run(broken, bad, good).Code);
        Assert.Equal(2, Run(bad, broken).Code);
        Assert.Equal(2, Run(good, Path.Combine(folder.FullName, "none.yml")).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("- a\n- b\n")]
    [InlineData("just words")]
    [InlineData("a: 'b\n")]
    [InlineData("a:\n\t- b\n")]
    [InlineData("services:\n  web:\n    image: \u0000\n")]
    public void What_is_no_mapping_in_YAML_is_unreadable(string text)
    {
        var (code, output, _) = Run(Write("odd.yml", text), "--json");

        Assert.Equal(2, code);
        var file = JsonDocument.Parse(output).RootElement[0];
        Assert.Equal("unreadable", file.GetProperty("verdict").GetString());
        Assert.Empty(file.GetProperty("services").EnumerateArray());
        Assert.Single(file.GetProperty("findings").EnumerateArray());
    }

    [Fact]
    public void Files_that_are_no_text_too_long_or_no_files_are_unreadable()
    {
        Assert.Contains("UTF-8", Unreadable(Write("latin.yml", [.. "services:\n  web: {image: a, user: "u8, 0xE9, .. "}\n"u8])), StringComparison.Ordinal);
        Assert.Contains("1024 KiB", Unreadable(Write("long.yml", Good + new string('#', 10 * 1024 * 1024))), StringComparison.Ordinal);
        Assert.Contains("directory", Unreadable(folder.FullName), StringComparison.Ordinal);
        Assert.Contains("longer", Unreadable("/dev/zero"), StringComparison.Ordinal);

        string Unreadable(string file)
        {
            var (code, output, _) = Run(file);
            Assert.Equal(2, code);
            return output;
        }
    }

    [Fact]
    public void A_mark_at_the_beginning_and_line_ends_of_any_kind_are_no_fault()
    {
        var text = Good.ReplaceLineEndings("\r\n");

        Assert.Equal(0, Run(Write("a.yml", [0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(text)])).Code);
        Assert.Equal(0, Run(Write("b.yml", [0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(text)])).Code);
        Assert.Equal(0, Run(Write("c.yml", [0xFE, 0xFF, .. System.Text.Encoding.BigEndianUnicode.GetBytes(text)])).Code);
    }

    [Fact]
    public void A_variable_without_a_value_is_named_and_can_be_given()
    {
        var file = Write("tag.yml", "services:\n  web:\n    image: shop/web:${TAG}\n    environment:\n      A: ${PATH}\n");
        var (code, output, _) = Run(file);

        Assert.Equal(1, code);
        Assert.Contains($"{file}:3: services.web.image: refused: the variable TAG has neither a value nor a default", output, StringComparison.Ordinal);
        Assert.Contains("without a value: TAG, PATH; give them with --env NAME=VALUE", output, StringComparison.Ordinal);
        Assert.DoesNotContain("no name of an image", output, StringComparison.Ordinal);
        Assert.Equal(0, Run(file, "--env", "TAG=1", "--env=PATH=x=y").Code);
        Assert.Equal(0, Run(file, "--env-file", Write(".env", "# values\nTAG=\"1\"\nexport PATH=${TAG}x\n")).Code);
        Assert.Equal(1, Run(file, "--env-file", Write("more.env", "TAG=1\nPATH=a\n"), "--env", "TAG=not a tag").Code);
    }

    [Fact]
    public void Files_beside_the_text_are_read_and_others_are_not()
    {
        Write("web.env", "A=1\n");
        var outside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = Write("env.yml", "services:\n  web: {image: a, env_file: [web.env, ./web.env]}\nconfigs: {c: {file: ./web.env}}\n");

        Assert.Equal(0, Run(file).Code);
        Assert.Contains("'../web.env' was not handed over", Run(Write("sub/up.yml", "services:\n  web: {image: a, env_file: ../web.env}\n")).Output, StringComparison.Ordinal);
        Assert.Contains("was not handed over", Run(Write("abs.yml", $"services:\n  web: {{image: a, env_file: {outside}}}\n")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_Rancher_file_counts_and_its_findings_say_that_they_are_its()
    {
        var compose = Write("docker-compose.yml", "version: '2'\nservices:\n  web:\n    image: shop/web:${TAG}\n    environment: {SIZE: '${SIZE}'}\n");
        var rancher = Write("rancher-compose.yml", """
            version: '2'
            catalog:
              questions:
                - {variable: TAG, default: "1.2"}
                - {variable: SIZE}
            services:
              web: {scale: 2, metadata: {a: b}}
            """);

        var (code, output, _) = Run(compose, "--rancher", rancher);
        Assert.Equal(0, code);
        Assert.Contains($"{rancher}:7: services.web.metadata: ignored: ", output, StringComparison.Ordinal);
        var json = JsonDocument.Parse(Run(compose, "--rancher", rancher, "--json").Output).RootElement[0].GetProperty("findings")[0];
        Assert.StartsWith(rancher + ": ", json.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Run(compose, "--rancher", Write("other.yml", "services: {db: {scale: 1}}\n")).Code);
        Assert.Equal(2, Run(compose, "--rancher", Path.Combine(folder.FullName, "none")).Code);
    }

    [Fact]
    public void A_template_is_rendered_with_the_answers_first()
    {
        var template = Write("docker-compose.yml.tpl", "services:\n  web:\n    image: shop/web:1\n{{- if eq .Values.DB \"true\" }}\n  db:\n    image: postgres\n{{- end }}\n");

        Assert.Contains("services: web, db", Run(template, "--env", "DB=true").Output, StringComparison.Ordinal);
        Assert.Contains("services: web\n", Run(template, "--env", "DB=false").Output, StringComparison.Ordinal);
        Assert.Equal(1, Run(Write("wrong.tpl", "services:\n  web: {{ nonsense }}\n")).Code);
    }

    [Fact]
    public void Standard_input_is_a_file_too() =>
        Assert.Equal(0, ComposeCheck.Run(["compose", "check", "-"], () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Good)), TextWriter.Null, TextWriter.Null));

    [Theory]
    [InlineData("compose", "check")]
    [InlineData("compose", "chek", "a.yml")]
    [InlineData("compose", "check", "a.yml", "--nonsense")]
    [InlineData("compose", "check", "a.yml", "--rancher")]
    [InlineData("compose", "check", "a.yml", "--env", "=x")]
    [InlineData("compose", "check", "a.yml", "--json=yes")]
    public void A_wrong_command_line_says_how_it_is_used(params string[] arguments)
    {
        using var error = new StringWriter();

        Assert.Equal(2, ComposeCheck.Run(arguments, () => Stream.Null, TextWriter.Null, error));
        Assert.Contains("Usage: portal compose check", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_a_file_cannot_move_the_terminals_cursor() =>
        Assert.DoesNotContain('\u001b', Run(Write("esc.yml", "services:\n  \"a\\e[2J\": {image: a}\n")).Output);

    [Fact]
    public async Task The_program_looks_at_no_variable_of_its_environment()
    {
        var file = Write("env.yml", "services:\n  web: {image: 'shop/web:${TAG}'}\n");

        var (code, output) = await Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.Cli.dll"), "compose", "check", "--json", "env.yml"]);

        Assert.Equal(1, code);
        var report = JsonDocument.Parse(output).RootElement[0];
        Assert.Equal("env.yml", report.GetProperty("file").GetString());
        Assert.Contains("TAG", report.GetProperty("findings")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task The_launcher_builds_it_once_and_finds_files_where_it_was_called()
    {
        Write("here.yml", Good);
        var launcher = Path.Combine(Root(), "portal");
        var (code, output) = await Start(launcher, ["compose", "check", "here.yml"]);
        Assert.True(code == 0 && output.StartsWith("here.yml: accepted\n", StringComparison.Ordinal), output);
        var stamp = new FileInfo(Path.Combine(Root(), ".portal", "cli.sources")).LastWriteTimeUtc;

        Assert.Equal(2, (await Start(launcher, ["compose", "check", "gone.yml"])).Code);
        Assert.Equal(stamp, new FileInfo(Path.Combine(Root(), ".portal", "cli.sources")).LastWriteTimeUtc);
    }

    private static string Root()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Portal.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("no Portal.sln above the tests");
        }

        return root.FullName;
    }

    private async Task<(int Code, string Output)> Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
        start.Environment["TAG"] = "from-the-environment";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = ComposeCheck.Run(["compose", "check", .. arguments], () => Stream.Null, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
