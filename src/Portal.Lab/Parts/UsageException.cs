namespace Portal.Lab.Parts;

/// <summary>Said wrong; the message says how it is said right.</summary>
public sealed class UsageException(string message) : Exception(message);
