using System.Text;
using Portal.Docker;
using static Portal.Tests.Docker.EngineScope;

namespace Portal.Tests.Docker;

[Trait("Category", "Lab")]
public sealed class ExecTests
{
    [Fact]
    public async Task A_program_gives_its_outputs_and_its_exit_code()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());
        var spec = new ExecSpec(["sh", "-c", "echo $NAME in $(pwd) as $(id -u); echo bad >&2; exit 4"])
        {
            Environment = new Dictionary<string, string> { ["NAME"] = "me" },
            WorkingDir = "/tmp",
            User = "65534",
        };

        var result = await lab.Client.Exec.RunAsync(id, spec, lab.Cancel);

        Assert.Equal(new ExecResult(4, "me in /tmp as 65534\n", "bad\n", Truncated: false), result);
    }

    [Fact]
    public async Task Output_without_end_is_bounded()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());

        var result = await lab.Client.Exec.RunAsync(
            id, new ExecSpec(["sh", "-c", "head -c 500000 /dev/zero | tr '\\0' x"]) { LongestOutput = 1000 }, lab.Cancel);

        Assert.Equal((1000, true, 0), (result.StdOut.Length, result.Truncated, result.ExitCode));
    }

    [Fact]
    public async Task A_program_that_is_not_there_ends_with_the_shells_code()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());

        var result = await lab.Client.Exec.RunAsync(id, ["/no/such/program"], lab.Cancel);

        Assert.True(result.ExitCode is 126 or 127, $"{result}");
    }

    [Fact]
    public async Task Nothing_runs_in_a_container_that_does_not()
    {
        await using var lab = await OpenAsync();
        var id = await lab.Client.Containers.CreateAsync(lab.Name("c"), lab.Spec());

        await FailsAsync(EngineErrorKind.Conflict, () => lab.Client.Exec.RunAsync(id, ["true"]));
    }

    [Fact]
    public async Task A_terminal_takes_what_is_typed_and_has_a_size()
    {
        await using var lab = await OpenAsync();
        var id = await lab.RunAsync(lab.Spec());
        await using var session = await lab.Client.Exec.OpenAsync(id, new ExecSpec(["sh"]), new TerminalSize(91, 17), lab.Cancel);

        await TypeAsync("stty size; echo $((40 + 2))\n");
        var first = await ReadUntilAsync("42");
        await session.ResizeAsync(new TerminalSize(120, 40), lab.Cancel);
        await TypeAsync("stty size\n");
        var second = await ReadUntilAsync("40 120");
        await TypeAsync("exit 5\n");
        await ReadUntilAsync(null);

        Assert.Contains("17 91", first);
        Assert.Contains("40 120", second);
        Assert.Equal(5, await session.ExitCodeAsync(lab.Cancel));

        Task TypeAsync(string text) => session.WriteAsync(Encoding.UTF8.GetBytes(text), lab.Cancel);

        async Task<string> ReadUntilAsync(string? wanted)
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (wanted is null || !text.ToString().Contains(wanted, StringComparison.Ordinal))
            {
                var length = await session.ReadAsync(buffer, lab.Cancel);
                if (length == 0)
                {
                    return wanted is null ? text.ToString() : throw new EndOfStreamException(text.ToString());
                }

                text.Append(Encoding.UTF8.GetString(buffer, 0, length));
            }

            return text.ToString();
        }
    }
}
