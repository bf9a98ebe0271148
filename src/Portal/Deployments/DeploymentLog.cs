using Microsoft.EntityFrameworkCore;
using Portal.Deployments.Planning;
using Portal.Redaction;
using Portal.Store;

namespace Portal.Deployments;

/// <summary>What people read while a deployment runs and after. Appended as it happens; its lines are also its steps.</summary>
public sealed class DeploymentLog(PortalDbFactory databases, Redactor redactor, TimeProvider clock, Guid tenant, Guid deployment, string step = "") : StepLog
{
    /// <summary>Longer texts are cut: a container may write a line without end.</summary>
    private const int LongestText = 2000;

    /// <summary>For one step: several may be under way at once, and each writes under its own title.</summary>
    public DeploymentLog For(string title) => new(databases, redactor, clock, tenant, deployment, title);

    /// <param name="after">What the plan has after it, as far as can be seen now; it becomes the line's text, a title a line.</param>
    public Task BeginAsync(IEnumerable<string> after, CancellationToken cancellationToken) =>
        WriteAsync(DeploymentLogKind.StepStarted, string.Join('\n', after), null, cancellationToken);

    public Task DoneAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepDone, text, 1, cancellationToken);

    public Task FailedAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepFailed, text, null, cancellationToken);

    public override Task ProgressAsync(string text, double? fraction, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.StepProgress, text, fraction, cancellationToken);

    public override Task LineAsync(string text, CancellationToken cancellationToken) => WriteAsync(DeploymentLogKind.Line, text, null, cancellationToken);

    private async Task WriteAsync(DeploymentLogKind kind, string text, double? fraction, CancellationToken cancellationToken)
    {
        // Before it is cut: half a secret would not be known again.
        text = redactor.For(tenant).Clean(text);
        await using var db = databases.Tenant(tenant);
        db.DeploymentLog.Add(new DeploymentLogLine
        {
            DeploymentId = deployment,
            TenantId = tenant,
            At = clock.GetUtcNow(),
            Kind = kind,
            Step = step,
            // PostgreSQL's text holds no NUL.
            Text = (text.Length > LongestText ? text[..LongestText] + "…" : text).Replace('\0', '�'),
            Fraction = fraction,
        });
        await db.SaveChangesAsync(cancellationToken);
        await db.Database.ExecuteAsync($"select pg_notify({ChangeNote.Channel}, {new ChangeNote(tenant, "deployment", deployment).ToString()})", cancellationToken);
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
        Step.AwaitHealthy wait => $"{step.Service} {wait.Replica.Index}: wait until healthy",
        Step.AwaitCompletion wait => $"{step.Service} {wait.Replica.Index}: wait until it has finished",
        Step.Admit admit => $"{step.Service} {admit.Replica.Index}: into the gateway",
        Step.Drain drain => $"{step.Service} {drain.Replica.Index}: drain the former",
        Step.Stop stop => $"{step.Service} {stop.Replica.Index}: stop the former",
        Step.Remove remove => $"{step.Service} {remove.Replica.Index}: remove the former",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "A step without a title."),
    };
}
