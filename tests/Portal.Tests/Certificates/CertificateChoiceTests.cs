using Portal.Gateway.Certificates;

namespace Portal.Tests.Certificates;

public sealed class CertificateChoiceTests
{
    private static readonly Guid Acme = Guid.NewGuid();
    private static readonly Guid Globex = Guid.NewGuid();
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_tenants_certificate_is_served_for_its_own_host_names_whatever_else_it_names()
    {
        var (greedy, wild, own) = (Facts(Globex, 1, "shop.acme.example", "*.acme.example", "globex.example"), Facts(Globex, 9, "*.example"), Facts(Acme, 1, "shop.acme.example"));

        var served = Serve([greedy, wild, own], ("shop.acme.example", Acme), ("api.acme.example", Acme), ("globex.example", Globex));

        Assert.Equal(["shop.acme.example"], served[own.Id].AsEnumerable());
        // Both name it; the one that is good for longer is served.
        Assert.Equal(["globex.example"], served[wild.Id].AsEnumerable());
        Assert.False(served.ContainsKey(greedy.Id));
    }

    [Fact]
    public void The_platforms_is_served_for_all_that_it_names_and_no_tenant_has_one_for()
    {
        var (wild, exact, own, older) = (Facts(null, 5, "*.example", "standby--a.example"), Facts(null, 1, "a.example", "b.example", "unrouted.example"), Facts(Acme, 1, "a.example"), Facts(null, 3, "*.example"));

        var served = Serve([wild, exact, own, older], ("a.example", Acme), ("b.example", Globex));

        Assert.Equal(["*.example"], served[wild.Id].AsEnumerable());
        Assert.Equal(["b.example", "unrouted.example"], served[exact.Id].AsEnumerable());
        Assert.Equal(["a.example"], served[own.Id].AsEnumerable());
        Assert.False(served.ContainsKey(older.Id));
    }

    [Fact]
    public void A_host_name_is_the_tenants_whose_route_has_had_it_longest()
    {
        var owners = HostOwners.Of([new("shop.example", Globex, Now.AddDays(1), Guid.NewGuid()), new("shop.example", Acme, Now, Guid.NewGuid()), new("other.example", Globex, Now, Guid.NewGuid())]);

        Assert.Equal((Acme, Globex), (owners["shop.example"], owners["other.example"]));
        Assert.Empty(CertificateChoice.Make([Facts(Globex, 1, "shop.example")], owners));
    }

    [Theory]
    [InlineData("a.example", true)]
    [InlineData("a.b.example", false)]
    [InlineData("example", false)]
    [InlineData("xexample", false)]
    public void A_wildcard_stands_for_one_label(string host, bool covered) => Assert.Equal(covered, CertificateChoice.Covers(["*.example"], host));

    [Theory]
    [InlineData(31, null, "ok")]
    [InlineData(30, 30, "soon")]
    [InlineData(8, 30, "soon")]
    [InlineData(7, 7, "urgent")]
    [InlineData(1, 7, "urgent")]
    [InlineData(0, 0, "expired")]
    [InlineData(-9, 0, "expired")]
    public void People_are_warned_thirty_and_seven_days_before_and_at_the_end(int days, int? mark, string level) =>
        Assert.Equal((mark, level), (CertificateExpiry.Mark(Now.AddDays(days), Now), CertificateExpiry.Level(Now.AddDays(days), Now)));

    private static CertificateFacts Facts(Guid? tenant, int years, params string[] names) => new(Guid.NewGuid(), tenant, [.. names], Now.AddYears(years));

    private static IReadOnlyDictionary<Guid, System.Collections.Immutable.ImmutableArray<string>> Serve(CertificateFacts[] certificates, params (string Host, Guid Tenant)[] owners) =>
        CertificateChoice.Make(certificates, owners.ToDictionary(owner => owner.Host, owner => owner.Tenant));
}
