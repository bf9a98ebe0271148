using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace Portal.Store;

/// <summary>
/// The product's tables, seen through one <see cref="TenantScope"/>. Every row that belongs to a tenant is filtered here,
/// so no caller can forget it. Short-lived: one unit of work.
/// </summary>
public sealed class PortalDb : DbContext
{
    // Nobody's rows until the factory says whose.
    private TenantScope scope = TenantScope.Of(Guid.Empty);

    public PortalDb(DbContextOptions<PortalDb> options)
        : base(options)
    {
        // A change that fails takes its whole transaction with it: there is nothing to go back to half-way.
        Database.AutoSavepointsEnabled = false;
    }

    public DbSet<Tenant> Tenants => Set<Tenant>();
    public DbSet<Pair> Pairs => Set<Pair>();
    public DbSet<PairEnvironment> Environments => Set<PairEnvironment>();
    public DbSet<Cluster> Clusters => Set<Cluster>();
    public DbSet<Host> Hosts => Set<Host>();
    public DbSet<Stack> Stacks => Set<Stack>();
    public DbSet<Revision> Revisions => Set<Revision>();
    public DbSet<Placement> Placements => Set<Placement>();
    public DbSet<Deployment> Deployments => Set<Deployment>();
    public DbSet<DeploymentLogLine> DeploymentLog => Set<DeploymentLogLine>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<Switch> Switches => Set<Switch>();
    public DbSet<PlannedSwitch> PlannedSwitches => Set<PlannedSwitch>();
    public DbSet<AskedSwitch> AskedSwitches => Set<AskedSwitch>();
    public DbSet<Rehearsal> Rehearsals => Set<Rehearsal>();
    public DbSet<GradualSwitch> GradualSwitches => Set<GradualSwitch>();
    public DbSet<SwitchRules> SwitchRules => Set<SwitchRules>();
    public DbSet<Route> Routes => Set<Route>();
    public DbSet<Secret> Secrets => Set<Secret>();
    public DbSet<SecretVersion> SecretVersions => Set<SecretVersion>();
    public DbSet<Registry> Registries => Set<Registry>();
    public DbSet<Certificate> Certificates => Set<Certificate>();
    public DbSet<ReadinessChoice> ReadinessChoices => Set<ReadinessChoice>();
    public DbSet<KnownImage> KnownImages => Set<KnownImage>();
    public DbSet<PulledImage> PulledImages => Set<PulledImage>();
    public DbSet<AuditEvent> AuditEvents => Set<AuditEvent>();
    public DbSet<RoleMapping> RoleMappings => Set<RoleMapping>();
    public DbSet<LocalAccount> LocalAccounts => Set<LocalAccount>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    internal PortalDb In(TenantScope whose)
    {
        scope = whose;
        return this;
    }

    // Instance members, because EF reads a filter's captured values from the context of each query.
    private bool AllTenants => scope.IsPlatform;
    private Guid TheTenant => scope.Tenant ?? Guid.Empty;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Tenant>().HasQueryFilter(tenant => AllTenants || tenant.Id == TheTenant);
        modelBuilder.Entity<AuditEvent>().HasQueryFilter(line => AllTenants || line.TenantId == TheTenant);
        modelBuilder.Entity<Certificate>().HasQueryFilter(certificate => AllTenants || certificate.TenantId == TheTenant);
        modelBuilder.Entity<Certificate>().Property(certificate => certificate.Names).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<string>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Pair>().HasKey(pair => pair.TenantId);
        modelBuilder.Entity<Pair>().Property(pair => pair.Generation).IsConcurrencyToken();
        modelBuilder.Entity<PairEnvironment>().ToTable("environments");
        modelBuilder.Entity<Placement>().HasKey(placement => new { placement.StackId, placement.EnvironmentId });
        modelBuilder.Entity<SecretVersion>().HasKey(version => new { version.SecretId, version.Version });
        modelBuilder.Entity<DeploymentLogLine>().ToTable("deployment_log").Property(line => line.Id).UseIdentityAlwaysColumn();
        modelBuilder.Entity<LocalAccount>().HasKey(account => account.Name);
        modelBuilder.Entity<Deployment>().Property(deployment => deployment.LeaseToken).IsConcurrencyToken();
        modelBuilder.Entity<Revision>().Property(revision => revision.Images).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableSortedDictionary<string, ImageChoice>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Revision>().Property(revision => revision.SecretVersions).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableSortedDictionary<string, int>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Revision>().Property(revision => revision.Replicas).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableSortedDictionary<string, int>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Session>().Property(session => session.Groups).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<string>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Webhook>().Property(hook => hook.Services).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<string>>()).HasColumnType("jsonb");
        modelBuilder.Entity<ReadinessChoice>().HasKey(choice => choice.TenantId);
        modelBuilder.Entity<ReadinessChoice>().Property(choice => choice.Rules).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<string>>()).HasColumnType("jsonb");
        modelBuilder.Entity<KnownImage>().ToTable("image_facts").HasKey(image => new { image.TenantId, image.Digest });
        modelBuilder.Entity<KnownImage>().Property(image => image.Facts).HasConversion(JsonColumns.Converter<ImageFacts>()).HasColumnType("jsonb");
        modelBuilder.Entity<PulledImage>().HasKey(image => new { image.TenantId, image.HostId, image.Name, image.Digest });
        modelBuilder.Entity<Switch>().Property(change => change.State).IsConcurrencyToken();
        modelBuilder.Entity<PlannedSwitch>().Property(plan => plan.State).IsConcurrencyToken();
        modelBuilder.Entity<AskedSwitch>().Property(asked => asked.State).IsConcurrencyToken();
        modelBuilder.Entity<AskedSwitch>().Property(asked => asked.Standby).HasColumnType("jsonb");
        modelBuilder.Entity<AuditEvent>().Property(line => line.Before).HasColumnType("jsonb");
        modelBuilder.Entity<AuditEvent>().Property(line => line.After).HasColumnType("jsonb");
        modelBuilder.Entity<Switch>().Property(change => change.Preflight).HasColumnType("jsonb");
        modelBuilder.Entity<Rehearsal>().Property(rehearsal => rehearsal.Report).HasColumnType("jsonb");
        modelBuilder.Entity<Rehearsal>().Property(rehearsal => rehearsal.Standby).HasColumnType("jsonb");
        modelBuilder.Entity<Stack>().Property(stack => stack.Shared).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<SharedThing>>()).HasColumnType("jsonb");
        modelBuilder.Entity<Deployment>().Ignore(deployment => deployment.Word);
        modelBuilder.Entity<SwitchRules>().HasKey(rules => rules.TenantId);
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Version).IsConcurrencyToken();
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Checks).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<HttpCheck>>()).HasColumnType("jsonb");
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Freezes).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<FreezeWindow>>()).HasColumnType("jsonb");
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Held).HasConversion(JsonColumns.Converter<TenantLock?>()).HasColumnType("jsonb");
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Failover).HasConversion(JsonColumns.Converter<FailoverRule?>()).HasColumnType("jsonb");
        modelBuilder.Entity<SwitchRules>().Property(rules => rules.Limits).HasConversion(JsonColumns.Converter<SwitchLimits?>()).HasColumnType("jsonb");
        modelBuilder.Entity<GradualSwitch>().Property(gradual => gradual.Steps).HasConversion(JsonColumns.Converter<System.Collections.Immutable.ImmutableArray<int>>()).HasColumnType("jsonb");
        modelBuilder.Entity<GradualSwitch>().Property(gradual => gradual.Version).IsConcurrencyToken();
        modelBuilder.Entity<Delivery>().Property(delivery => delivery.Headers).HasColumnType("jsonb");

        ForeignKeys.Apply(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            if (typeof(ITenantOwned).IsAssignableFrom(entity.ClrType))
            {
                entity.SetQueryFilter("tenant", TenantFilter(entity.ClrType));
            }

            SnakeCase.Apply(entity);
        }
    }

    private LambdaExpression TenantFilter(Type type)
    {
        var row = Expression.Parameter(type, "row");
        Expression<Func<bool>> all = () => AllTenants;
        Expression<Func<Guid>> tenant = () => TheTenant;
        return Expression.Lambda(
            Expression.OrElse(all.Body, Expression.Equal(Expression.Property(row, nameof(ITenantOwned.TenantId)), tenant.Body)),
            row);
    }
}

/// <summary>A data-protection key, as the framework's XML.</summary>
public sealed class ProtectionKey
{
    public required string Id { get; init; }
    public required string Xml { get; init; }
}
