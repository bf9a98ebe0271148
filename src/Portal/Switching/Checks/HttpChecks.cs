using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Gateway;

namespace Portal.Switching.Checks;

/// <summary>Asks standby what the tenant's checks say, through the gateway as everybody would ask it. Bounded in time and in bytes.</summary>
public sealed class HttpChecks(CheckTargets targets, GatewayDoor door, TimeProvider clock)
{
    /// <summary>From the connection to the last byte looked at, for each check.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private const int MostBytes = 256 * 1024;
    private const int AtOnce = 8;
    private const int LongestQuote = 60;

    /// <returns>In the order of the checks.</returns>
    public async Task<ImmutableArray<PreflightCheck>> RunAsync(Guid tenant, ImmutableArray<HttpCheck> checks, CancellationToken cancellationToken)
    {
        if (checks.IsEmpty)
        {
            return [];
        }

        var routes = await targets.RoutesAsync(tenant, cancellationToken);
        var found = new PreflightCheck[checks.Length];
        using var http = door.Open();
        await Parallel.ForAsync(0, checks.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var (address, problem) = CheckTargets.Find(tenant, checks[i], routes, door.Standby);
            var (passed, seen) = address is null ? (false, problem!) : await AskAsync(http, checks[i], address, token);
            found[i] = new PreflightCheck($"check {checks[i].Name}", passed, seen);
        });
        return [.. found];
    }

    private async Task<(bool Passed, string Seen)> AskAsync(HttpClient http, HttpCheck check, Uri address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Longest, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.UserAgent.ParseAdd("portal-check");
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var status = (int)answer.StatusCode;
            if (status != check.Status)
            {
                var where = answer.Headers.Location is { } location ? $" and points to {Short(location.OriginalString.Split('?', '#')[0])}" : "";
                return (false, $"{check.Address} answers {status}{where}, and {check.Status} is expected");
            }

            return check is { Contains: null, Matches: null }
                ? (true, $"{check.Address} answers {status}")
                : Judge(check, status, await ReadAsync(answer, both.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (false, string.Create(CultureInfo.InvariantCulture, $"{check.Address} has not answered in {Longest.TotalSeconds:0} s"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException)
        {
            return (false, $"{check.Address} could not be asked: {error.Message}");
        }
    }

    private static (bool Passed, string Seen) Judge(HttpCheck check, int status, (string Text, bool Whole) body)
    {
        var part = body.Whole ? "the body" : $"the first {MostBytes / 1024} KiB of the body";
        try
        {
            // What was looked for is quoted, and never what was found: that may be anybody's.
            return check.Contains is { } text
                ? body.Text.Contains(text, StringComparison.Ordinal)
                    ? (true, $"{check.Address} answers {status} with “{Short(text)}”")
                    : (false, $"{check.Address} answers {status}, but {part} does not hold “{Short(text)}”")
                : HttpCheckRules.Pattern(check.Matches!).IsMatch(body.Text)
                    ? (true, $"{check.Address} answers {status} and matches {Short(check.Matches!)}")
                    : (false, $"{check.Address} answers {status}, but {part} does not match {Short(check.Matches!)}");
        }
        catch (RegexMatchTimeoutException)
        {
            return (false, string.Create(CultureInfo.InvariantCulture, $"{check.Address} answers {status}, but {Short(check.Matches!)} takes longer than {HttpCheckRules.PatternTime.TotalMilliseconds:0} ms on {part}"));
        }
    }

    private static async Task<(string Text, bool Whole)> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(bytes, MostBytes, throwOnEndOfStream: false, cancellationToken);
        var whole = length < MostBytes || await stream.ReadAsync(new byte[1], cancellationToken) == 0;
        return (Encoding.UTF8.GetString(bytes, 0, length), whole);
    }

    private static string Short(string text) => text.Length <= LongestQuote ? text : $"{text[..LongestQuote]}…";
}
