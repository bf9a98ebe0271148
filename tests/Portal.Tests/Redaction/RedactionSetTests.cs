using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.Redaction;
using YamlDotNet.Serialization;

namespace Portal.Tests.Redaction;

public sealed class RedactionSetTests
{
    private const string Odd = "pä\"ss'w\\ö rd/+&<é>\t%=1";

    private static readonly JsonSerializerOptions Lenient = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Wide = new() { Encoder = JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };

    public static TheoryData<string, string> Forms()
    {
        var bytes = Encoding.UTF8.GetBytes(Odd);
        return new TheoryData<string, string>
        {
            { "as it is", Odd },
            { "JSON", JsonSerializer.Serialize(Odd)[1..^1] },
            { "lenient JSON", JsonSerializer.Serialize(Odd, Lenient)[1..^1] },
            { "JSON of others", JsonSerializer.Serialize(Odd, Wide)[1..^1].ToLowerInvariant() },
            { "YAML", new SerializerBuilder().WithDefaultScalarStyle(YamlDotNet.Core.ScalarStyle.DoubleQuoted).Build().Serialize(Odd).Trim()[1..^1] },
            { "YAML in single quotes", Odd.Replace("'", "''", StringComparison.Ordinal) },
            { "URL", Uri.EscapeDataString(Odd) },
            { "URL in lower case", System.Text.RegularExpressions.Regex.Replace(Uri.EscapeDataString(Odd), "%..", escape => escape.Value.ToLowerInvariant()) },
            { "form", WebUtility.UrlEncode(Odd) },
            { "HTML", WebUtility.HtmlEncode(Odd) },
            { "base64", Convert.ToBase64String(bytes) },
            { "base64 for URLs", Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=') },
        };
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_value_is_found_however_it_is_written(string how, string form)
    {
        Assert.NotEmpty(how);
        var set = new RedactionSet([Odd]);

        var clean = set.Clean($"before {form} after");

        Assert.StartsWith("before [redacted]", clean, StringComparison.Ordinal);
        Assert.EndsWith(" after", clean, StringComparison.Ordinal);
        Assert.DoesNotContain(form, clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u:")]
    [InlineData("us:")]
    [InlineData("user:")]
    public void A_value_inside_something_longer_in_base64_is_found_wherever_it_begins(string before)
    {
        const string value = "correct-horse-battery";
        var set = new RedactionSet([value]);

        var clean = set.Clean($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}{value}@host"))}");

        Assert.Contains(RedactionSet.Mark, clean, StringComparison.Ordinal);
        var left = clean["Authorization: Basic ".Length..].Split(RedactionSet.Mark);
        // What is left of it on either side is of at most two bytes that touch the neighbours.
        Assert.True(left[0].Length + left[1].Length <= Convert.ToBase64String(Encoding.UTF8.GetBytes($"{before}@host")).Length + 4, clean);
    }

    [Fact]
    public void Values_that_lie_over_each_other_go_together_and_the_longest_wins()
    {
        var set = new RedactionSet(["abcdef", "abcdefgh", "ghijkl-x"]);

        Assert.Equal("1 [redacted] 2 [redacted] 3", set.Clean("1 abcdefghijkl-x 2 abcdef 3"));
        Assert.Equal("[redacted][redacted]", set.Clean("abcdefabcdef"));
    }

    [Fact]
    public void What_holds_no_value_is_the_very_same_text()
    {
        const string text = "web 1 exited with 3";

        Assert.Same(text, new RedactionSet(["something-else"]).Clean(text));
        Assert.Same(text, RedactionSet.Nothing.Clean(text));
    }

    [Fact]
    public void A_value_too_short_to_be_told_from_other_text_is_not_searched_for()
    {
        Assert.Equal("a cat sat", new RedactionSet(["cat", "", "     \n  "]).Clean("a cat sat"));
    }

    [Fact]
    public void A_long_value_that_is_cut_off_is_found_as_far_as_it_goes()
    {
        var value = string.Concat(Enumerable.Range(0, 500).Select(n => $"{n:x3}"));
        var set = new RedactionSet([value]);

        Assert.Equal("said [redacted]", set.Clean($"said {value[..300]}"));
        Assert.Equal("said [redacted]…", set.Clean($"said {value}…"));
        Assert.Equal($"said {value[..40]}", set.Clean($"said {value[..40]}"));
    }

    [Fact]
    public void Of_a_value_of_many_lines_each_line_is_found_but_for_what_every_key_file_has()
    {
        var set = new RedactionSet(["-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"]);

        Assert.Equal("[redacted]", set.Clean("hkiG9w0BAQEFAASC"));
        Assert.Equal("    [redacted]", set.Clean("    MIIEvQIBADANBgkq"));
        Assert.Equal("-----BEGIN PRIVATE KEY-----", set.Clean("-----BEGIN PRIVATE KEY-----"));
    }

    [Fact]
    public void A_document_stays_one_and_is_clean_inside()
    {
        const string value = "\",\"state\":\"";
        var set = new RedactionSet([value, "s3cret-\"word\"", "87654321"]);
        var json = JsonSerializer.Serialize(new { stack = "a", state = "x s3cret-\"word\" y", deep = new object[] { value, 87654321, 5, true } });

        using var clean = JsonDocument.Parse(set.CleanJson(json));

        Assert.Equal("a", clean.RootElement.GetProperty("stack").GetString());
        Assert.Equal("x [redacted] y", clean.RootElement.GetProperty("state").GetString());
        Assert.Equal(["\"[redacted]\"", "\"[redacted]\"", "5", "true"], clean.RootElement.GetProperty("deep").EnumerateArray().Select(one => one.GetRawText()));
        Assert.Equal("no json [redacted] {", set.CleanJson("no json 87654321 {"));
    }

    [Fact]
    public void Random_texts_lose_every_value_and_nothing_else()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            string Word(int least, int most) => new([.. Enumerable.Range(0, random.Next(least, most)).Select(_ => (char)random.Next('a', 'e'))]);
            string[] values = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Word(6, 24))];
            var text = string.Concat(Enumerable.Range(0, 30).Select(_ => random.Next(3) == 0 ? values[random.Next(values.Length)] : Word(1, 8)));
            var set = new RedactionSet(values);

            var clean = set.Clean(text);

            Assert.True(values.All(value => !clean.Contains(value, StringComparison.Ordinal)), $"seed {seed}: {clean}");
            var at = 0;
            foreach (var left in clean.Split(RedactionSet.Mark))
            {
                var found = text.IndexOf(left, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"seed {seed}: {left} of {clean} is not in {text}");
                at = found + left.Length;
            }
        }
    }

    [Fact]
    public void A_tenants_values_are_searched_for_in_its_own_texts_and_in_the_log_and_the_platforms_everywhere()
    {
        var (one, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var redactor = new Redactor();
        redactor.Learn(one, "succeeded");
        redactor.Learn(null, "bind-password");

        Assert.Equal("[redacted] [redacted]", redactor.For(one).Clean("succeeded bind-password"));
        Assert.Equal("succeeded [redacted]", redactor.For(other).Clean("succeeded bind-password"));
        Assert.Equal("[redacted] [redacted]", redactor.All.Clean("succeeded bind-password"));
    }

    [Fact]
    public void In_a_file_of_settings_those_are_secret_whose_name_tells_or_that_nobody_writes_by_hand()
    {
        const string file = """
            # comment PASSWORD=no
            export DB_PASSWORD="quoted value"
            LOG_LEVEL=information
            DATABASE_URL=postgres://app:p%40ss-word@db.example.org/app
            IMAGE=registry.example.org/web:1.2.3
            SESSION=f81d4fae-7dec-11d0
            tls_key_file=/etc/tls/private.pem
            apiToken: abcdefgh
            """;

        Assert.Equal(["quoted value", "p%40ss-word", "p@ss-word", "f81d4fae-7dec-11d0", "abcdefgh"], SecretNames.InSettings(file.ReplaceLineEndings("\n")));
    }
}
