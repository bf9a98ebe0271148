using System.Runtime.CompilerServices;

namespace Portal.Tests.Lab;

/// <summary>Something slow, made once, when it is first awaited.</summary>
public sealed class LabPart<T>(Func<Task<T>> start)
{
    private readonly Lazy<Task<T>> value = new(() => Task.Run(start));

    public TaskAwaiter<T> GetAwaiter() => value.Value.GetAwaiter();
}
