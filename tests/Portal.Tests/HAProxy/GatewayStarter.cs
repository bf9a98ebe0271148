using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Portal.HAProxy;

namespace Portal.Tests.HAProxy;

/// <summary>
/// A process of its own that starts a gateway and then only waits to be killed: this assembly, run as a program, with a variable
/// that says what it is for.
/// </summary>
internal static class GatewayStarter
{
    private const string Variable = "PORTAL_TESTS_START_GATEWAY_IN";

    public static Process Spawn(string directory)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(GatewayStarter).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment[Variable] = directory;
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    public static async Task<int> MasterPidAsync(Process starter)
    {
        var line = await starter.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return int.Parse(line ?? "", CultureInfo.InvariantCulture);
    }

    public static string SessionOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3];
    }

    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } directory)
            return;
        // A module initializer cannot be asynchronous, and this process does nothing else.
        var start = new HAProxyProcess(directory).StartAsync().GetAwaiter().GetResult();
        Console.WriteLine(start.MasterPid);
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }
}
