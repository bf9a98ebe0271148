namespace Portal.Tests.HAProxy;

/// <summary>In the place of a socket, and that one back when disposed.</summary>
internal sealed class GarbledSocket : IAsyncDisposable
{
    private readonly FakeSocket fake;
    private readonly string path;

    private GarbledSocket(string path, string? answer)
    {
        this.path = path;
        fake = new FakeSocket(answer, path + ".fake");
        File.Move(path, Kept);
        File.Move(fake.Path, path);
    }

    private string Kept => path + ".kept";

    /// <param name="answer">Null: none ever.</param>
    public static GarbledSocket At(string path, string? answer) => new(path, answer);

    public async ValueTask DisposeAsync()
    {
        File.Move(Kept, path, overwrite: true);
        await fake.DisposeAsync();
    }
}
