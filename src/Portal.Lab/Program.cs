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
        ["down"] => await DemoDown.ExecuteAsync(DemoPlace.Default(), stop.Token),
        ["logs"] => DemoLogs.Show(DemoPlace.Default()),
        _ => throw new UsageException("Portal.Lab demo [--exit] [--report FILE] [--http PORT] [--gateway PORT] | down | logs"),
    };
}
catch (UsageException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
