using Radzen;

namespace Portal.Pages.Shared;

/// <summary>A short word in the corner after an act. What must not be missed belongs in the page as an <see cref="ErrorNote"/>.</summary>
public sealed class Toast(NotificationService notifications)
{
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(5);

    public void Done(string summary, string detail = "") =>
        notifications.Notify(NotificationSeverity.Success, summary, detail, Shown);

    public void Refused(string summary, string detail = "") =>
        notifications.Notify(NotificationSeverity.Error, summary, detail, Shown * 2);
}
