using System.Text;
using Portal.Webhooks.Intake;

namespace Portal.Tests.Webhooks;

public sealed class HookSignatureTests
{
    private const string Secret = "k8s-is-not-needed-here";
    private static readonly byte[] Body = """{"image":"registry.example/acme/web","tag":"2"}"""u8.ToArray();
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    [Fact]
    public void The_example_of_the_rfc_verifies()
    {
        // RFC 4231, test case 2.
        var proof = new HookProof("sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", null, null);
        Assert.True(HookSignature.Check("Jefe", proof, "what do ya want for nothing?"u8, Now, Tolerance).Verified);
    }

    [Fact]
    public void The_right_signature_is_enough() => Assert.True(Check(new HookProof(HookSignature.Of(Secret, null, Body), null, null)).Verified);

    [Fact]
    public void The_right_bearer_token_is_enough() => Assert.True(Check(new HookProof(null, null, Secret)).Verified);

    [Fact]
    public void Every_flipped_bit_of_the_body_breaks_the_signature()
    {
        var proof = new HookProof(HookSignature.Of(Secret, null, Body), null, null);
        for (var bit = 0; bit < Body.Length * 8; bit++)
        {
            var forged = Body.ToArray();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(HookSignature.Check(Secret, proof, forged, Now, Tolerance).Verified);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256=")]
    [InlineData("sha256=00")]
    [InlineData("sha256=zzcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843a")]
    [InlineData("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")]
    [InlineData("sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    public void Anything_else_is_refused(string? signature) => Assert.False(Check(new HookProof(signature, null, null)).Verified);

    [Theory]
    [InlineData("")]
    [InlineData("k8s-is-not-needed-her")]
    [InlineData("k8s-is-not-needed-here ")]
    public void Another_token_is_refused(string token) => Assert.False(Check(new HookProof(null, null, token)).Verified);

    [Fact]
    public void A_right_token_does_not_heal_a_wrong_signature() =>
        Assert.False(Check(new HookProof(HookSignature.Of("other", null, Body), null, Secret)).Verified);

    [Fact]
    public void The_old_signature_is_told_to_be_too_weak()
    {
        var check = Check(new HookProof(null, null, null, OldSignature: true));
        Assert.False(check.Verified);
        Assert.Contains("SHA-1", check.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(-299, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_signed_timestamp_must_be_close(int secondsAway, bool good)
    {
        var time = (Now.ToUnixTimeSeconds() + secondsAway).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(good, Check(new HookProof(HookSignature.Of(Secret, time, Body), time, null)).Verified);
    }

    [Fact]
    public void A_timestamp_may_be_written_for_people() =>
        Assert.True(Check(new HookProof(HookSignature.Of(Secret, "2026-11-21T12:03:00Z", Body), "2026-11-21T12:03:00Z", null)).Verified);

    [Fact]
    public void A_timestamp_that_was_not_signed_breaks_the_signature()
    {
        var time = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(Check(new HookProof(HookSignature.Of(Secret, null, Body), time, null)).Verified);
    }

    [Fact]
    public void The_same_signed_timestamp_twice_is_known_as_a_replay()
    {
        var time = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var proof = new HookProof(HookSignature.Of(Secret, time, Body), time, null);
        Assert.NotNull(Check(proof).SignedDigest);
        Assert.Equal(Check(proof).SignedDigest, Check(proof).SignedDigest);
        Assert.Null(Check(new HookProof(HookSignature.Of(Secret, null, Body), null, null)).SignedDigest);
    }

    [Fact]
    public void Nothing_said_of_a_check_holds_the_secret()
    {
        HookProof[] proofs = [new("sha256=00", null, null), new(null, null, Secret + "x"), new(null, null, Secret), new(null, null, null), new(HookSignature.Of(Secret, null, Body), "x", Secret)];
        Assert.All(proofs, proof => Assert.DoesNotContain(Secret, Check(proof).Text + proof, StringComparison.Ordinal));
    }

    private static ProofCheck Check(HookProof proof) => HookSignature.Check(Secret, proof, Body, Now, Tolerance);
}
