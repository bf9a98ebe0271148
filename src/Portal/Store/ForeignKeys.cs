using Microsoft.EntityFrameworkCore;

namespace Portal.Store;

/// <summary>The foreign keys of the schema, told to EF so that one save writes rows in the order in which they refer to each other.</summary>
internal static class ForeignKeys
{
    public static void Apply(ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes().Where(entity => typeof(ITenantOwned).IsAssignableFrom(entity.ClrType)).ToList())
        {
            Refer(model, entity.ClrType, nameof(ITenantOwned.TenantId), typeof(Tenant));
        }

        Refer(model, typeof(RoleMapping), nameof(RoleMapping.TenantId), typeof(Tenant));
        Refer(model, typeof(Certificate), nameof(Certificate.TenantId), typeof(Tenant));
        Refer(model, typeof(Host), nameof(Host.ClusterId), typeof(Cluster));
        Refer(model, typeof(PairEnvironment), nameof(PairEnvironment.ClusterId), typeof(Cluster));
        Refer(model, typeof(Revision), nameof(Revision.StackId), typeof(Stack));
        Refer(model, typeof(Placement), nameof(Placement.StackId), typeof(Stack));
        Refer(model, typeof(Placement), nameof(Placement.EnvironmentId), typeof(PairEnvironment));
        Refer(model, typeof(Placement), nameof(Placement.RevisionId), typeof(Revision));
        Refer(model, typeof(Deployment), nameof(Deployment.StackId), typeof(Stack));
        Refer(model, typeof(Deployment), nameof(Deployment.EnvironmentId), typeof(PairEnvironment));
        Refer(model, typeof(Deployment), nameof(Deployment.RevisionId), typeof(Revision));
        Refer(model, typeof(Deployment), nameof(Deployment.FormerRevisionId), typeof(Revision));
        Refer(model, typeof(Deployment), nameof(Deployment.AfterDeploymentId), typeof(Deployment));
        Refer(model, typeof(Deployment), nameof(Deployment.SupersededBy), typeof(Deployment));
        Refer(model, typeof(DeploymentLogLine), nameof(DeploymentLogLine.DeploymentId), typeof(Deployment));
        Refer(model, typeof(Webhook), nameof(Webhook.StackId), typeof(Stack));
        Refer(model, typeof(Delivery), nameof(Delivery.WebhookId), typeof(Webhook));
        Refer(model, typeof(Delivery), nameof(Delivery.DeploymentId), typeof(Deployment));
        Refer(model, typeof(Delivery), nameof(Delivery.FirstDeliveryId), typeof(Delivery));
        Refer(model, typeof(Switch), nameof(Switch.UndoOf), typeof(Switch));
        Refer(model, typeof(Switch), nameof(Switch.DeliveryId), typeof(Delivery));
        Refer(model, typeof(PlannedSwitch), nameof(PlannedSwitch.WebhookId), typeof(Webhook));
        Refer(model, typeof(PlannedSwitch), nameof(PlannedSwitch.DeliveryId), typeof(Delivery));
        Refer(model, typeof(PlannedSwitch), nameof(PlannedSwitch.DeploymentId), typeof(Deployment));
        Refer(model, typeof(PlannedSwitch), nameof(PlannedSwitch.SwitchId), typeof(Switch));
        Refer(model, typeof(Switch), nameof(Switch.PlanId), typeof(PlannedSwitch));
        Refer(model, typeof(AskedSwitch), nameof(AskedSwitch.RehearsalId), typeof(Rehearsal));
        Refer(model, typeof(AskedSwitch), nameof(AskedSwitch.DeliveryId), typeof(Delivery));
        Refer(model, typeof(AskedSwitch), nameof(AskedSwitch.PlanId), typeof(PlannedSwitch));
        Refer(model, typeof(AskedSwitch), nameof(AskedSwitch.SwitchId), typeof(Switch));
        Refer(model, typeof(Switch), nameof(Switch.RehearsalId), typeof(Rehearsal));
        Refer(model, typeof(Route), nameof(Route.StackId), typeof(Stack));
        Refer(model, typeof(PulledImage), nameof(PulledImage.HostId), typeof(Host));
        Refer(model, typeof(SecretVersion), nameof(SecretVersion.SecretId), typeof(Secret));
    }

    private static void Refer(ModelBuilder model, Type dependent, string property, Type principal) =>
        model.Entity(dependent).HasOne(principal).WithMany().HasForeignKey(property).OnDelete(DeleteBehavior.ClientNoAction);
}
