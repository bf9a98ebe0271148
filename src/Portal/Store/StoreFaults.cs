using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Portal.Store;

/// <summary>Tells a database that is away, starting or ending from a defect of ours.</summary>
public static class StoreFaults
{
    /// <summary>PostgreSQL is just ending or starting; it says so for some seconds.</summary>
    private const string OperatorIntervention = "57P";

    /// <summary>Worth trying again later without changing anything.</summary>
    public static bool MayPass(Exception error) => error switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState.StartsWith(OperatorIntervention, StringComparison.Ordinal),
        // No connection, a broken one, no answer: everything that is not the server's own word.
        NpgsqlException or IOException or TimeoutException => true,
        // How EF passes the same on.
        DbUpdateException or InvalidOperationException => error.InnerException is { } inner && MayPass(inner),
        _ => false,
    };
}
