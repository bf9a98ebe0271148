using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Portal.Lab;
using Portal.Store;

namespace Portal.Tests.Lab;

/// <summary>A private PostgreSQL, started the way the portal starts its own.</summary>
public sealed class DatabaseLab
{
    private readonly string server;
    private int last;

    private DatabaseLab(string server) => this.server = server;

    public static async Task<DatabaseLab> StartAsync(UndoLog undo)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"portal-lab-pg-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        undo.AddFolder(folder);
        var postgres = new EmbeddedPostgres(Options.Create(new StoreOptions { DataDirectory = folder }), NullLogger<EmbeddedPostgres>.Instance);
        var server = await postgres.StartAsync(CancellationToken.None);
        var pid = (await File.ReadAllLinesAsync(Path.Combine(folder, "pg", "data", "postmaster.pid")))[0];
        undo.AddProcess(int.Parse(pid, CultureInfo.InvariantCulture));
        return new DatabaseLab(server);
    }

    /// <summary>A fresh, empty database; gone with the server.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref last)}");
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }
}
