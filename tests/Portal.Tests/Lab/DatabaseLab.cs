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
    private readonly UndoLog undo;
    private readonly string folder;
    private string server = "";
    private int last;

    private DatabaseLab(UndoLog undo, string folder) => (this.undo, this.folder) = (undo, folder);

    public static async Task<DatabaseLab> StartAsync(UndoLog undo)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"portal-lab-pg-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}");
        undo.AddFolder(folder);
        var lab = new DatabaseLab(undo, folder);
        await lab.RunAsync();
        return lab;
    }

    /// <summary>SIGKILL to the server, with all that its sessions were doing.</summary>
    /// <returns>The process id that it had.</returns>
    public async Task<int> KillAsync()
    {
        var pid = await PidAsync();
        await Shell.RunAsync("kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.SeesAsync("the end of the server", () => Task.FromResult(ProcessIdentity.StartTime(pid)), start => start is null);
        return pid;
    }

    /// <summary>Again on the same data.</summary>
    public Task RestartAsync() => RunAsync();

    private async Task RunAsync()
    {
        var postgres = new EmbeddedPostgres(Options.Create(new StoreOptions { DataDirectory = folder }), NullLogger<EmbeddedPostgres>.Instance);
        server = await postgres.StartAsync(CancellationToken.None);
        undo.AddProcess(await PidAsync());
    }

    private async Task<int> PidAsync() =>
        int.Parse((await File.ReadAllLinesAsync(Path.Combine(folder, "pg", "data", "postmaster.pid")))[0], CultureInfo.InvariantCulture);

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
