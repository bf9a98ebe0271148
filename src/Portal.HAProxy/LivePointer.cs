using System.Collections.Immutable;
using System.Globalization;

namespace Portal.HAProxy;

/// <summary>By what a client is known again, so that it stays on the side it was drawn to.</summary>
public enum Stickiness
{
    /// <summary>A cookie of the gateway's own.</summary>
    Cookie,

    /// <summary>The client's address.</summary>
    Source,
}

/// <summary>A part of the requests for the side that is not live. Whoever draws a lower lot than the percentage is among them, also when it grows.</summary>
/// <param name="Percent">1 to 99.</param>
public sealed record Share(int Percent, Stickiness By);

/// <summary>Where a group's requests go: an entry of the map of live sides, and so moved by one command.</summary>
/// <param name="Share">Null: everything goes to the live side.</param>
public sealed record LivePointer(string Side, Share? Share = null)
{
    /// <summary>Requests wait until it points elsewhere or is held no more, a minute at most.</summary>
    public bool Held { get; init; }

    /// <summary>How an entry ends that is held.</summary>
    internal const string HeldMark = "!held";

    /// <summary>What holds a client's lot, 0 to 99. It says nothing of the client and outlives a gradual switch harmlessly.</summary>
    public const string Cookie = "portal-lot";

    private const char Separator = '!';
    private static readonly ImmutableArray<(Stickiness By, string Text)> Words = [(Stickiness.Cookie, "cookie"), (Stickiness.Source, "source")];

    /// <exception cref="ArgumentException">It is no such entry.</exception>
    public static LivePointer Parse(string text) => TryParse(text) ?? throw new ArgumentException($"'{text}' is not allowed as where a group is live.", nameof(text));

    /// <returns>Null: it is no such entry.</returns>
    public static LivePointer? TryParse(string text) => text.Split(Separator) switch
    {
        [var side] when Sides.All.Contains(side) => new(side),
        [var side, var percent, var by] when Sides.All.Contains(side)
            && int.TryParse(percent, NumberStyles.None, CultureInfo.InvariantCulture, out var part) && part is >= 1 and <= 99
            && Words.FirstOrDefault(word => word.Text == by) is { Text: not null } known => new(side, new Share(part, known.By)),
        [var side, "held"] when Sides.All.Contains(side) => new(side) { Held = true },
        _ => null,
    };

    /// <summary>As the map has it: <c>blue</c>, or <c>blue!25!cookie</c> where a quarter goes to green, or <c>blue!held</c>.</summary>
    public override string ToString() => Share is { } share
        ? string.Create(CultureInfo.InvariantCulture, $"{Side}{Separator}{share.Percent}{Separator}{Words.First(word => word.By == share.By).Text}")
        : Held ? Side + HeldMark : Side;

    /// <summary>From the pointer to the side of a request that is no preview.</summary>
    internal static string Rules => $$"""
          http-request set-var(txn.live) var(txn.pointer),field(1,{{Separator}})
          http-request set-var(txn.side) var(txn.live)
          http-request set-var(txn.side) str({{Sides.Green}}) if preview { var(txn.live) -m str {{Sides.Blue}} }
          http-request set-var(txn.side) str({{Sides.Blue}}) if preview { var(txn.live) -m str {{Sides.Green}} }
          acl shared var(txn.pointer),field(3,{{Separator}}) -m len gt 0
          acl by-cookie var(txn.pointer),field(3,{{Separator}}) -m str cookie
          http-request set-var(txn.lot) req.cook({{Cookie}}),add(0) if shared !preview by-cookie { req.cook({{Cookie}}) -m reg ^[0-9]{1,2}$ }
          http-request set-var(txn.draw) bool(true) if shared !preview by-cookie !{ var(txn.lot) -m found }
          http-request set-var(txn.lot) rand(100) if { var(txn.draw) -m found }
          http-request set-var(txn.lot) src,xxh32,mod(100) if shared !preview !by-cookie
          http-request set-var(txn.share) var(txn.pointer),field(2,{{Separator}}),add(0) if { var(txn.lot) -m found }
          acl chosen var(txn.lot),sub(txn.share) lt 0
          http-request set-var(txn.side) str({{Sides.Green}}) if { var(txn.share) -m found } chosen { var(txn.live) -m str {{Sides.Blue}} }
          http-request set-var(txn.side) str({{Sides.Blue}}) if { var(txn.share) -m found } chosen { var(txn.live) -m str {{Sides.Green}} }
          http-response add-header Set-Cookie "{{Cookie}}=%[var(txn.lot)]; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax" if { var(txn.draw) -m found }
        """;
}
