using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Access.Directories;
using Portal.Tests.Lab;

namespace Portal.Tests.Access;

/// <summary>The small rules of signing in that need no parts.</summary>
public sealed class SignInRulesTests
{
    [Theory]
    [InlineData("/tenants/acme?x=1", "/tenants/acme?x=1")]
    [InlineData("//evil.test", "/")]
    [InlineData("/\\evil.test", "/")]
    [InlineData("/\t/evil.test", "/")]
    [InlineData("https://evil.test/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    [InlineData("/sign-in?returnUrl=/x", "/")]
    public void The_way_back_stays_in_the_portal(string? target, string wanted) => Assert.Equal(wanted, SignInUrl.Local(target));

    [Fact]
    public void A_name_cannot_reshape_the_filter() =>
        Assert.Equal("(uid=\\2a\\29\\28uid=\\5c\\00x)", LdapFilter.User("(uid={login})", "*)(uid=\\\0x"));

    [Theory]
    [InlineData("(uid={login})", true)]
    [InlineData("(&(uid={login})(!(locked=TRUE)))", true)]
    [InlineData("uid={login}", false)]
    [InlineData("(uid=x)", false)]
    [InlineData("((uid={login})", false)]
    [InlineData("(a))({login}(b)", false)]
    public void A_filter_template_is_checked(string template, bool good) => Assert.Equal(good, LdapFilter.IsTemplate(template, "{login}"));

    [Fact]
    public void All_that_is_wrong_with_the_directory_settings_is_said_at_once()
    {
        var options = new DirectoryOptions { Url = "http://x", CaFile = "/nowhere/ca.pem", BindDn = "x", UserFilter = "uid", GroupBase = "", UserBase = "people" };
        var failures = new DirectoryOptionsValidator().Validate(null, options).Failures!.ToList();
        foreach (var key in (string[])["Url", "CaFile", "BindPassword", "BindDn is not", "UserBase", "GroupBase", "UserFilter"])
        {
            Assert.Contains(failures, failure => failure.Contains(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Failed_attempts_are_bounded_for_a_name_from_many_sources_and_for_a_source_with_many_names()
    {
        var clock = new ShiftedClock();
        var limiter = new SignInLimiter(clock, Options.Create(new AccessOptions { FailuresPerName = 3, FailuresPerSource = 5 }));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Null(limiter.Begin($"source{i}", "admin")));
        Assert.NotNull(limiter.Begin("source9", "ADMIN"));
        Assert.All(Enumerable.Range(0, 5), i => Assert.Null(limiter.Begin("one", $"name{i}")));
        Assert.InRange(limiter.Begin("one", "name9")!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));

        clock.Forward(TimeSpan.FromMinutes(1));

        Assert.Null(limiter.Begin("one", "admin"));
    }

    [Fact]
    public void A_good_sign_in_does_not_count_and_forgives_no_other()
    {
        var limiter = new SignInLimiter(new ShiftedClock(), Options.Create(new AccessOptions { FailuresPerName = 2, FailuresPerSource = 100 }));
        Assert.Null(limiter.Begin("s", "n"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(limiter.Begin("s", "n"));
            limiter.TakeBack("s", "n");
        }

        Assert.Null(limiter.Begin("s", "n"));
        Assert.NotNull(limiter.Begin("s", "n"));
    }
}
