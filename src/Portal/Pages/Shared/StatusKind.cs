namespace Portal.Pages.Shared;

/// <summary>How a thing is. Never shown by colour alone: each has its own shape, and a word stands beside it.</summary>
public enum StatusKind { Ok, Warn, Bad, Run, Idle }
