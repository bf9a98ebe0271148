namespace Portal.Model;

/// <summary>Two acts met, and a constraint of the database let the first one through. The caller may look again and repeat.</summary>
/// <param name="constraint">The constraint's name, which decides what the caller makes of it.</param>
public sealed class ConflictException(string constraint, Exception inner)
    : Exception($"Somebody else was first ({constraint}).", inner)
{
    public string Constraint { get; } = constraint;
}
