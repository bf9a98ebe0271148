using Portal.Access;

namespace Portal.Stacks;

/// <summary>Why a stack could not be made.</summary>
internal static class CreateAnswer
{
    /// <summary>What the API answers.</summary>
    public static IResult Of(CreateStackResult why, string name) => why switch
    {
        CreateStackResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
        CreateStackResult.Refused refused => DraftProblems.Of(refused.Findings),
        CreateStackResult.NameTaken => Problems.Conflict($"The tenant has a stack '{name}' already."),
        CreateStackResult.RouteTaken taken => Problems.Conflict($"The route {taken.HostName}{taken.Path} is taken."),
        _ => throw new InvalidOperationException($"An outcome without an answer: {why}."),
    };

    /// <summary>The same for people, on pages.</summary>
    public static string Sentence(CreateStackResult why, string name) => why switch
    {
        CreateStackResult.Invalid invalid => invalid.Problem,
        CreateStackResult.Refused refused => DraftProblems.Sentence(new DraftResult.Unusable(refused.Findings)),
        CreateStackResult.NameTaken => $"The tenant has a stack {name} already.",
        CreateStackResult.RouteTaken taken => $"The route {taken.HostName}{taken.Path} leads to another stack already. Choose another host name or path.",
        _ => throw new InvalidOperationException($"An outcome without a sentence: {why}."),
    };
}
