using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Portal.Lab.Load;

/// <summary>
/// All connections on one thread: wait for what is readable, read, count, send the next. Two system calls a request and no
/// allocation, so that the generator takes little from the machine it measures.
/// </summary>
internal sealed class LoadLoop
{
    private static readonly long Second = Stopwatch.Frequency;
    private static readonly long RestAfterFailure = Second / 20;

    // A request is late, and not just sent at the loop's next turn, when no connection was free for this long.
    private static readonly long Late = Second / 500;

    private readonly LoadPlan plan;
    private readonly LoadTally tally;
    private readonly CancellationToken stop;
    private readonly byte[] request;
    private readonly LoadConnection[] connections;
    private readonly Dictionary<Socket, LoadConnection> bySocket = [];
    private readonly List<Socket> readable = [];
    private readonly ConcurrentQueue<(LoadConnection Connection, Socket? Socket, string Problem)> opened = new();
    private readonly long started;
    private readonly long ends;
    private readonly long timeout;
    private long scheduled;
    private volatile bool finished;

    public LoadLoop(LoadPlan plan, LoadTally tally, long started, CancellationToken stop)
    {
        (this.plan, this.tally, this.started, this.stop) = (plan, tally, started, stop);
        request = Encoding.ASCII.GetBytes($"GET {plan.Path} HTTP/1.1\r\nHost: {plan.Host}\r\n\r\n");
        var header = Encoding.ASCII.GetBytes(plan.VersionHeader);
        connections = [.. Enumerable.Range(0, plan.Connections).Select(_ => new LoadConnection(header))];
        ends = plan.Duration is { } duration ? started + Ticks(duration) : long.MaxValue;
        timeout = Ticks(plan.Timeout);
    }

    public LoadReport Run()
    {
        var nextSweep = started;
        try
        {
            while (true)
            {
                var now = Stopwatch.GetTimestamp();
                var ending = now >= ends || stop.IsCancellationRequested;
                if (ending && !connections.Any(connection => connection.State == ConnectionState.Busy || connection.Repeats))
                    return tally.Report(now);
                TakeOpened(now);
                if (now >= nextSweep)
                {
                    Sweep(now, ending);
                    nextSweep = now + Second / 100;
                }
                if (!ending)
                    SendDue(now);
                Wait();
                foreach (var socket in readable)
                    Read(bySocket[socket], ending);
            }
        }
        finally
        {
            foreach (var connection in connections)
                connection.Close();
            finished = true;
            DropOpened();
        }
    }

    private void SendDue(long now)
    {
        if (plan.RatePerSecond is not { } rate)
        {
            foreach (var connection in connections)
            {
                if (connection.State == ConnectionState.Idle)
                    Send(connection, now, now);
            }
            return;
        }
        var dueByNow = (long)((now - started) * rate / Second);
        foreach (var connection in connections)
        {
            if (scheduled >= dueByNow)
                return;
            if (connection.State != ConnectionState.Idle)
                continue;
            var due = started + (long)(scheduled++ * Second / rate);
            Send(connection, now, now - due > Late ? due : now);
        }
    }

    private void Send(LoadConnection connection, long now, long due)
    {
        (connection.Sent, connection.Due, connection.State) = (now, due, ConnectionState.Busy);
        connection.Socket!.Send(request, SocketFlags.None, out var error);
        // What the server did to the connection shows on the next read as well, and is judged there.
        if (error is not (SocketError.Success or SocketError.ConnectionReset or SocketError.Shutdown))
            Fail(connection, LoadFailureKind.Read, $"write: {error}", now);
    }

    private void Wait()
    {
        readable.Clear();
        foreach (var connection in connections)
        {
            if (connection.Socket is { } socket)
                readable.Add(socket);
        }
        if (readable.Count == 0)
            stop.WaitHandle.WaitOne(1);
        else
            Socket.Select(readable, null, null, microSeconds: 1000);
    }

    private void Read(LoadConnection connection, bool ending)
    {
        var read = connection.Socket!.Receive(connection.Reader.Space, SocketFlags.None, out var error);
        var now = Stopwatch.GetTimestamp();
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || read == 0)
        {
            Ended(connection, error, now);
            return;
        }
        if (connection.State == ConnectionState.Idle)
        {
            Fail(connection, LoadFailureKind.Malformed, "an answer to no request", now);
            return;
        }
        switch (connection.Reader.Advance(read))
        {
            case ReadOutcome.More:
                return;
            case ReadOutcome.Malformed:
                Fail(connection, LoadFailureKind.Malformed, "not an HTTP/1.1 answer", now);
                return;
            case ReadOutcome.Whole:
                Answered(connection, now, ending, connection.Reader.ServerCloses);
                return;
        }
    }

    private void Answered(LoadConnection connection, long now, bool ending, bool closes)
    {
        var reader = connection.Reader;
        if (reader.Status is >= 200 and < 300)
            tally.Good(connection.Sent, connection.Due, now, reader.Version);
        else
            tally.BadStatus(connection.Sent, now, reader.Status, reader.Version);
        connection.Answers++;
        connection.Repeats = false;
        connection.State = ConnectionState.Idle;
        if (closes)
        {
            tally.Reconnects++;
            Open(connection);
        }
        else if (!ending && plan.RatePerSecond is null)
        {
            Send(connection, now, now);
        }
    }

    private void Ended(LoadConnection connection, SocketError error, long now)
    {
        if (connection.State == ConnectionState.Idle)
        {
            tally.Reconnects++;
            Open(connection);
        }
        else if (error == SocketError.Success && connection.Reader.EndsWithConnection)
        {
            Answered(connection, now, ending: true, closes: true);
        }
        else if (!connection.Reader.HasBegun && connection.Answers > 0 && !connection.Repeats)
        {
            tally.Repeated++;
            connection.Repeats = true;
            Open(connection);
        }
        else
        {
            Fail(connection, LoadFailureKind.Read, connection.Reader.HasBegun ? $"broken off: {error}" : $"closed without an answer: {error}", now);
        }
    }

    private void Fail(LoadConnection connection, LoadFailureKind kind, string detail, long now)
    {
        tally.Bad(kind, now, detail);
        connection.Repeats = false;
        Open(connection);
    }

    private void Open(LoadConnection connection)
    {
        if (connection.Socket is { } former)
            bySocket.Remove(former);
        connection.Close();
        connection.State = ConnectionState.Opening;
        // A blocking connect on another thread: a socket that was once used asynchronously stays registered with the runtime's
        // poller, which would then wake for every answer.
        _ = Task.Run(() =>
        {
            opened.Enqueue(Connect(connection));
            if (finished)
                DropOpened();
        }, CancellationToken.None);
    }

    private void DropOpened()
    {
        while (opened.TryDequeue(out var late))
            late.Socket?.Dispose();
    }

    private (LoadConnection, Socket?, string) Connect(LoadConnection connection)
    {
        var socket = new Socket(plan.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(plan.Target);
            socket.Blocking = false;
            return (connection, socket, "");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            return (connection, null, error.SocketErrorCode.ToString());
        }
    }

    private void TakeOpened(long now)
    {
        while (opened.TryDequeue(out var result))
        {
            var (connection, socket, problem) = result;
            if (socket is null)
            {
                tally.Bad(LoadFailureKind.Connect, now, problem);
                (connection.State, connection.RestsUntil, connection.Repeats) = (ConnectionState.Resting, now + RestAfterFailure, false);
                continue;
            }
            (connection.Socket, connection.State) = (socket, ConnectionState.Idle);
            bySocket[socket] = connection;
            if (connection.Repeats)
                Send(connection, now, connection.Due);
        }
    }

    private void Sweep(long now, bool ending)
    {
        foreach (var connection in connections)
        {
            if (connection.State == ConnectionState.Busy && now - connection.Sent > timeout)
                Fail(connection, LoadFailureKind.Timeout, $"no whole answer in {plan.Timeout.TotalSeconds} s", now);
            else if (connection.State == ConnectionState.Resting && now >= connection.RestsUntil && !ending)
                Open(connection);
        }
    }

    private static long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * Second);
}
