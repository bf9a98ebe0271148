namespace Portal.Audit;

public static class AuditFeature
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Changes>();
        builder.Services.AddSingleton<AuditQueries>();
    }
}
