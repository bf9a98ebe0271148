namespace Portal.Compose;

/// <summary>Bounds on what a text can make the reader do. A text beyond one of them is refused with a finding that names it.</summary>
public static class ComposeLimits
{
    /// <summary>UTF-8 bytes of one text.</summary>
    public const int TextBytes = 1024 * 1024;

    /// <summary>Levels of nesting, counted through aliases.</summary>
    public const int Depth = 64;

    /// <summary>Nodes and characters of one document after aliases, merge keys and extends are written out.</summary>
    public const long Weight = 4 * 1024 * 1024;

    /// <summary>Characters that filling in variables may produce for one document.</summary>
    public const long InterpolatedCharacters = 4 * 1024 * 1024;

    /// <summary>Levels of <c>${A:-${B:-…}}</c>.</summary>
    public const int NestedDefaults = 16;

    /// <summary>Services of one stack.</summary>
    public const int Services = 2000;

    /// <summary>Services in one chain of extends.</summary>
    public const int ExtendsChain = 32;

    /// <summary>Ports that one entry such as <c>3000-3100</c> may stand for.</summary>
    public const int PortsOfOneEntry = 1000;

    /// <summary>Ports of a whole stack, published and exposed.</summary>
    public const int Ports = 20_000;

    /// <summary>Variables that all services together take from files.</summary>
    public const int FileEntries = 200_000;

    /// <summary>Findings kept; the last one then says that there are more.</summary>
    public const int Findings = 1000;
}
