namespace Portal.HAProxy;

/// <summary>A server as "show servers state" has it.</summary>
public sealed record ServerRow(string Backend, string Server, string Address, int Port, ServerState State);

public enum StatKind
{
    Frontend,
    Backend,
    Server,
}

/// <summary>A line of "show stat". Counters grow from the start of the worker process that was asked.</summary>
/// <param name="Sessions">stot: server sessions, one for each request that reached it.</param>
/// <param name="Requests">req_tot; of frontends and backends.</param>
/// <param name="Answers5xx">Answers of that class, made by the gateway itself included.</param>
/// <param name="ConnectErrors">econ: connections that could not be made, all retries counted.</param>
/// <param name="AnswerErrors">eresp.</param>
/// <param name="ClientAborts">cli_abrt: transfers that the client ended.</param>
/// <param name="ServerAborts">srv_abrt: transfers that the server ended.</param>
/// <param name="InFlight">scur.</param>
/// <param name="Queued">qcur.</param>
/// <param name="Rate">Sessions in the last second.</param>
/// <param name="AnswerMilliseconds">rtime: average of the last 1,024 answers.</param>
public sealed record StatRow(
    string Proxy, string Server, StatKind Kind, string Status,
    long Sessions, long Requests,
    long Answers1xx, long Answers2xx, long Answers3xx, long Answers4xx, long Answers5xx,
    long ConnectErrors, long AnswerErrors, long ClientAborts, long ServerAborts, long Retries, long Redispatches,
    long InFlight, long Queued, long Rate, long AnswerMilliseconds, long BytesIn, long BytesOut);

/// <summary>What "show info" says of the worker that was asked.</summary>
/// <param name="Description">Carries the fingerprint of the configuration that runs.</param>
/// <param name="Connections">Open client connections.</param>
/// <param name="Requests">Since the worker started.</param>
public sealed record InfoRow(int Pid, string Version, string Description, long UptimeSeconds, long Connections, long Requests)
{
    public string Fingerprint => Description.StartsWith("gateway-", StringComparison.Ordinal) ? Description["gateway-".Length..] : "";
}
