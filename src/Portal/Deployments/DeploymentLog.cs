using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Planning;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>
/// What people read while a deployment runs and after. Its lines are also its steps. Lines are written in their order by one loop, as many
/// together as have come meanwhile: no step waits for the database to keep what it said, and one that is away for a while loses nothing.
/// </summary>
public sealed class DeploymentLog : StepLog, IAsyncDisposable
{
    /// <summary>Longer texts are cut: a container may write a line without end.</summary>
    private const int LongestText = 2000;
    private readonly Writer writer;
    private readonly Func<RedactionSet> secrets;
    private readonly string step;

    public DeploymentLog(PortalDbFactory databases, Redactor redactor, TimeProvider clock, ILogger log, Guid tenant, Guid deployment)
        : this(new Writer(databases, clock, log, tenant, deployment), () => redactor.For(tenant), "")
    {
    }

    private DeploymentLog(Writer writer, Func<RedactionSet> secrets, string step) => (this.writer, this.secrets, this.step) = (writer, secrets, step);

    /// <summary>For one step: several may be under way at once, and each writes under its own title.</summary>
    public DeploymentLog For(string title) => new(writer, secrets, title);

    /// <param name="after">What the plan has after it, as far as can be seen now; it becomes the line's text, a title a line.</param>
    public Task BeginAsync(IEnumerable<string> after, CancellationToken cancellationToken) =>
        WriteAsync(DeploymentLogKind.StepStarted, string.Join('\n', after), null, cancellationToken);

    public Task DoneAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepDone, text, 1, cancellationToken);

    public Task FailedAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepFailed, text, null, cancellationToken);

    public override Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepProgress, text, fraction, cancellationToken);

    public override Task LineAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.Line, text, null, cancellationToken);

    /// <summary>Comes back once everything said so far is kept.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

    /// <summary>Writes what is left, where the database lets it.</summary>
    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private Task WriteAsync(DeploymentLogKind kind, string text, double? fraction, CancellationToken cancellationToken)
    {
        // Before it is cut: half a secret would not be known again.
        var clean = secrets().Clean(text);
        // PostgreSQL's text holds no NUL.
        return writer.AddAsync(kind, step, (clean.Length > LongestText ? clean[..LongestText] + "…" : clean).Replace('\0', '�'), fraction, cancellationToken);
    }

    private sealed class Writer : IAsyncDisposable
    {
        private const int MostWaiting = 1000;
        private const int MostTogether = 100;
        private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);
        private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);
        private readonly PortalDbFactory databases;
        private readonly TimeProvider clock;
        private readonly ILogger log;
        private readonly Guid tenant;
        private readonly Guid deployment;
        private readonly Channel<(DeploymentLogLine? Line, TaskCompletionSource? Flushed)> waiting =
            Channel.CreateBounded<(DeploymentLogLine?, TaskCompletionSource?)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
        private readonly CancellationTokenSource stop = new();
        private readonly Task loop;

        public Writer(PortalDbFactory databases, TimeProvider clock, ILogger log, Guid tenant, Guid deployment)
        {
            (this.databases, this.clock, this.log, this.tenant, this.deployment) = (databases, clock, log, tenant, deployment);
            loop = Task.Run(WriteAllAsync);
        }

        public async Task AddAsync(DeploymentLogKind kind, string step, string text, double? fraction, CancellationToken cancellationToken)
        {
            var line = new DeploymentLogLine { DeploymentId = deployment, TenantId = tenant, At = clock.GetUtcNow(), Kind = kind, Step = step, Text = text, Fraction = fraction };
            await waiting.Writer.WriteAsync((line, null), cancellationToken);
        }

        public async Task FlushAsync(CancellationToken cancellationToken)
        {
            var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await waiting.Writer.WriteAsync((null, flushed), cancellationToken);
            // A defect ends the loop; whoever waits is told.
            await await Task.WhenAny(flushed.Task, loop).WaitAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            waiting.Writer.TryComplete();
            stop.CancelAfter(LongestEnd);
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Ended by a defect, or by the time: a database that stayed away takes what was still to be written.
            if (!loop.IsCompletedSuccessfully)
            {
                log.LogError(loop.Exception, "Lines of deployment {Deployment} were lost", deployment);
            }

            stop.Dispose();
        }

        private async Task WriteAllAsync()
        {
            try
            {
                await WriteWhatComesAsync();
            }
            catch (Exception defect)
            {
                // Nobody shall wait for room that will not come.
                waiting.Writer.TryComplete(defect);
                throw;
            }
        }

        private async Task WriteWhatComesAsync()
        {
            List<DeploymentLogLine> lines = [];
            List<TaskCompletionSource> flushes = [];
            while (await waiting.Reader.WaitToReadAsync())
            {
                while (lines.Count < MostTogether && waiting.Reader.TryRead(out var one))
                {
                    if (one.Line is { } line)
                    {
                        lines.Add(line);
                    }

                    if (one.Flushed is { } flushed)
                    {
                        flushes.Add(flushed);
                    }
                }

                await KeepAsync(lines);
                flushes.ForEach(flushed => flushed.SetResult());
                lines.Clear();
                flushes.Clear();
            }
        }

        private async Task KeepAsync(List<DeploymentLogLine> lines)
        {
            var kept = lines.Count == 0;
            while (!kept)
            {
                try
                {
                    await using var db = databases.Tenant(tenant);
                    db.DeploymentLog.AddRange(lines);
                    await db.SaveChangesAsync(stop.Token);
                    // Where telling fails, the feed that was lost with it makes pages read again.
                    kept = true;
                    await db.Database.ExecuteAsync($"select pg_notify({ChangeNote.Channel}, {new ChangeNote(tenant, "deployment", deployment).ToString()})", stop.Token);
                }
                catch (Exception error) when (StoreFaults.MayPass(error))
                {
                    log.LogDebug(error, "Lines of deployment {Deployment} cannot be written now", deployment);
                    await Task.Delay(Again, clock, stop.Token);
                }
            }
        }
    }
}

internal static class StepTitles
{
    public static string Title(this Step step) => step switch
    {
        Step.Prepare => $"Pull {step.Service}",
        Step.Pause pause => $"{step.Service}: let it run for {pause.Left.TotalSeconds:0} s",
        Step.Create create => $"{step.Service} {create.Index}: create",
        Step.Start start => $"{step.Service} {start.Replica.Index}: start",
        Step.Mend mend => $"{mend.Service} {mend.Replica.Index}: put right what was changed by hand",
        Step.AwaitHealthy wait => $"{step.Service} {wait.Replica.Index}: wait until healthy",
        Step.AwaitCompletion wait => $"{step.Service} {wait.Replica.Index}: wait until it has finished",
        Step.Admit admit => $"{step.Service} {admit.Replica.Index}: into the gateway",
        Step.Drain drain => $"{step.Service} {drain.Replica.Index}: drain the former",
        Step.Stop stop => $"{step.Service} {stop.Replica.Index}: stop the former",
        Step.Remove remove => $"{step.Service} {remove.Replica.Index}: remove the former",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "A step without a title."),
    };
}
