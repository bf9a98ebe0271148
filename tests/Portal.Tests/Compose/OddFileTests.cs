using System.Text;
using Portal.Compose;
using Portal.Tests.Compose.Odd;

namespace Portal.Tests.Compose;

/// <summary>Files as they are found in the wild, each with what an honest reading says of it, and all of them mangled.</summary>
public sealed class OddFileTests
{
    // Only a hang is this long.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Names => [.. OddFile.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_gets_the_verdict_and_the_findings_that_it_deserves(string name)
    {
        var file = OddFile.All.Single(f => f.Name == name);

        var result = await Task.Run(file.Read).WaitAsync(Hang);

        var said = result.Findings.Select(f => $"{f.Line} {(f.Outcome == FindingOutcome.Ignored ? "ignored" : "refused")} {f.Key}");
        Assert.True(file.Says.SequenceEqual(said) && file.Verdict == result.Verdict, $"{result.Verdict}\n{string.Join('\n', result.Findings)}");
        Assert.Equal(file.Verdict == Verdict.Accepted, result.Stack is not null);
    }

    [Fact]
    public void There_are_many_and_each_has_its_name() => Assert.True(OddFile.All.DistinctBy(f => f.Name).Count() == OddFile.All.Count && OddFile.All.Count >= 90);

    [Theory]
    [InlineData(20261121)]
    [InlineData(3)]
    public async Task Mangled_they_still_give_a_result(int seed)
    {
        OddFile[] files = [.. OddFile.All.Where(f => f.Text.Length < 10_000)];
        string[] lines = [.. files.SelectMany(f => f.Text.Split('\n'))];
        for (var round = 0; round < 1500; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            var file = files[random.Next(files.Length)];
            var mangled = file with { Text = Mangle(file.Text, lines, random), Rancher = file.Rancher is { } r ? Mangle(r, lines, random) : null };
            try
            {
                var result = await Task.Run(mangled.Read).WaitAsync(Hang);
                Assert.Equal(result.Verdict == Verdict.Accepted, result.Stack is not null);
                Assert.True(result.Verdict == Verdict.Accepted || result.Findings.Any(f => f.Outcome != FindingOutcome.Ignored));
                Assert.All(result.Stack?.Services ?? [], s => Assert.Equal(64, s.Fingerprint().Length));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, from '{file.Name}': {e}\n{mangled.Text}\n--\n{mangled.Rancher}");
            }
        }
    }

    /// <summary>Lines dropped, doubled, moved, indented otherwise, taken from another file; characters changed.</summary>
    private static string Mangle(string text, string[] others, Random random)
    {
        var lines = text.Split('\n').ToList();
        for (var change = random.Next(1, 5); change > 0 && lines.Count > 0; change--)
        {
            var at = random.Next(lines.Count);
            switch (random.Next(7))
            {
                case 0: lines.RemoveAt(at); break;
                case 1: lines.Insert(at, lines[random.Next(lines.Count)]); break;
                case 2: lines.Insert(at, others[random.Next(others.Length)]); break;
                case 3: lines[at] = "  " + lines[at]; break;
                case 4: lines[at] = lines[at].TrimStart(); break;
                case 5: lines[at] = lines[at].Split(':')[0] + ": " + others[random.Next(others.Length)].Split(": ")[^1]; break;
                default:
                    var line = new StringBuilder(lines[at]);
                    line.Insert(random.Next(line.Length + 1), "{}[]:-*&!|>'\"$%@`#,\t?"[random.Next(21)]);
                    lines[at] = line.ToString();
                    break;
            }
        }

        return string.Join('\n', lines);
    }
}
