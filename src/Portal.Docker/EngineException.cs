namespace Portal.Docker;

/// <summary>A call to an engine failed. <see cref="Error"/> says how; the message is the engine's own.</summary>
public sealed class EngineException(EngineError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public EngineError Error { get; } = error;

    public EngineErrorKind Kind => Error.Kind;
}
