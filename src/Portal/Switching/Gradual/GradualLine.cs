using Portal.Audit;
using Portal.Store;

namespace Portal.Switching.Gradual;

internal static class GradualLine
{
    public const string Note = "gradual";

    public static AuditLine Of(string action, GradualSwitch gradual) => new(action, "pair", $"{gradual.From.Text()} → {gradual.To.Text()}")
    {
        Correlation = gradual.Id,
        Notes = [new ChangeNote(gradual.TenantId, Note, gradual.Id)],
    };
}
