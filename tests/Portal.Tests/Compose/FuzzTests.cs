using System.Text;
using Portal.Compose;

namespace Portal.Tests.Compose;

/// <summary>Any text gives a result. A failure names the seed that gives the same text again.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 500;

    private static readonly string[] Fragments =
    [
        "<<: *a", "&a ", "*a", "- ", "? ", ": ", "\n", "\t", "{", "}", "[", "]", "|\n", ">-\n", "'", "\"", "!!str ", "!reset ", "---\n", "...\n", "%YAML 9.9\n",
        "${", "${A:-${B:-", "}}", "$$", "$", "${A:?x}", "x-a: 1\n", "\u0000", "\uFFFE", "\uD800", "é", "#", "999999999999999999999", "-1", "1e999", "0x", ".inf",
        "services:\n", "  a:\n    image: b\n", "extends: web\n", "    depends_on: [web]\n", "volumes: [/:/]", "ports: [1-65535:1-65535]", "env_file: .env\n", "{{ if eq", "{{ end }}",
    ];

    [Theory]
    [InlineData(20261121)]
    [InlineData(7)]
    public void A_real_looking_text_that_is_mangled_never_throws(int seed)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            Survives(Mangle(Samples.All[random.Next(Samples.All.Count)], random), Mangle(Samples.Rancher, random), $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(1)]
    public void Random_bytes_never_throw(int seed)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            Survives(Encoding.UTF8.GetString(bytes), Encoding.Latin1.GetString(bytes), $"seed {seed}, round {round}");
        }
    }

    [Theory]
    [InlineData(3)]
    public void Random_pieces_of_the_format_never_throw(int seed)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Fragments[random.Next(Fragments.Length)]));
            Survives(text, text, $"seed {seed}, round {round}");
        }
    }

    private static void Survives(string text, string rancher, string which)
    {
        try
        {
            var result = ComposeReader.Read(new ComposeSource(text, rancher, Reading.Values(("A", "1"), ("TAG", "2")), EnvFiles: Reading.Values((".env", text))));
            Assert.Equal(result.Verdict == Verdict.Accepted, result.Stack is not null);
            Assert.All(result.Findings, f => Assert.True(f.Line >= 1 && f.Column >= 1 && f.Reason.Length > 0, f.ToString()));
            foreach (var service in result.Stack?.Services ?? [])
            {
                Assert.Equal(64, service.Fingerprint().Length);
            }

            _ = ComposeReader.FindVariables(text);
            _ = RancherTemplate.Read(rancher);
            _ = RancherCatalogEntry.Read(text);
            _ = GoTemplate.Render(rancher, Reading.Values(("A", "1")));
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{which}: {e}\n{text}");
        }
    }

    private static string Mangle(string text, Random random)
    {
        var mangled = new StringBuilder(text);
        for (var change = random.Next(1, 6); change > 0 && mangled.Length > 0; change--)
        {
            var at = random.Next(mangled.Length);
            var length = Math.Min(random.Next(1, 12), mangled.Length - at);
            switch (random.Next(5))
            {
                case 0: mangled.Remove(at, length); break;
                case 1: mangled.Insert(at, Fragments[random.Next(Fragments.Length)]); break;
                case 2: mangled.Insert(at, mangled.ToString(at, length)); break;
                case 3: mangled[at] = (char)random.Next(32, 127); break;
                default:
                    var from = random.Next(mangled.Length);
                    mangled.Insert(at, mangled.ToString(from, Math.Min(40, mangled.Length - from)));
                    break;
            }
        }

        return mangled.ToString();
    }
}
