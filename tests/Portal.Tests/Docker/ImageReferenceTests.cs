using Portal.Docker;

namespace Portal.Tests.Docker;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Theory]
    [InlineData("web", "docker.io", "library/web", null, null)]
    [InlineData("web:1", "docker.io", "library/web", "1", null)]
    [InlineData("team/web", "docker.io", "team/web", null, null)]
    [InlineData("docker.io/web", "docker.io", "library/web", null, null)]
    [InlineData("index.docker.io/team/web:2", "docker.io", "team/web", "2", null)]
    [InlineData("localhost/web", "localhost", "web", null, null)]
    [InlineData("localhost:5000/web:1", "localhost:5000", "web", "1", null)]
    [InlineData("registry.example/web", "registry.example", "web", null, null)]
    [InlineData("registry.example:5000/a/b/c:v1.2-rc_3", "registry.example:5000", "a/b/c", "v1.2-rc_3", null)]
    [InlineData("10.1.2.3:5000/web@" + Digest, "10.1.2.3:5000", "web", null, Digest)]
    [InlineData("web:1@" + Digest, "docker.io", "library/web", "1", Digest)]
    [InlineData("[::1]:5000/web:1", "[::1]:5000", "web", "1", null)]
    [InlineData("a_b/c__d/e-f/g---h.i", "docker.io", "a_b/c__d/e-f/g---h.i", null, null)]
    [InlineData("Registry/web", "Registry", "web", null, null)]
    public void A_reference_is_taken_apart(string text, string registry, string repository, string? tag, string? digest)
    {
        var image = ImageReference.Parse(text);

        Assert.Equal((registry, repository, tag, digest), (image.Registry, image.Repository, image.Tag, image.Digest));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" web")]
    [InlineData("web ")]
    [InlineData("web\n")]
    [InlineData("Web")]
    [InlineData("team/Web")]
    [InlineData("web:")]
    [InlineData("web:-1")]
    [InlineData("web:.1")]
    [InlineData("web:a b")]
    [InlineData(":1")]
    [InlineData("/web")]
    [InlineData("web/")]
    [InlineData("a//b")]
    [InlineData("-web")]
    [InlineData("web-")]
    [InlineData("a___b")]
    [InlineData("a..b")]
    [InlineData("../web")]
    [InlineData("web/../x")]
    [InlineData("https://registry.example/web")]
    [InlineData("registry.example:port/web")]
    [InlineData("-registry.example/web")]
    [InlineData("web@")]
    [InlineData("web@sha256:abc")]
    [InlineData("web@sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08")]
    [InlineData("web@" + Digest + "00")]
    [InlineData("web@" + Digest + "@" + Digest)]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData(Digest)]
    [InlineData("web?tag=1")]
    [InlineData("web#1")]
    [InlineData("wéb")]
    public void What_is_not_a_reference_is_refused(string? text) => Assert.False(ImageReference.TryParse(text, out _));

    [Theory]
    [InlineData("web:1", "docker.io/library/web:1")]
    [InlineData("web", "index.docker.io/web")]
    [InlineData("team/web", "docker.io/team/web")]
    [InlineData("web@" + Digest, "docker.io/library/web@" + Digest)]
    public void Two_spellings_of_one_image_are_equal(string one, string other)
    {
        Assert.Equal(ImageReference.Parse(one), ImageReference.Parse(other));
        Assert.Equal(one, ImageReference.Parse(other).ToString());
    }

    [Theory]
    [InlineData("web:1", "web:2")]
    [InlineData("web", "web:latest")]
    [InlineData("web", "team/web")]
    [InlineData("web", "registry.example/web")]
    [InlineData("registry.example/library/web", "web")]
    public void Different_images_are_not_equal(string one, string other) =>
        Assert.NotEqual(ImageReference.Parse(one), ImageReference.Parse(other));

    [Theory]
    [InlineData("web:1")]
    [InlineData("registry.example:5000/team/web:1@" + Digest)]
    [InlineData("registry.example/library/web")]
    [InlineData("localhost/web")]
    public void What_is_written_is_read_back(string text)
    {
        Assert.Equal(text, ImageReference.Parse(text).ToString());
        Assert.Equal(ImageReference.Parse(text), ImageReference.Parse(ImageReference.Parse(text).Canonical));
    }

    [Fact]
    public void A_new_tag_drops_the_digest_that_named_the_old_one()
    {
        var image = ImageReference.Parse("team/web:1@" + Digest).WithTag("2");

        Assert.Equal("team/web:2", image.ToString());
    }

    [Fact]
    public void A_digest_keeps_the_tag_as_a_note() =>
        Assert.Equal("web:1@" + Digest, ImageReference.Parse("web:1").WithDigest(Digest).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("1@" + Digest)]
    public void A_bad_tag_cannot_be_put_on(string tag) =>
        Assert.Throws<FormatException>(() => ImageReference.Parse("web").WithTag(tag));

    [Fact]
    public void A_bad_digest_cannot_be_put_on() =>
        Assert.Throws<FormatException>(() => ImageReference.Parse("web").WithDigest("sha256:1"));

    [Fact]
    public void A_tag_has_at_most_128_letters()
    {
        Assert.True(ImageReference.TryParse("web:" + new string('a', 128), out _));
        Assert.False(ImageReference.TryParse("web:" + new string('a', 129), out _));
    }

    [Fact]
    public void A_name_has_at_most_255_letters()
    {
        Assert.True(ImageReference.TryParse("r.example/" + new string('a', 245), out _));
        Assert.False(ImageReference.TryParse("r.example/" + new string('a', 246), out _));
    }

    [Fact]
    public void A_hostile_name_costs_no_time() =>
        Assert.False(ImageReference.TryParse(string.Concat(Enumerable.Repeat("a-", 100_000)) + "!", out _));
}
