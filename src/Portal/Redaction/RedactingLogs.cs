using System.Collections;
using Microsoft.Extensions.Options;

namespace Portal.Redaction;

/// <summary>Every line of the process's log, whatever provider writes it, with its values and exceptions.</summary>
internal sealed class RedactingLogs(ILoggerFactory inner, Redactor redactor) : ILoggerFactory
{
    public static ILoggerFactory Make(IServiceProvider services) => new RedactingLogs(
        new LoggerFactory(
            services.GetServices<ILoggerProvider>(),
            services.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(),
            services.GetRequiredService<IOptions<LoggerFactoryOptions>>(),
            services.GetService<IExternalScopeProvider>()),
        services.GetRequiredService<Redactor>());

    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName), redactor);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();

    private sealed class Logger(ILogger inner, Redactor redactor) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(new Line<TState>(state, redactor.All, null));

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
            {
                return;
            }

            var set = redactor.All;
            var told = exception?.ToString();
            var clean = told is not null && set.Finds(told) ? new RedactedException(set.Clean(told)) : exception;
            inner.Log(logLevel, eventId, new Line<TState>(state, set, set.Clean(formatter(state, exception))), clean, static (line, _) => line.ToString());
        }
    }

    /// <summary>What a provider gets: the text, and the values that went into it for those that write them apart.</summary>
    private sealed class Line<TState>(TState state, RedactionSet set, string? text) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        private readonly IReadOnlyList<KeyValuePair<string, object?>> values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];

        public int Count => values.Count;

        public KeyValuePair<string, object?> this[int index] => KeyValuePair.Create(values[index].Key, Clean(values[index].Value));

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => text ?? set.Clean(state?.ToString() ?? "");

        private object? Clean(object? value) => value?.ToString() is { } told && set.Finds(told) ? set.Clean(told) : value;
    }

    /// <summary>Stands for one whose text held a value.</summary>
    private sealed class RedactedException(string text) : Exception(text)
    {
        public override string ToString() => Message;
    }
}
