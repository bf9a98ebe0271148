using Portal.Access;

namespace Portal.Stacks;

/// <summary>What the API says where a stack could not be made.</summary>
internal static class CreateAnswer
{
    public static IResult Of(CreateStackResult why, string name) => why switch
    {
        CreateStackResult.Invalid invalid => Problems.Invalid(invalid.Field, invalid.Problem),
        CreateStackResult.Refused refused => DraftProblems.Of(refused.Findings),
        CreateStackResult.NameTaken => Problems.Conflict($"The tenant has a stack '{name}' already."),
        CreateStackResult.RouteTaken taken => Problems.Conflict($"The route {taken.HostName}{taken.Path} is taken."),
        _ => throw new InvalidOperationException($"An outcome without an answer: {why}."),
    };
}
