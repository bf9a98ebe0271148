using System.Net.Sockets;

namespace Portal.Lab.Load;

internal enum ConnectionState
{
    /// <summary>A connection is being made.</summary>
    Opening,

    /// <summary>Failed to connect; tries again after a pause.</summary>
    Resting,
    Idle,
    Busy,
}

/// <summary>One of the plan's connections: its socket and the request it is busy with.</summary>
internal sealed class LoadConnection(byte[] versionHeader)
{
    public ResponseReader Reader { get; } = new(versionHeader);

    public Socket? Socket { get; set; }

    public ConnectionState State { get; set; } = ConnectionState.Resting;

    /// <summary>Answers had on this socket.</summary>
    public long Answers { get; set; }

    /// <summary>The request was lost with a used connection, and goes out once more on the new one.</summary>
    public bool Repeats { get; set; }

    public long Sent { get; set; }

    /// <summary>From when its latency counts.</summary>
    public long Due { get; set; }

    public long RestsUntil { get; set; }

    public void Close()
    {
        Socket?.Dispose();
        Socket = null;
        Answers = 0;
        Reader.Reset();
    }
}
