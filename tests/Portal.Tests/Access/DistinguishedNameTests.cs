using Portal.Access.Directories;

namespace Portal.Tests.Access;

public sealed class DistinguishedNameTests
{
    [Theory]
    [InlineData("cn=dev,dc=x", "CN=Dev,DC=X")]
    [InlineData("cn=dev,dc=x", " cn = dev , dc = x ")]
    [InlineData("cn=acme developers,dc=x", "cn=acme   developers,dc=x")]
    [InlineData("cn=a\\,b,dc=x", "cn=a\\2Cb,dc=x")]
    [InlineData("cn=Müller,dc=x", "cn=M\\C3\\BCller,dc=x")]
    [InlineData("cn=a+ou=b,dc=x", "ou=b+cn=a,dc=x")]
    [InlineData("cn=a;dc=x", "cn=a,dc=x")]
    public void Two_spellings_of_one_name_are_equal(string one, string other)
    {
        Assert.Equal(Parse(one), Parse(other));
        Assert.Equal(Parse(one).GetHashCode(), Parse(other).GetHashCode());
    }

    [Theory]
    [InlineData("cn=dev,dc=x", "cn=devs,dc=x")]
    [InlineData("cn=a,cn=b,dc=x", "cn=b,cn=a,dc=x")]
    [InlineData("cn=a\\,cn=b,dc=x", "cn=a,cn=b,dc=x")]
    [InlineData("cn=acmedevelopers,dc=x", "cn=acme developers,dc=x")]
    [InlineData("cn=a\\+ou=b,dc=x", "cn=a+ou=b,dc=x")]
    public void Different_names_stay_different(string one, string other) => Assert.NotEqual(Parse(one), Parse(other));

    [Theory]
    [InlineData("")]
    [InlineData("developers")]
    [InlineData("cn=")]
    [InlineData("=x")]
    [InlineData("cn=a,,dc=x")]
    [InlineData("cn=a\\")]
    [InlineData("c n=a")]
    [InlineData("*=a")]
    public void What_is_no_name_is_refused(string text) => Assert.False(DistinguishedName.TryParse(text, out _));

    [Theory]
    [InlineData("CN=Dev\\2C Ops , dc=X", "cn=Dev\\, Ops,dc=X")]
    [InlineData("cn=#1,dc=x", "cn=\\#1,dc=x")]
    public void The_canonical_spelling_reads_back_as_itself(string text, string canonical)
    {
        Assert.Equal(canonical, DistinguishedName.Canonical(text));
        Assert.Equal(canonical, DistinguishedName.Canonical(canonical));
    }

    private static DistinguishedName Parse(string text) =>
        DistinguishedName.TryParse(text, out var name) ? name : throw new FormatException(text);
}
