namespace Portal.Model;

/// <summary>A row that belongs to one tenant; the store filters all of them in one place.</summary>
public interface ITenantOwned
{
    Guid TenantId { get; }
}

/// <summary>A line of business.</summary>
public sealed class Tenant
{
    public required Guid Id { get; init; }
    /// <summary>Lower-case letters, digits and hyphens, at most 32: part of host names, container names and gateway keys.</summary>
    public required string Slug { get; init; }
    public required string Name { get; set; }
    /// <summary>By its IANA name, such as <c>Europe/Berlin</c>: whose clocks the tenant's times are told by.</summary>
    public string TimeZone { get; set; } = "UTC";
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ArchivedAt { get; set; }
}

/// <summary>Which of a tenant's environments is live. The generation grows with each switch and fences the gateway.</summary>
public sealed class Pair : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Colour Live { get; private set; } = Colour.Blue;
    public long Generation { get; private set; } = 1;

    /// <summary>Until when the former live side is kept ready for a switch back; null when no window is open.</summary>
    public DateTimeOffset? SwitchBackUntil { get; private set; }

    public Colour Standby => Live.Other();

    /// <param name="until">Null: no window any more.</param>
    public void KeepUntil(DateTimeOffset? until) => SwitchBackUntil = until;

    public void MoveTo(Colour colour, DateTimeOffset? switchBackUntil)
    {
        if (colour == Live)
        {
            throw new InvalidOperationException($"{colour} is live already.");
        }

        Live = colour;
        Generation++;
        SwitchBackUntil = switchBackUntil;
    }
}

/// <summary>One colour of a pair, bound to a cluster.</summary>
public sealed class PairEnvironment : ITenantOwned
{
    public required Guid Id { get; init; }
    public required Guid TenantId { get; init; }
    public required Colour Colour { get; init; }
    public required Guid ClusterId { get; set; }
}

public enum ClusterKind { Engine }

/// <summary>Where containers run.</summary>
public sealed class Cluster
{
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    public required ClusterKind Kind { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One Docker Engine endpoint: what is wanted of it. What is observed lives in the inventory.</summary>
public sealed class Host
{
    public required Guid Id { get; init; }
    public required Guid ClusterId { get; init; }
    public required string Name { get; set; }
    /// <summary><c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
    public required string Endpoint { get; set; }
    /// <summary>Sealed PEM of CA, certificate and key for mutual TLS; null for a plain endpoint.</summary>
    public byte[]? TlsSealed { get; set; }
    /// <summary>The address at which the gateway reaches this host's published ports; null where it reaches containers at their own addresses.</summary>
    public string? PublishAddress { get; set; }
    public bool Enabled { get; set; } = true;
    public required DateTimeOffset CreatedAt { get; init; }
}
