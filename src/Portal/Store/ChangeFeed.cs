using System.Collections.Concurrent;
using Npgsql;

namespace Portal.Store;

/// <summary>Something changed: in which tenant, what kind of thing (<c>deployment</c>, <c>stack</c>, …), which one.</summary>
public sealed record ChangeNote(Guid? Tenant, string Kind, Guid Id)
{
    public const string Channel = "portal";

    public override string ToString() => $"{Tenant}|{Kind}|{Id}";

    public static ChangeNote? Parse(string text)
    {
        var parts = text.Split('|');
        return parts.Length == 3 && Guid.TryParse(parts[2], out var id)
            ? new ChangeNote(Guid.TryParse(parts[0], out var tenant) ? tenant : null, parts[1], id)
            : null;
    }
}

/// <summary>
/// Every portal's committed changes, through PostgreSQL's NOTIFY. After a lost connection each subscriber is told once
/// that anything may have changed (<see cref="Resync"/>), because notifications are not kept for absent listeners.
/// </summary>
public sealed class ChangeFeed(PortalDataSource database, ILogger<ChangeFeed> log) : BackgroundService
{
    /// <summary>Told after a gap: read again what you show.</summary>
    public static ChangeNote Resync { get; } = new(null, "resync", Guid.Empty);

    private readonly ConcurrentDictionary<long, Action<ChangeNote>> subscribers = new();
    private long last;

    public int Subscribers => subscribers.Count;

    /// <summary>The handler must return at once and must not throw; it runs on the feed's own thread.</summary>
    public IDisposable Subscribe(Action<ChangeNote> handler)
    {
        var key = Interlocked.Increment(ref last);
        subscribers[key] = handler;
        return new Subscription(() => subscribers.TryRemove(key, out _));
    }

    /// <summary>Observed facts that no table holds (a container died) reach this portal's own pages directly.</summary>
    public void Publish(ChangeNote note)
    {
        foreach (var handler in subscribers.Values)
        {
            handler(note);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(error, "Lost the database's notifications; connecting again");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            if (ChangeNote.Parse(notification.Payload) is { } note)
            {
                Publish(note);
            }
        };
        await using (var listen = new NpgsqlCommand($"listen {ChangeNote.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        Publish(Resync);
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
