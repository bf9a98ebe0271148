using Portal.Stacks.Adopting;
using Portal.Stacks.Changing;
using Portal.Stacks.Differences;
using Portal.Stacks.Readiness;

namespace Portal.Stacks;

public static class StacksFeature
{
    public static void AddStacks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<StackSecrets>();
        services.AddSingleton<DefinitionReader>();
        services.AddSingleton<EarlierChoices>();
        services.AddSingleton<RevisionReader>();
        services.AddSingleton<RevisionWriter>();
        services.AddSingleton<DigestResolver>();
        services.AddSingleton<DraftRevision>();
        services.AddSingleton<StackTexts>();
        services.AddSingleton<CreateStack>();
        services.AddSingleton<ChangeStack>();
        services.AddSingleton<AdoptStack>();
        services.AddSingleton<StackQueries>();
        services.AddSingleton<StackServiceQueries>();
        services.AddSingleton<DifferenceQueries>();
        services.AddSingleton<StackUses>();
        services.AddSingleton<RemoveSecret>();
        services.AddSingleton<RevisionsThere>();
        services.AddSingleton<ImageFinder>();
        services.AddSingleton<ReadinessQueries>();
        services.AddSingleton<ChooseReadinessRules>();
        services.AddSingleton<AddRoute>();
        services.AddSingleton<ChangeRoute>();
        services.AddSingleton<RemoveRoute>();
    }

    public static void MapStacks(this IEndpointRouteBuilder api)
    {
        StackEndpoints.Map(api);
        SecretUseEndpoints.Map(api);
        ReadinessEndpoints.Map(api);
        RouteEndpoints.Map(api);
        AdoptEndpoints.Map(api);
    }
}
