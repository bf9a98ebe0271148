using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Portal.Store;

/// <summary>
/// A private PostgreSQL below the data directory, reachable only over a Unix socket in a folder of its owner.
/// One that still runs from a portal that was killed is taken over as it is.
/// </summary>
public sealed class EmbeddedPostgres(IOptions<StoreOptions> options, ILogger<EmbeddedPostgres> log)
{
    // PostgreSQL refuses to run as root; Debian's package brings this account.
    private const string Account = "postgres";
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    private string Folder => Path.Combine(options.Value.DataDirectory, "pg");
    private string Data => Path.Combine(Folder, "data");
    private string PidFile => Path.Combine(Data, "postmaster.pid");
    private bool started;

    /// <returns>The connection string.</returns>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        var programs = Programs();
        await PrepareFolderAsync(cancellationToken);
        if (!File.Exists(Path.Combine(Data, "PG_VERSION")))
        {
            await RunAsync(Path.Combine(programs, "initdb"), ["-D", Data, "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"], cancellationToken);
        }

        if (!await IsAliveAsync(cancellationToken))
        {
            await ForgetDeadAsync(cancellationToken);
            var settings = $"-k {Folder} -c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=200";
            await RunAsync(Path.Combine(programs, "pg_ctl"), ["-D", Data, "-w", "-t", "60", "-l", Path.Combine(Folder, "log"), "-o", settings, "start"], cancellationToken);
        }

        started = true;
        var text = new NpgsqlConnectionStringBuilder { Host = Folder, Username = "portal", Database = "postgres", MaxPoolSize = 100 };
        await CreateDatabaseAsync(text.ConnectionString, cancellationToken);
        text.Database = "portal";
        return text.ConnectionString;
    }

    /// <summary>Whether its first process lives. Asked often, so without starting a program.</summary>
    public async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var lines = await File.ReadAllLinesAsync(PidFile, cancellationToken);
            var state = await File.ReadAllTextAsync($"/proc/{lines[0].Trim()}/stat", cancellationToken);
            // After the name, which may hold anything. Dead and not yet fetched by its parent is dead.
            return state.Contains("(postgres)", StringComparison.Ordinal) && state[(state.LastIndexOf(')') + 2)] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            // It takes its file away when it ends in peace, and the kernel its own when it does not.
            return false;
        }
    }

    public async Task StopAsync()
    {
        if (started)
        {
            started = false;
            await RunAsync(Path.Combine(Programs(), "pg_ctl"), ["-D", Data, "-m", "fast", "-w", "stop"], CancellationToken.None);
        }
    }

    private static async Task CreateDatabaseAsync(string server, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(server + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = 'portal'", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand("create database portal", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task PrepareFolderAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Value.DataDirectory);
        if (!Directory.Exists(Folder))
        {
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (IsRoot)
            {
                await RunAsync("chown", [Account, Folder], cancellationToken, asOwner: false);
            }
        }
    }

    /// <summary>
    /// Where nobody fetches the dead (a container whose first process is this one), PostgreSQL takes a killed server for a living one and does
    /// not start. Its files may go once no process of it is left, for they are also what keeps two servers apart.
    /// </summary>
    private async Task ForgetDeadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(PidFile))
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        while (Directory.EnumerateDirectories("/proc").Any(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && WorksIn(folder, Data)))
        {
            if (Stopwatch.GetElapsedTime(started) > LongestEnd)
            {
                throw new InvalidOperationException($"Processes of a PostgreSQL that was killed are still at work in {Data}.");
            }

            await Task.Delay(Again, cancellationToken);
        }

        File.Delete(PidFile);
        foreach (var socket in Directory.EnumerateFiles(Folder, ".s.PGSQL.*.lock"))
        {
            File.Delete(socket);
        }
    }

    /// <summary>The dead have no folder to work in.</summary>
    private static bool WorksIn(string process, string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or somebody else's.
            return false;
        }
    }

    private static bool IsRoot => System.Environment.UserName == "root";

    private static string Programs()
    {
        const string root = "/usr/lib/postgresql";
        var versions = Directory.Exists(root) ? Directory.GetDirectories(root) : [];
        return versions
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .FirstOrDefault()
            ?? throw new InvalidOperationException($"No PostgreSQL server below {root}: install the package postgresql, or set Portal:ConnectionString.");
    }

    private async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken, bool asOwner = true)
    {
        var (code, output) = await TryAsync(program, arguments, asOwner, cancellationToken);
        if (code != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} ended with {code}: {output.Trim()}");
        }

        log.LogDebug("{Program} done", Path.GetFileName(program));
    }

    private static async Task<(int Code, string Output)> TryAsync(string program, string[] arguments, bool asOwner, CancellationToken cancellationToken)
    {
        // setsid: a Ctrl-C at the portal's terminal must not reach the database before the portal has stopped it.
        string[] line = asOwner && IsRoot
            ? ["runuser", "-u", Account, "--", program, .. arguments]
            : [program, .. arguments];
        var start = new ProcessStartInfo("setsid", ["-w", .. line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = await Task.WhenAll(ReadWhileRunningAsync(process.StandardOutput), ReadWhileRunningAsync(process.StandardError));
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, string.Join('\n', output));

        // The server that pg_ctl leaves behind holds its own log file, not our pipes, so the end of output is the end of pg_ctl.
        Task<string> ReadWhileRunningAsync(StreamReader reader) => reader.ReadToEndAsync(cancellationToken);
    }
}
