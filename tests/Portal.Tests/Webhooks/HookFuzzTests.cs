using System.Text;
using Portal.Docker;
using Portal.Model;
using Portal.Webhooks.Intake;

namespace Portal.Tests.Webhooks;

/// <summary>Whatever the bytes, a result; and whatever was read, only what the stack names.</summary>
public sealed class HookFuzzTests
{
    private const int Rounds = 20_000;

    private static readonly string[] Seeds =
    [
        """{"image":"registry.example:5000/acme/web","tag":"1.4.2","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","commit":"abc","target":"live","url":"https://ci.example/1"}""",
        """{"push_data":{"tag":"1.4.2","pusher":"jo"},"repository":{"repo_name":"acme/web"}}""",
        """payload=%7B%22image%22%3A%22acme%2Fweb%22%2C%22tag%22%3A%221%22%7D""",
    ];

    private static readonly string[] Pieces = ["\"", "{", "}", "[", "]", ":", ",", "\\u0000", "\\ud800", "\0", "null", "1e999", "-", "live", "both", "blue", "%", "&", "=", "é", "\uffff", "acme/web", "../", "@sha256:"];

    private static readonly Dictionary<string, string> Images = new() { ["web"] = "registry.example:5000/acme/web:1", ["db"] = "postgres:15", ["odd"] = "not an image" };

    [Fact]
    public void No_body_breaks_out()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutate(random);
            try
            {
                Try(random, body);
            }
            catch (Exception error)
            {
                Assert.Fail($"Seed {seed}, round {round}, body {Convert.ToBase64String(body)}: {error}");
            }
        }
    }

    [Fact]
    public void No_header_breaks_out()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < Rounds / 4; round++)
        {
            var text = Encoding.Latin1.GetString(Bytes(random, random.Next(90)));
            var signature = random.Next(2) == 0 ? "sha256=" + text : text;
            Assert.False(HookSignature.Check("secret", new HookProof(signature, random.Next(2) == 0 ? text : null, null), "{}"u8, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(5)).Verified, $"Seed {seed}");
        }
    }

    private static void Try(Random random, byte[] body)
    {
        var type = random.Next(3) == 0 ? "application/x-www-form-urlencoded" : "application/json";
        if (HookContent.Open(type, body) is not ContentResult.Json json || HookPayloadReader.Read(json.Bytes) is not PayloadResult.Read { Payload: var payload })
        {
            return;
        }

        Assert.True(ImageReference.TryParse($"{payload.Image.Name}:{payload.Tag}", out _));
        Assert.DoesNotContain((payload.Commit ?? "") + payload.Ref + payload.Actor + payload.Url, char.IsControl);
        var allowed = (DeployTarget)random.Next(5);
        if (HookDecider.Decide(allowed, payload, Images) is HookVerdict.Deploy deploy)
        {
            Assert.True(deploy.Target == allowed || allowed == DeployTarget.Both);
            Assert.All(deploy.Images, image => Assert.Equal(ImageReference.Parse(Images[image.Key]).WithTag(payload.Tag), ImageReference.Parse(image.Value)));
        }
    }

    private static byte[] Mutate(Random random)
    {
        var body = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]).ToList();
        for (var change = random.Next(6); change > 0; change--)
        {
            var at = random.Next(body.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    body.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(8), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, Bytes(random, random.Next(4)));
                    break;
                default:
                    body.InsertRange(at, body.Skip(random.Next(body.Count + 1)).Take(random.Next(30)).ToArray());
                    break;
            }
        }

        return [.. body];
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
