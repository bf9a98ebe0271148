namespace Portal.Compose;

/// <summary>What the portal does with a key that it knows.</summary>
public enum KeyTreatment
{
    /// <summary>Done as the file says.</summary>
    Honoured,

    /// <summary>Honoured where the tenant's policy allows it, else refused.</summary>
    Policy,

    /// <summary>Reported as ignored, with the reason.</summary>
    Ignored,

    /// <summary>Always refused: the stack could not run as written.</summary>
    Refused,

    /// <summary>Part of a key that is treated as a whole.</summary>
    WithParent,
}

/// <summary>The forms that a value may take.</summary>
[Flags]
internal enum Shapes
{
    None = 0,
    Text = 1,
    Integer = 2,
    Number = 4,
    Boolean = 8,
    List = 16,
    Map = 32,
    Null = 64,
}

/// <summary>One row of the table of keys, which both the reader and <c>docs/compose.md</c> are made from.</summary>
/// <param name="Scope">the mapping it stands in, as <c>service.deploy</c></param>
/// <param name="Note">for an ignored or refused key the reason as findings give it</param>
/// <param name="Below">scope of the mapping that is its value, or of each item of its list</param>
internal sealed record KeyRule(string Scope, string Name, Shapes Shape, KeyTreatment Treatment, string Note, string? Below = null);
