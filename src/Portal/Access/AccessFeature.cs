using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Portal.Access.Directories;
using Portal.Access.Members;
using Portal.Access.Passwords;
using Portal.Access.Sessions;
using Portal.Store;

namespace Portal.Access;

/// <summary>Who is there and what they may: sign-in, sessions, roles from directory groups.</summary>
public static class AccessFeature
{
    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        AddOptions<AccessOptions, AccessOptionsValidator>(services, AccessOptions.Section);
        AddOptions<DirectoryOptions, DirectoryOptionsValidator>(services, DirectoryOptions.Section);
        AddOptions<FirstAdministratorOptions, FirstAdministratorValidator>(services, StoreOptions.Section);

        services.AddSingleton<LdapConnections>();
        services.AddSingleton<IDirectory>(provider => provider.GetRequiredService<IOptions<DirectoryOptions>>().Value.IsConfigured
            ? ActivatorUtilities.CreateInstance<LdapDirectory>(provider)
            : new NoDirectory());
        services.AddSingleton<LocalAccounts>();
        services.AddHostedService<FirstAdministrator>();
        services.AddSingleton<SignInLimiter>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<SignOut>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<GroupRefresh>();
        services.AddSingleton<SessionReader>();
        services.AddHostedService<GroupRefreshWorker>();
        AddMembers(services);

        services.AddAuthentication(SessionAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, null);
        // An endpoint that forgot to say who may is closed.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCascadingAuthenticationState();
        services.AddScoped<PageSession>();
        services.AddScoped<AuthenticationStateProvider>(provider => provider.GetRequiredService<PageSession>());
        services.AddScoped<CircuitHandler, PageSessionCircuit>();
        services.AddScoped(provider => new CurrentActor(provider.GetRequiredService<PageSession>()));

        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemExceptions>();
        // Unreadable bodies come to the handler above, which names the field.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<AccessOptions>>((forwarded, access) => Trust(forwarded, access.Value.TrustedProxies));
    }

    /// <summary>Who calls and whether they may. Before antiforgery, which binds its tokens to the person.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseWhen(http => SessionAuthentication.IsForPrograms(http.Request), branch => branch.UseStatusCodePages());
        app.UseAuthentication();
        app.UseAuthorization();
    }

    public static void MapAccess(this WebApplication app)
    {
        SessionEndpoints.Map(app);
        MemberEndpoints.Map(app);
    }

    private static void AddMembers(IServiceCollection services)
    {
        services.AddSingleton<MemberQueries>();
        services.AddSingleton<AddRoleMapping>();
        services.AddSingleton<RemoveRoleMapping>();
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }

    private static void Trust(ForwardedHeadersOptions options, string[] proxies)
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        // With both lists empty the framework would believe anybody.
        options.ForwardedHeaders = proxies.Length == 0 ? ForwardedHeaders.None : options.ForwardedHeaders;
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }
    }
}
