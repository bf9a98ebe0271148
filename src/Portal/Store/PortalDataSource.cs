using Microsoft.Extensions.Options;
using Npgsql;

namespace Portal.Store;

/// <summary>The pool of connections. Known only once the database was found or started, hence set at start.</summary>
public sealed class PortalDataSource(IOptions<StoreOptions> options, EmbeddedPostgres embedded) : IAsyncDisposable
{
    private const int MostPrepared = 200;
    private NpgsqlDataSource? source;

    public NpgsqlDataSource Source => source ?? throw new InvalidOperationException("The database has not been opened yet.");

    public bool IsOpen => source is not null;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var text = options.Value.ConnectionString ?? await embedded.StartAsync(cancellationToken);
        source = new NpgsqlDataSourceBuilder(Tuned(text)) { Name = "portal" }.Build();
    }

    /// <summary>
    /// Statements stay prepared over a connection's uses, which is most of a short query's cost: nothing here leaves settings or
    /// temporary tables behind that a reset would have to take away, and locks are let go by name. What the text says itself stands.
    /// </summary>
    private static string Tuned(string text)
    {
        var tuned = new NpgsqlConnectionStringBuilder(text);
        if (!tuned.ContainsKey("No Reset On Close") && !tuned.ContainsKey("Max Auto Prepare"))
        {
            tuned.NoResetOnClose = true;
            tuned.MaxAutoPrepare = MostPrepared;
            tuned.AutoPrepareMinUsages = 2;
        }

        return tuned.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync();
        }

        await embedded.StopAsync();
    }
}
