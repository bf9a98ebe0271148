using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Docker;
using Portal.Store;

namespace Portal.Registries.Images;

/// <summary>
/// Whose pull brought which image to which host. Hosts are shared and an engine runs whatever lies there for whoever asks: what a tenant may
/// run without asking a registry is what a registry has let it have before.
/// </summary>
public sealed class ImageBook : IDisposable
{
    // What is known stays true as long as the image stays, and whoever removes one says so. The bound keeps a long-lived process small.
    private const int Kept = 4096;
    private readonly ConcurrentDictionary<(Guid Tenant, Guid Host, string Name, string Digest), byte> had = new();
    private readonly PortalDbFactory databases;
    private readonly TimeProvider clock;
    private readonly IDisposable subscription;

    public ImageBook(PortalDbFactory databases, ChangeFeed feed, TimeProvider clock)
    {
        (this.databases, this.clock) = (databases, clock);
        subscription = feed.Subscribe(note =>
        {
            if (note.Kind is RemovedNote or "resync")
            {
                had.Clear();
            }
        });
    }

    /// <summary>The kind of note that says that an image was removed from a host.</summary>
    public const string RemovedNote = "image";

    public void Dispose() => subscription.Dispose();

    /// <param name="image">By digest.</param>
    public async Task<bool> HadAsync(Guid tenant, Guid host, ImageReference image, CancellationToken cancellationToken)
    {
        var digest = Digest(image);
        if (had.ContainsKey((tenant, host, image.FullName, digest)))
        {
            return true;
        }

        await using var db = databases.Tenant(tenant);
        var known = await db.PulledImages.AnyAsync(row => row.HostId == host && row.Name == image.FullName && row.Digest == digest && row.HadAt != null, cancellationToken)
            || await RanAsync(db, tenant, [digest], cancellationToken);
        if (known)
        {
            Remember(tenant, host, image, digest);
        }

        return known;
    }

    /// <summary>Whether a registry has let this tenant have one of these, on whichever host.</summary>
    public async Task<bool> HadAnywhereAsync(Guid tenant, ImmutableArray<string> digests, CancellationToken cancellationToken)
    {
        await using var db = databases.Tenant(tenant);
        return await db.PulledImages.AnyAsync(row => digests.Contains(row.Digest) && row.HadAt != null, cancellationToken) || await RanAsync(db, tenant, digests, cancellationToken);
    }

    /// <summary>
    /// Whether one of these is here for somebody: then it is not everybody's. Who has only asked for what lay there already has no part in it.
    /// </summary>
    public async Task<bool> IsSomebodysAsync(Guid notOf, ImmutableArray<string> digests, CancellationToken cancellationToken)
    {
        await using var db = databases.Platform();
        return await db.PulledImages.AnyAsync(row => row.TenantId != notOf && digests.Contains(row.Digest) && (row.HadAt != null || row.Brought), cancellationToken)
            || await db.Revisions.FromSql($"""
                select r.* from revisions r
                where r.tenant_id <> {notOf} and exists (select 1 from jsonb_each(r.images) image where image.value->>'digest' = any({digests.ToArray()}))
                  and exists (select 1 from deployments d where d.revision_id = r.id and d.state = 'succeeded')
                """).AnyAsync(cancellationToken);
    }

    /// <summary>Written before the pull: what is brought must be known as the portal's, also where the portal dies meanwhile.</summary>
    /// <param name="there">It lay on the host before.</param>
    public async Task AskAsync(Guid tenant, Guid host, ImageReference image, bool there, CancellationToken cancellationToken)
    {
        var (digest, now) = (Digest(image), clock.GetUtcNow());
        await using var db = databases.Tenant(tenant);
        // Here already: the portal's to remove only where another tenant's pull has brought it.
        await db.Database.ExecuteAsync(
            $"""
            insert into pulled_images (tenant_id, host_id, name, digest, brought, asked_at)
            values ({tenant}, {host}, {image.FullName}, {digest}, {!there} or exists (select 1 from pulled_images other where other.host_id = {host} and other.digest = {digest} and other.brought), {now})
            on conflict (tenant_id, host_id, name, digest) do update set asked_at = excluded.asked_at, brought = pulled_images.brought or excluded.brought
            """, cancellationToken);
    }

    /// <summary>The registry has let the tenant have it.</summary>
    public async Task TakeAsync(Guid tenant, Guid host, ImageReference image, CancellationToken cancellationToken)
    {
        var (digest, now) = (Digest(image), clock.GetUtcNow());
        await using var db = databases.Tenant(tenant);
        await db.PulledImages.Where(row => row.HostId == host && row.Name == image.FullName && row.Digest == digest)
            .ExecuteUpdateAsync(row => row.SetProperty(one => one.HadAt, now), cancellationToken);
        Remember(tenant, host, image, digest);
    }

    /// <summary>What has run for the tenant was the tenant's to run: revisions from before this book was kept.</summary>
    private static Task<bool> RanAsync(PortalDb db, Guid tenant, ImmutableArray<string> digests, CancellationToken cancellationToken) =>
        db.Revisions.FromSql($"""
            select r.* from revisions r
            where r.tenant_id = {tenant} and exists (select 1 from jsonb_each(r.images) image where image.value->>'digest' = any({digests.ToArray()}))
              and exists (select 1 from deployments d where d.revision_id = r.id and d.state = 'succeeded')
            """).AnyAsync(cancellationToken);

    private void Remember(Guid tenant, Guid host, ImageReference image, string digest)
    {
        if (had.Count >= Kept)
        {
            had.Clear();
        }

        had[(tenant, host, image.FullName, digest)] = 1;
    }

    private static string Digest(ImageReference image) => image.Digest ?? throw new ArgumentException("The book knows images by digest.", nameof(image));
}
