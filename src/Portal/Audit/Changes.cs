using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Store;

namespace Portal.Audit;

/// <summary>What a change did: its value and its audit line; or that nothing changed, and then no line.</summary>
public sealed record Changed<T>(T Value, AuditLine? Line)
{
    public static implicit operator Changed<T>((T Value, AuditLine Line) done) => new(done.Value, done.Line);
}

public static class Changed
{
    /// <summary>The work found nothing to do; nothing is written.</summary>
    public static Changed<T> Nothing<T>(T value) => new(value, null);

    public static Changed<T> Of<T>(T value, AuditLine line) => new(value, line);
}

/// <summary>The part of an audit event that the use case knows. Before and after are shown as JSON: hand over masked values only.</summary>
/// <param name="Action">Noun and verb: <c>stack.created</c>.</param>
/// <param name="Notes">What to tell pages and waiting callers once it is committed.</param>
public sealed record AuditLine(string Action, string TargetKind, string Target)
{
    public object? Before { get; init; }
    public object? After { get; init; }
    public string Result { get; init; } = "ok";
    public Guid? Correlation { get; init; }
    public IReadOnlyList<ChangeNote> Notes { get; init; } = [];
    /// <summary>More lines of the same act, for example an older deployment superseded by this one.</summary>
    public IReadOnlyList<AuditLine> Also { get; init; } = [];
}

/// <summary>
/// The one way to change something: proof of authorisation in, change and audit event committed together. PostgreSQL tells the
/// listeners as the event says, at the commit. There is no overload without either.
/// </summary>
public sealed class Changes(PortalDbFactory databases, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Runs the work in one transaction. Work that throws leaves nothing behind.</summary>
    /// <exception cref="DbUpdateConcurrencyException">Somebody else changed the row first.</exception>
    /// <exception cref="ConflictException">Somebody else made such a row first.</exception>
    public async Task<T> RunAsync<T>(Permit permit, Func<PortalDb, Task<Changed<T>>> work, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(Scope(permit));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var changed = await work(db);
        if (changed.Line is null)
        {
            return changed.Value;
        }

        await WriteAsync(db, Events(permit, changed.Line), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return changed.Value;
    }

    /// <summary>
    /// For a change that is nothing but new rows: one exchange. The statements travel together, and PostgreSQL commits what travels
    /// together as one.
    /// </summary>
    /// <exception cref="ConflictException">Somebody else made such a row first; nothing was written.</exception>
    public async Task AddAsync(Permit permit, AuditLine line, IEnumerable<object> rows, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(Scope(permit));
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        db.AddRange(rows);
        await WriteAsync(db, Events(permit, line), cancellationToken);
    }

    /// <summary>Several acts of one tenant, perhaps of several people, in one transaction: all of them or none.</summary>
    /// <exception cref="ConflictException">Somebody else made one of the rows first; nothing was written.</exception>
    public async Task<ImmutableArray<T>> RunEachAsync<T>(Guid tenant, Func<PortalDb, Task<ImmutableArray<(Permit Permit, Changed<T> Done)>>> work, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var acts = await work(db);
        if (acts.FirstOrDefault(act => act.Permit.Tenant != tenant) is { Permit: { } foreign })
        {
            throw new InvalidOperationException($"A permit for {foreign.Tenant} was used in {tenant}.");
        }

        await WriteAsync(db, acts.Where(act => act.Done.Line is not null).SelectMany(act => Events(act.Permit, act.Done.Line!)), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. acts.Select(act => act.Done.Value)];
    }

    private static TenantScope Scope(Permit permit) => permit.Tenant is { } tenant ? TenantScope.Of(tenant) : TenantScope.Platform;

    private static async Task WriteAsync(PortalDb db, IEnumerable<AuditEvent> events, CancellationToken cancellationToken)
    {
        db.AuditEvents.AddRange(events);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException error) when (error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation)
        {
            throw new ConflictException(violation.ConstraintName ?? "", error);
        }
    }

    private IEnumerable<AuditEvent> Events(Permit permit, AuditLine line) => line.Also.Prepend(line).Select(one => Event(permit, one));

    private AuditEvent Event(Permit permit, AuditLine line) => new()
    {
        Id = Guid.CreateVersion7(clock.GetUtcNow()),
        At = clock.GetUtcNow(),
        ActorKind = permit.Actor.Kind,
        Actor = permit.Actor.Name,
        Source = permit.Actor.Source,
        Action = line.Action,
        TargetKind = line.TargetKind,
        Target = line.Target,
        TenantId = permit.Tenant,
        Result = line.Result,
        Before = line.Before is null ? null : JsonSerializer.Serialize(line.Before, Json),
        After = line.After is null ? null : JsonSerializer.Serialize(line.After, Json),
        Correlation = line.Correlation,
        Notes = [.. line.Notes.Append(new ChangeNote(permit.Tenant, "audit", Guid.Empty)).Distinct().Select(note => note.ToString())],
    };
}
