namespace Portal.Docker;

public sealed record RegistryClientOptions
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>For one attempt, with the token that it may need.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For all attempts of one question together.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How often at most a question is asked, the first time included.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Before the second attempt; doubles with each, and is spread at random down to its half.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The longest Retry-After that is waited for; a longer one ends the question at once.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
