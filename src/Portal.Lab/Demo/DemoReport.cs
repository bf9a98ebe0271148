using System.Diagnostics;
using System.Text.Json;

namespace Portal.Lab.Demo;

public sealed record StepResult(string Name, bool Ok, double Seconds);

public sealed record LoadedDeploy(double Seconds, long Requests, long Failed);

public sealed record LoadedSwitch(double Milliseconds, long Requests, long Failed);

public sealed record PortalFigures(double StartSeconds, double RssMiB);

/// <summary>What the demo measured, told as it happens and written as JSON in the end.</summary>
public sealed class DemoReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly List<StepResult> steps = [];

    public LoadedDeploy? Redeploy { get; set; }

    public List<LoadedSwitch> Switches { get; } = [];

    public PortalFigures? Portal { get; set; }

    public bool Ok => steps.TrueForAll(step => step.Ok) && Redeploy is { Failed: 0 } && Switches.Count == 2 && Switches.TrueForAll(one => one.Failed == 0);

    public async Task<T> StepAsync<T>(string name, Func<Task<T>> work)
    {
        Console.Write($"  {name} … ");
        var started = Stopwatch.GetTimestamp();
        var ok = false;
        try
        {
            var result = await work();
            ok = true;
            return result;
        }
        finally
        {
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            steps.Add(new StepResult(name, ok, Math.Round(seconds, 3)));
            Console.WriteLine(ok ? $"{seconds:0.0} s" : $"failed after {seconds:0.0} s");
        }
    }

    public Task StepAsync(string name, Func<Task> work) => StepAsync(name, async () =>
    {
        await work();
        return true;
    });

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(
        new { Ok, Steps = steps, Redeploy = Redeploy ?? new LoadedDeploy(0, 0, 0), Switches, Portal = Portal ?? new PortalFigures(0, 0) }, Json) + "\n");
}
