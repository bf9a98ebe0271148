using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Portal.Gateway.Certificates;
using Portal.Redaction;
using Portal.Registries;
using Portal.Stacks;
using Portal.Store;
using Portal.Tenants.Secrets;
using Portal.Webhooks;

namespace Portal.Observing;

/// <summary>
/// Tells the redactor what is secret: all there is when the portal starts, and what other portals have taken in since. Whoever opens or takes
/// in one here has told it before.
/// </summary>
internal sealed class KnownSecrets(
    PortalDbFactory databases, SecretBox box, Redactor redactor, TenantRegistries registries, CertificateSeal certificates, WebhookSecrets hooks, DefinitionReader definitions, StackSecrets stacks, ChangeFeed feed, ILogger<KnownSecrets> log) : BackgroundService
{
    private readonly Channel<ChangeNote> notes = Channel.CreateUnbounded<ChangeNote>(new UnboundedChannelOptions { SingleReader = true });

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LearnAsync(TenantScope.Platform, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var _ = feed.Subscribe(note =>
        {
            if (note.Kind is "secret" or "registry" or "certificate" or "webhook" || note == ChangeFeed.Resync)
            {
                notes.Writer.TryWrite(note);
            }
        });
        using var ending = stoppingToken.Register(() => notes.Writer.TryComplete());
        // Ends with the writer, and not with an exception.
        await foreach (var note in notes.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await LearnAsync(note.Tenant is { } tenant ? TenantScope.Of(tenant) : TenantScope.Platform, stoppingToken);
            }
            catch (Exception error) when (StoreFaults.MayPass(error) && !stoppingToken.IsCancellationRequested)
            {
                // The feed tells everybody to look again once the database is back.
                log.LogWarning(error, "Secrets that were taken in elsewhere could not be read");
            }
        }
    }

    private async Task LearnAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var db = databases.Open(scope);
        foreach (var secret in await db.SecretVersions.AsNoTracking().ToListAsync(cancellationToken))
        {
            redactor.Learn(secret.TenantId, box.Open(secret.ValueSealed, SetSecret.Purpose));
        }

        foreach (var registry in await db.Registries.AsNoTracking().ToListAsync(cancellationToken))
        {
            registries.Open(registry);
        }

        foreach (var certificate in await db.Certificates.AsNoTracking().ToListAsync(cancellationToken))
        {
            certificates.Learn(certificate);
        }

        foreach (var hook in await db.Webhooks.AsNoTracking().ToListAsync(cancellationToken))
        {
            redactor.Learn(hook.TenantId, hooks.Open(hook.SecretSealed));
        }

        foreach (var stack in await db.Stacks.AsNoTracking().Where(stack => stack.RemovedAt == null).ToListAsync(cancellationToken))
        {
            var definition = box.OpenDefinition(stack);
            stacks.Learn(stack, definition, definitions.Read(definition));
        }
    }
}
