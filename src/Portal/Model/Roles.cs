namespace Portal.Model;

/// <summary>What somebody is in a tenant. Each role may all that the one before it may.</summary>
public enum Role { Viewer, Developer, Operator, Owner }

/// <summary>What an act needs. An act that nobody was granted is denied.</summary>
public enum Permission
{
    TenantView,
    StackEdit,
    DeployStandby,
    DeployLive,
    WebhookManage,
    RouteManage,
    Switch,
    SecretManage,
    MemberManage,
    RegistryManage,
    /// <summary>Certificates for host names of the tenant's own.</summary>
    CertificateManage,
    ReadinessManage,
    /// <summary>The checks that standby must pass before a switch.</summary>
    CheckManage,
    /// <summary>Times of quiet, the tenant's time zone, and locks that others hold.</summary>
    FreezeManage,
    /// <summary>To switch although a check has failed.</summary>
    SwitchOverride,
    /// <summary>What the portal may do by itself: failover, limits.</summary>
    AutomationManage,
    /// <summary>Whether a switch needs a second person's word.</summary>
    ApprovalManage,
    /// <summary>To say that a migration of what both sides share is backward compatible, and what they share no more.</summary>
    MigrationVouch,
    AuditRead,
    PlatformManage,
    /// <summary>To sign in, to be refused, and to sign out: everybody's, of their own.</summary>
    OwnSession,
}

/// <summary>A role in one tenant; developers deploy to live only where their group was given that on its own.</summary>
public sealed record TenantGrant(Role Role, bool DeployLive)
{
    public bool Allows(Permission permission) => permission switch
    {
        Permission.TenantView or Permission.AuditRead => true,
        Permission.StackEdit or Permission.DeployStandby or Permission.WebhookManage or Permission.RouteManage => Role >= Role.Developer,
        Permission.DeployLive => Role >= Role.Operator || (Role == Role.Developer && DeployLive),
        Permission.Switch or Permission.SecretManage or Permission.CheckManage or Permission.MigrationVouch => Role >= Role.Operator,
        Permission.MemberManage or Permission.RegistryManage or Permission.CertificateManage or Permission.ReadinessManage or Permission.FreezeManage or Permission.SwitchOverride or Permission.AutomationManage or Permission.ApprovalManage => Role >= Role.Owner,
        Permission.PlatformManage => false,
        _ => false,
    };

    /// <summary>Both grants together: the higher role, and live where either allows it.</summary>
    public TenantGrant Join(TenantGrant other) => new((Role)Math.Max((int)Role, (int)other.Role), DeployLive || other.DeployLive);
}
