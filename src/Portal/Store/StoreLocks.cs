using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Portal.Store;

/// <summary>
/// Locks over all portals on one database, held by a connection: a holder that dies lets go by dying.
/// </summary>
public sealed class StoreLocks(PortalDataSource database)
{
    /// <summary>Waits until the lock is free.</summary>
    public async Task<IAsyncDisposable> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            await RunAsync(connection, "select pg_advisory_lock($1)", name, cancellationToken);
            return new Held(connection, name);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null where somebody else holds it.</summary>
    public async Task<IAsyncDisposable?> TryTakeAsync(string name, CancellationToken cancellationToken)
    {
        var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        try
        {
            if (await RunAsync(connection, "select pg_try_advisory_lock($1)", name, cancellationToken) is true)
            {
                return new Held(connection, name);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        // Whoever waits for a lock waits as long as it takes, or until he is cancelled.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private sealed class Held(NpgsqlConnection connection, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                if (connection.State == System.Data.ConnectionState.Open)
                {
                    await RunAsync(connection, "select pg_advisory_unlock($1)", name, CancellationToken.None);
                }
            }
            catch (Exception error) when (StoreFaults.MayPass(error))
            {
                // A connection that broke has let go already; only the pool must not have it back.
                await connection.CloseAsync();
            }

            await connection.DisposeAsync();
        }
    }
}
