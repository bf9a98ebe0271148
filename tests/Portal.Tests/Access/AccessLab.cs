using Microsoft.Extensions.DependencyInjection;
using Portal.Lab.Directories;
using Portal.Model;
using Portal.Store;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

/// <summary>A portal with the sample directory and tenants, and the sample groups mapped to their roles.</summary>
public sealed class AccessLab : IAsyncLifetime
{
    private int last;

    public PortalLab Portal { get; private set; } = null!;

    public DirectoryLab Directory { get; private set; } = null!;

    public ShiftedClock Clock { get; } = new();

    public PortalDbFactory Databases => Portal.Services.GetRequiredService<PortalDbFactory>();

    public async Task InitializeAsync()
    {
        Directory = await LabFixture.Directory;
        Portal = await PortalLab.StartAsync(
            [
                .. Directory.PortalSettings("None"),
                new("Portal:Access:GroupsFreshFor", "00:00:00.3"),
                new("Portal:Access:FailuresPerSource", "100000"),
            ],
            builder => builder.Services.AddSingleton<TimeProvider>(Clock));
        await using var db = Databases.Platform();
        var now = Clock.GetUtcNow();
        foreach (var slug in (string[])["acme", "globex"])
        {
            var tenant = new Tenant { Id = Guid.CreateVersion7(), Slug = slug, Name = slug, CreatedAt = now };
            db.Tenants.Add(tenant);
            await db.SaveChangesAsync();
            foreach (var role in Enum.GetValues<Role>())
            {
                db.RoleMappings.Add(new RoleMapping { Id = Guid.CreateVersion7(), DirectoryGroup = SampleTree.Group($"{slug}-{role.ToString().ToLowerInvariant()}s"), TenantId = tenant.Id, Role = role, CreatedAt = now });
            }
        }

        db.RoleMappings.Add(new RoleMapping { Id = Guid.CreateVersion7(), DirectoryGroup = SampleTree.Group("portal-administrators"), CreatedAt = now });
        await db.SaveChangesAsync();
    }

    public async Task DisposeAsync() => await Portal.DisposeAsync();

    /// <summary>Somebody of the test's own, so that tests do not meet in the shared directory.</summary>
    /// <returns>Their login; the password is <see cref="SampleTree.Password"/>.</returns>
    public string NewPerson(params string[] groups)
    {
        var login = $"p{Guid.NewGuid():N}"[..12] + Interlocked.Increment(ref last);
        Directory.AddPerson(login, "Test Person");
        foreach (var group in groups)
        {
            Directory.AddMember(group, login);
        }

        return login;
    }

    /// <summary>A group of the test's own.</summary>
    public string NewGroup(params string[] members)
    {
        var name = $"g{Guid.NewGuid():N}"[..12] + Interlocked.Increment(ref last);
        Directory.AddGroup(name, members);
        return name;
    }

    public Task<HttpClient> ProgramAsync(string login) => Portal.ProgramAsync(login, SampleTree.Password(login));

    public async Task<HttpClient> BrowserAsync(string login)
    {
        var browser = Portal.Browser();
        using var answer = await browser.SignInAsync(login, SampleTree.Password(login));
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    public async Task<IReadOnlyList<AuditEvent>> AuditAsync(string target)
    {
        await using var db = Databases.Platform();
        return [.. db.AuditEvents.Where(line => line.Target == target).OrderBy(line => line.At)];
    }
}
