using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Audit;
using Portal.Model;
using Portal.Store;
using Portal.Tests.Lab;

namespace Portal.Tests.Audit;

/// <summary>On a portal in this process with a database of its own.</summary>
[Trait("Category", "Lab")]
public sealed class ChangesTests(ChangesTests.Lab lab) : IClassFixture<ChangesTests.Lab>
{
    private readonly PortalDbFactory databases = lab.Portal.Services.GetRequiredService<PortalDbFactory>();
    private readonly Changes changes = lab.Portal.Services.GetRequiredService<Changes>();
    private readonly Permit permit = Actor.System("test").Demand(Permission.PlatformManage, null);

    [Fact]
    public async Task Rows_that_travel_together_are_kept_whole_or_not_at_all()
    {
        var (taken, free) = (Key("taken"), Key("free"));
        await changes.AddAsync(permit, Line("kept") with { Action = "test.rows" }, [taken], CancellationToken.None);

        await Assert.ThrowsAsync<ConflictException>(() => changes.AddAsync(permit, Line("lost") with { Action = "test.rows" }, [free, Key(taken.Id)], CancellationToken.None));

        await using var db = databases.Platform();
        Assert.True(await db.ProtectionKeys.AnyAsync(key => key.Id == taken.Id));
        Assert.False(await db.ProtectionKeys.AnyAsync(key => key.Id == free.Id));
        Assert.Equal(["kept"], await db.AuditEvents.Where(line => line.Action == "test.rows").Select(line => line.Target).ToListAsync());
    }

    [Fact]
    public async Task What_is_committed_is_told_and_what_is_not_is_not()
    {
        var (told, lost) = (new ChangeNote(null, "test-told", Guid.NewGuid()), new ChangeNote(null, "test-lost", Guid.NewGuid()));
        var conflicting = Key("conflicting");
        var seen = new List<ChangeNote>();
        using var subscription = lab.Portal.Services.GetRequiredService<ChangeFeed>().Subscribe(note =>
        {
            lock (seen)
            {
                seen.Add(note);
            }
        });

        await changes.AddAsync(permit, Line("first"), [conflicting], CancellationToken.None);

        await Assert.ThrowsAsync<ConflictException>(() => changes.AddAsync(permit, Line("lost") with { Notes = [lost] }, [Key(conflicting.Id)], CancellationToken.None));
        await changes.RunAsync<bool>(permit, _ => Task.FromResult(Changed.Of(true, Line("told") with { Notes = [told] })), CancellationToken.None);

        await Eventually.SeesAsync("the notes", () => Task.FromResult(Seen()), notes => notes.Contains(told));
        Assert.Contains(Seen(), note => note is { Tenant: null, Kind: "audit" });
        Assert.DoesNotContain(lost, Seen());

        ChangeNote[] Seen()
        {
            lock (seen)
            {
                return [.. seen];
            }
        }
    }

    private static ProtectionKey Key(string id) => new() { Id = id, Xml = "<key/>" };

    private static AuditLine Line(string target) => new("test.done", "test", target);

    public sealed class Lab : IAsyncLifetime
    {
        public PortalLab Portal { get; private set; } = null!;

        public async Task InitializeAsync() => Portal = await PortalLab.StartAsync();

        public async Task DisposeAsync() => await Portal.DisposeAsync();
    }
}
