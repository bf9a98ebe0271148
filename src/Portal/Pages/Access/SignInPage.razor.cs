using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Access.Sessions;

namespace Portal.Pages.Access;

public sealed partial class SignInPage
{
    private string? message;

    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromForm]
    private Fields? Form { get; set; }

    [Inject]
    private SignIn SignIn { get; set; } = null!;

    [Inject]
    private SessionCookie Cookie { get; set; } = null!;

    protected override void OnInitialized()
    {
        // Also the way back for a page whose access changed while the session is still good.
        if (HttpMethods.IsGet(Http.Request.Method) && Http.Session() is not null)
        {
            Http.Response.Redirect(SignInUrl.Local(ReturnUrl));
        }
    }

    private async Task SubmitAsync()
    {
        var result = await SignIn.ExecuteAsync(Form?.User?.Trim() ?? "", Form?.Password ?? "", SessionKind.Cookie, HttpActor.Source(Http), Http.RequestAborted);
        if (result.Session is { } session)
        {
            Cookie.Write(Http, session.Id);
            Http.Response.Redirect(SignInUrl.Local(ReturnUrl));
            return;
        }

        message = result.Sentence;
        Http.Response.StatusCode = result.Outcome switch
        {
            SignInOutcome.TooMany => StatusCodes.Status429TooManyRequests,
            SignInOutcome.DirectoryDown => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status401Unauthorized,
        };
        if (result.RetryAfter is { } wait)
        {
            Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    internal sealed class Fields
    {
        public string? User { get; set; }
        public string? Password { get; set; }
    }
}
