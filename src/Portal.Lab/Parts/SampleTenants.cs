using Portal.Lab.Directories;

namespace Portal.Lab.Parts;

/// <summary>Two business lines with the people of <see cref="SampleTree"/>, both environments on the one engine.</summary>
public static class SampleTenants
{
    public const string Main = "acme";

    public static IReadOnlyList<string> All { get; } = [Main, "globex"];

    public static async Task PrepareAsync(PortalParts parts, CancellationToken cancel)
    {
        using var admin = await PortalApi.SignInAsync(parts.Portal, "admin", parts.AdministratorPassword, cancel);
        await admin.PostAsync("api/v1/hosts", new { name = "this-machine", endpoint = $"unix://{parts.Socket}", publishAddress = parts.PublishAddress?.ToString() }, cancel);
        await admin.PostAsync("api/v1/administrators", new { group = SampleTree.Group("portal-administrators") }, cancel);
        foreach (var tenant in All)
        {
            await admin.PostAsync("api/v1/tenants", new { slug = tenant, name = char.ToUpperInvariant(tenant[0]) + tenant[1..], blue = "this-machine", green = "this-machine" }, cancel);
        }

        await MapAsync("acme", "acme-viewers", "viewer", deployLive: false);
        await MapAsync("acme", "acme-developers", "developer", deployLive: true);
        await MapAsync("acme", "acme-operators", "operator", deployLive: true);
        await MapAsync("acme", "acme-owners", "owner", deployLive: true);
        await MapAsync("globex", "globex-developers", "developer", deployLive: false);
        await MapAsync("globex", "globex-owners", "owner", deployLive: true);

        Task MapAsync(string tenant, string group, string role, bool deployLive) =>
            admin.PostAsync($"api/v1/tenants/{tenant}/members", new { group = SampleTree.Group(group), role, deployLive }, cancel);
    }
}
