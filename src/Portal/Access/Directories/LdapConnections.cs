using System.DirectoryServices.Protocols;
using System.Net;
using Microsoft.Extensions.Options;
using Portal.Store;

namespace Portal.Access.Directories;

/// <summary>Opens connections as configured. Blocking, as the library is.</summary>
internal sealed class LdapConnections
{
    private readonly DirectoryOptions options;
    private readonly Uri url;
    private readonly string? authorities;

    public LdapConnections(IOptions<DirectoryOptions> directory, IOptions<StoreOptions> store, ILogger<LdapConnections> log)
    {
        options = directory.Value;
        url = new Uri(options.Url!);
        authorities = options.CaFile is { } file ? FolderWith(file, store.Value.DataDirectory) : null;
        if (!LibLdap.Configure(options.Timeout))
        {
            log.LogWarning("The system's LDAP library does not take timeouts from the portal; the machine's ldap.conf decides");
        }
    }

    /// <summary>A connection bound as the searching account, or anonymously.</summary>
    public LdapConnection OpenForSearch()
    {
        var connection = Open();
        try
        {
            if (string.IsNullOrEmpty(options.BindDn))
            {
                connection.AuthType = AuthType.Anonymous;
                connection.Bind();
            }
            else
            {
                connection.Bind(new NetworkCredential(options.BindDn, options.BindPassword));
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public LdapConnection Open()
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier(url.Host, url.IsDefaultPort || url.Port < 1 ? (options.IsLdaps ? 636 : 389) : url.Port))
        {
            AuthType = AuthType.Basic,
            AutoBind = false,
            Timeout = options.Timeout,
        };
        try
        {
            Secure(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Secure(LdapConnection connection)
    {
        var session = connection.SessionOptions;
        session.ProtocolVersion = 3;
        session.ReferralChasing = ReferralChasingOptions.None;
        if (options.IsLdaps)
        {
            session.SecureSocketLayer = true;
        }

        if (authorities is not null && (options.IsLdaps || options.Security == DirectorySecurity.StartTls))
        {
            session.TrustedCertificatesDirectory = authorities;
            session.StartNewTlsSessionContext();
        }

        if (!options.IsLdaps && options.Security == DirectorySecurity.StartTls)
        {
            Connect(connection);
            session.StartTransportLayerSecurity(null);
        }
    }

    /// <summary>The library learns the address only with a first request, and StartTLS is not one. This one asks for nothing.</summary>
    private static void Connect(LdapConnection connection)
    {
        try
        {
            connection.SendRequest(new SearchRequest("", "(objectClass=*)", SearchScope.Base, "1.1"));
        }
        catch (DirectoryOperationException refusal) when (refusal.Response is not null)
        {
            // A server that answers nothing in the clear has still answered, and that is all this is for.
        }
    }

    // The library wants a folder, in which it takes every file for an authority.
    private static string FolderWith(string file, string dataDirectory)
    {
        var folder = Path.Combine(dataDirectory, "directory-ca");
        Directory.CreateDirectory(folder);
        File.Copy(file, Path.Combine(folder, "ca.pem"), overwrite: true);
        return folder;
    }
}
