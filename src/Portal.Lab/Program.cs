using Portal.Lab.Bench;
using Portal.Lab.Parts;
using Portal.Lab.Demo;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

try
{
    return args switch
    {
        ["demo", .. var rest] => await DemoRun.ExecuteAsync(DemoOptions.Read(rest), stop.Token),
        ["down"] => await DemoDown.ExecuteAsync(PartsPlace.Demo(), stop.Token),
        ["bench", .. var rest] => await BenchRun.ExecuteAsync(BenchOptions.Read(rest), stop.Token),
        ["logs"] => DemoLogs.Show(PartsPlace.Demo()),
        _ => throw new UsageException("Portal.Lab demo [--exit] [--report FILE] [--http PORT] [--gateway PORT] | down | logs | bench [NAME…] [--json FILE] [--requests NUMBER] [--download SECONDS]"),
    };
}
catch (UsageException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
