using Microsoft.Extensions.Options;

namespace Portal.Store;

/// <summary>
/// This process among the portals on one database. The id belongs to the data directory, and only one process may hold that,
/// so work that the id's former process left is known to be abandoned without waiting for its lease.
/// </summary>
public sealed class PortalInstance : IDisposable
{
    private readonly FileStream held;

    public PortalInstance(IOptions<StoreOptions> options)
    {
        Directory.CreateDirectory(options.Value.DataDirectory);
        var file = Path.Combine(options.Value.DataDirectory, "instance");
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new InvalidOperationException($"Another portal uses {options.Value.DataDirectory}: stop it, or give this one a data directory of its own.", error);
        }

        using var reader = new StreamReader(held, leaveOpen: true);
        Id = reader.ReadToEnd().Trim();
        if (Id.Length == 0)
        {
            Id = Guid.CreateVersion7().ToString("N");
            held.SetLength(0);
            using var writer = new StreamWriter(held, leaveOpen: true);
            writer.Write(Id);
        }

        Owner = $"{Id}/{Guid.CreateVersion7():N}";
    }

    /// <summary>Of the data directory.</summary>
    public string Id { get; }

    /// <summary>Of this process: starts with <see cref="Id"/>.</summary>
    public string Owner { get; }

    public void Dispose() => held.Dispose();
}
