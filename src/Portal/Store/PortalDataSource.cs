using Microsoft.Extensions.Options;
using Npgsql;

namespace Portal.Store;

/// <summary>The pool of connections. Known only once the database was found or started, hence set at start.</summary>
public sealed class PortalDataSource(IOptions<StoreOptions> options, EmbeddedPostgres embedded) : IAsyncDisposable
{
    private NpgsqlDataSource? source;

    public NpgsqlDataSource Source => source ?? throw new InvalidOperationException("The database has not been opened yet.");

    public bool IsOpen => source is not null;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var text = options.Value.ConnectionString ?? await embedded.StartAsync(cancellationToken);
        source = new NpgsqlDataSourceBuilder(text) { Name = "portal" }.Build();
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
