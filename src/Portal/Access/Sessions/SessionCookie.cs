using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Access.Sessions;

/// <summary>
/// The browser's half of a session: its id under data protection. It has no end of its own; the row decides, and ending
/// the row ends every copy.
/// </summary>
internal sealed class SessionCookie(IDataProtectionProvider protection)
{
    public const string Name = "portal-session";

    private readonly IDataProtector protector = protection.CreateProtector("portal.session-cookie");

    public Guid? Read(HttpContext http)
    {
        if (!http.Request.Cookies.TryGetValue(Name, out var text) || string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            return Guid.TryParse(protector.Unprotect(text), out var id) ? id : null;
        }
        catch (CryptographicException)
        {
            // Made up, or by another portal on this host name: the same as none.
            return null;
        }
    }

    public void Write(HttpContext http, Guid session) => http.Response.Cookies.Append(Name, protector.Protect(session.ToString()), Options(http));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http));

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        IsEssential = true,
        Path = "/",
    };
}
