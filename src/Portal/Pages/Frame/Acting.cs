using Microsoft.EntityFrameworkCore;
using Portal.Access;

namespace Portal.Pages.Frame;

/// <summary>Acts from pages: what a use case throws for its caller becomes a sentence that the page shows.</summary>
internal static class Acting
{
    /// <param name="act">Gets whoever looks, with what they may now; returns null when done, else why not.</param>
    public static async Task<string?> TryAsync(this CurrentActor who, Func<Actor, Task<string?>> act, CancellationToken cancellation)
    {
        try
        {
            return await act(await who.GetAsync(cancellation));
        }
        catch (DeniedException denied)
        {
            return $"This needs the permission {denied.Permission}, which your account does not have (any more).";
        }
        catch (Exception error) when (error is ConflictException or DbUpdateConcurrencyException)
        {
            return "Somebody else changed this at the same moment. Look again, then decide.";
        }
    }
}
