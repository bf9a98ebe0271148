using System.Text.Json.Serialization;

namespace Portal.Model;

[JsonConverter(typeof(JsonStringEnumConverter<SharedKind>))]
public enum SharedKind { Database, Volume, Queue, Other }

/// <summary>Something that both sides of a stack work on: what one side does to it, the other meets.</summary>
/// <param name="Name">For people; with its kind, once in a stack.</param>
/// <param name="Note">For people; null: nothing more to say.</param>
public sealed record SharedThing(SharedKind Kind, string Name, string? Note)
{
    /// <summary><c>database orders</c>.</summary>
    public string Words => $"{Kind.ToString().ToLowerInvariant()} {Name}";
}

/// <summary>Somebody's word that the side which runs the former version goes on working with what a migration makes of the things that both share.</summary>
/// <param name="By">By the sign-in name.</param>
public sealed record CompatibleWord(string Reason, string By, DateTimeOffset At);
