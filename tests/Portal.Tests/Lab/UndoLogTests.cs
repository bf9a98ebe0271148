using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Portal.Lab;

namespace Portal.Tests.Lab;

[Trait("Category", "Lab")]
public sealed class UndoLogTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task When_we_are_killed_everything_that_we_started_goes()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var doomed = Doomed("namespace");
        var left = await ReadyAsync(doomed, limit.Token);
        Assert.NotEmpty(await LeftoversAsync(left));
        var bridge = await BridgeOfAsync(left.Address);

        doomed.Kill();

        await GoneAsync(async () => [.. await LeftoversAsync(left), .. await LinksAsync("", bridge)]);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("file")]
    public async Task An_engine_beside_us_takes_its_bridges_and_firewall_rules_with_it(string mode)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var undo = UndoLog.Start();
        // A network namespace in place of the machine, so that this test touches nobody's firewall.
        var space = $"plab-test-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
        undo.Add($"remove_namespace {space}");
        await Shell.RunAsync("ip", ["netns", "add", space], limit.Token);
        await Shell.RunAsync("ip", ["-n", space, "link", "set", "lo", "up"], limit.Token);
        var file = Path.Combine(Path.GetTempPath(), $"{space}.undo");
        string[] enter = ["nsenter", $"--net=/run/netns/{space}"];
        using var doomed = Doomed(mode, enter, file);
        var left = await ReadyAsync(doomed, limit.Token);
        Assert.NotEmpty(await LinksAsync(space, left.Network));
        Assert.Contains("DOCKER", await FirewallAsync(space));

        doomed.Kill();
        await doomed.WaitForExitAsync(limit.Token);
        if (mode == "file")
        {
            Assert.NotEmpty(await LeftoversAsync(left));
            // What undoes it later is another process, on the same machine.
            using var later = Start(enter, new() { ["PORTAL_LAB_HOOK"] = "replay", ["PORTAL_LAB_UNDO"] = file });
            await later.WaitForExitAsync(limit.Token);
            Assert.Equal(0, later.ExitCode);
            Assert.False(File.Exists(file));
        }

        await GoneAsync(async () =>
        [
            .. await LeftoversAsync(left),
            .. await LinksAsync(space, left.Network),
            .. await LinksAsync(space, "docker0"),
            .. (await FirewallAsync(space)).Split('\n').Where(line => line.Contains("DOCKER", StringComparison.Ordinal) || line == "-P FORWARD DROP"),
        ]);
    }

    [Fact]
    public async Task Undoing_goes_backwards_and_leaves_out_what_is_gone_already()
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var undo = UndoLog.Start())
            {
                undo.Add($"echo first >>{UndoLog.Quote(file)}");
                undo.Add($"echo never >>{UndoLog.Quote(file)}").Forget();
                var early = undo.Add($"echo early >>{UndoLog.Quote(file)}");
                undo.Add($"echo 'the \"last\"' >>{UndoLog.Quote(file)}");
                await early.RunAsync();
            }

            Assert.Equal(["early", "the \"last\"", "first"], await File.ReadAllLinesAsync(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task What_cannot_be_undone_is_said_and_the_rest_is_undone()
    {
        var folder = Directory.CreateTempSubdirectory("portal-undo-test-");
        var undo = UndoLog.Start();
        undo.AddFolder(folder.FullName);
        undo.Add("false # on purpose");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await undo.DisposeAsync());

        Assert.Contains("on purpose", error.Message);
        Assert.False(Directory.Exists(folder.FullName));
    }

    [Fact]
    public async Task A_process_that_took_over_an_id_is_left_alone()
    {
        await using var undo = UndoLog.Start();
        await using var bystander = LabProcess.Start(undo, "sleep", ["1000"]);
        var start = ProcessIdentity.StartTime(bystander.Pid)!.Value;

        await undo.Add(string.Create(CultureInfo.InvariantCulture, $"end_process {bystander.Pid} {start + 1}")).RunAsync();
        Assert.False(bystander.HasExited);

        await undo.AddProcess(bystander.Pid).RunAsync();
        await bystander.WaitUntilExitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_program_that_ends_early_says_what_it_wrote()
    {
        await using var undo = UndoLog.Start();
        await using var program = LabProcess.Start(undo, "sh", ["-c", "echo the reason >&2; exit 3"]);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => program.WaitForLineAsync("ready", TimeSpan.FromSeconds(30)));

        Assert.Contains("ended with 3", error.Message);
        Assert.Contains("the reason", error.Message);
    }

    [Fact]
    public async Task What_ignores_TERM_is_killed()
    {
        await using var undo = UndoLog.Start();
        await using var program = LabProcess.Start(undo, "bash", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]);
        await program.WaitForLineAsync("ready", TimeSpan.FromSeconds(30));

        await program.StopAsync(TimeSpan.FromMilliseconds(200));

        Assert.Equal(137, program.ExitCode);
    }

    private sealed record Left(string Folder, int ContainerPid, int RegistryPort, string Address, string Network);

    private static Process Doomed(string mode, string[]? enter = null, string? file = null) =>
        Start(enter ?? [], new() { ["PORTAL_LAB_HOOK"] = mode, ["PORTAL_LAB_UNDO"] = file ?? "" });

    private static Process Start(string[] enter, Dictionary<string, string> environment)
    {
        // Any program would do whose main method is never reached; it needs the tests' own list of assemblies to load the hook.
        var tests = Path.ChangeExtension(typeof(UndoLogTests).Assembly.Location, null);
        string[] command =
            [.. enter, Environment.ProcessPath!, "exec", "--depsfile", $"{tests}.deps.json", "--runtimeconfig", $"{tests}.runtimeconfig.json", typeof(UndoLog).Assembly.Location];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(UndoLogTests).Assembly.Location;
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<Left> ReadyAsync(Process process, CancellationToken cancel)
    {
        var output = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            output.Add(line);
            if (line.Split(' ') is ["READY", var folder, var pid, var port, var address, var network])
            {
                return new Left(
                    folder, int.Parse(pid, CultureInfo.InvariantCulture), int.Parse(port, CultureInfo.InvariantCulture), address, network);
            }
        }

        throw new InvalidOperationException($"The second process ended: {string.Join('\n', output)}");
    }

    private static async Task<List<string>> LeftoversAsync(Left left)
    {
        var mounts = await File.ReadAllLinesAsync("/proc/self/mountinfo");
        return
        [
            .. mounts.Where(line => line.Contains(left.Folder, StringComparison.Ordinal)),
            .. Directory.Exists(left.Folder) ? [left.Folder] : Array.Empty<string>(),
            .. Directory.EnumerateDirectories("/sys/fs/cgroup").SelectMany(Directory.EnumerateDirectories)
                .Where(group => Path.GetFileName(group) == Path.GetFileName(left.Folder)),
            .. ProcessIdentity.StartTime(left.ContainerPid) is not null ? ["the container's process"] : Array.Empty<string>(),
            .. (await Shell.TryAsync("grep", ["-lasF", "--", $"{left.Folder}/", .. Directory.GetDirectories("/proc").Select(folder => $"{folder}/cmdline")]))
                .Output.Split('\n').Where(file => file.Length > 0 && !file.Contains("self", StringComparison.Ordinal) && IsEngine(file)),
        ];
    }

    private static bool IsEngine(string commandLineFile)
    {
        var target = new FileInfo(Path.Combine(Path.GetDirectoryName(commandLineFile)!, "exe")).LinkTarget;
        return Path.GetFileName(target) is "dockerd" or "containerd" or "containerd-shim-runc-v2";
    }

    private static async Task<string> BridgeOfAsync(string address)
    {
        var route = await Shell.RunAsync("ip", ["-o", "route", "get", address]);
        return route.Split(' ').SkipWhile(word => word != "dev").ElementAt(1);
    }

    private static async Task<List<string>> LinksAsync(string space, string name)
    {
        string[] prefix = space.Length == 0 ? [] : ["-n", space];
        var links = await Shell.RunAsync("ip", [.. prefix, "-o", "link", "show"]);
        return [.. links.Split('\n').Where(line => line.Contains($" {name}:", StringComparison.Ordinal))];
    }

    private static Task<string> FirewallAsync(string space) =>
        Shell.RunAsync("nsenter", [$"--net=/run/netns/{space}", "iptables", "-w", "-S"]);

    private static async Task GoneAsync(Func<Task<List<string>>> leftovers)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await leftovers() is { Count: > 0 } left)
        {
            Assert.False(limit.IsCancellationRequested, $"Still there:\n{string.Join('\n', left)}");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
