using Portal.HAProxy;

namespace Portal.Gateway;

/// <summary>A gradual switch as the gateway knows it.</summary>
public static class GradualShare
{
    /// <returns>Null: it leaves nothing to the new side.</returns>
    public static Share? AsShare(this GradualSwitch gradual) =>
        gradual.Percent == 0 ? null : new Share(gradual.Percent, gradual.StickTo == StickTo.Address ? Stickiness.Source : Stickiness.Cookie);
}
