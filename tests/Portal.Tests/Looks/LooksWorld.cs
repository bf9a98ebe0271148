using Portal.Pages.Shared;

namespace Portal.Tests.Looks;

/// <summary>What the page under test shows and does, in the hands of the test.</summary>
public sealed class LooksWorld
{
    private readonly Lock gate = new();
    private readonly List<Action> watchers = [];
    private int value;

    public LogBuffer Log { get; } = new(5000);

    public List<string> Acts { get; } = [];

    public bool Broken { get; set; }

    public int Reads { get; private set; }

    public int Watchers
    {
        get { lock (gate) { return watchers.Count; } }
    }

    public IDisposable Watch(Action changed)
    {
        lock (gate) { watchers.Add(changed); }
        return new End(() => { lock (gate) { watchers.Remove(changed); } });
    }

    public void Set(int next)
    {
        Action[] now;
        lock (gate)
        {
            value = next;
            now = [.. watchers];
        }

        foreach (var changed in now)
        {
            changed();
        }
    }

    public int Read()
    {
        Reads++;
        return Broken ? throw new InvalidOperationException("The database does not answer.") : value;
    }

    public Task<string?> ActAsync(string reason)
    {
        Acts.Add(reason);
        return Task.FromResult(reason == "refuse me" ? "worker is not healthy on green." : null);
    }

    public static Task<IReadOnlyList<FindResult>> FindAsync(string words, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FindResult>>(words == "sh" ? [new("shop", "stack", "/"), new("shop r42", "deployment", "/looks/elsewhere")] : []);

    private sealed class End(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
