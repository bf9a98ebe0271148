using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Redaction;

namespace Portal.Tests.Redaction;

public sealed class RedactingLogsTests
{
    private const string Value = "correct-horse-battery";

    [Fact]
    public void A_line_its_values_its_scopes_and_its_exception_come_to_no_provider_with_a_secret()
    {
        var written = new List<string>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging(logging => logging.ClearProviders().AddProvider(new Listener(written)).SetMinimumLevel(LogLevel.Information));
        builder.AddRedaction();
        using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<Redactor>().Learn(Guid.CreateVersion7(), Value);
        var log = services.GetRequiredService<ILogger<RedactingLogsTests>>();

        using (log.BeginScope("in {Place}", Value))
        {
            log.LogError(new InvalidOperationException($"outer {Value}", new IOException($"inner {Value}")), "Said {Text} of {Number}", $"<{Value}>", 7);
        }

        log.LogInformation("Plain {Number}", 8);
        log.LogDebug("Not asked for");

        Assert.Equal(["scope in [redacted]", "Said <[redacted]> of 7", "Text=<[redacted]>", "Number=7", "Plain 8", "Number=8"], written.Where(line => !line.StartsWith("exception", StringComparison.Ordinal) && !line.StartsWith("{Original", StringComparison.Ordinal)));
        var exception = Assert.Single(written, line => line.StartsWith("exception", StringComparison.Ordinal));
        Assert.Contains("System.InvalidOperationException: outer [redacted]", exception, StringComparison.Ordinal);
        Assert.Contains("inner [redacted]", exception, StringComparison.Ordinal);
        Assert.DoesNotContain(written, line => line.Contains(Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Passwords_in_the_settings_are_known_from_the_start()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Portal:Directory:BindPassword"] = "bind-password",
            ["Portal:FirstAdministratorPassword"] = "first-password",
            ["Portal:ConnectionString"] = "Host=db;Username=portal;Password='p w=1';Database=portal",
            ["Portal:MasterKeyFile"] = "/etc/portal/master.key",
            ["Portal:Deployments:SecretsFolder"] = "/run/portal",
            ["Portal:Access:TokenLifetime"] = "1.00:00:00",
            ["PWD"] = "/srv/portal",
            ["Urls"] = "http://127.0.0.1:0",
        }).Build();

        Assert.Equal(["bind-password", "first-password", "p w=1"], RedactionFeature.Configured(settings).Where(value => value.Length > 0).Order());
    }

    private sealed class Listener(List<string> written) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            written.Add($"scope {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            written.Add(formatter(state, exception));
            written.AddRange(((IEnumerable<KeyValuePair<string, object?>>)state!).Select(pair => $"{pair.Key}={pair.Value}"));
            if (exception is not null)
            {
                written.Add($"exception {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
