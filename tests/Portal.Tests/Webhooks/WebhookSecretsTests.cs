using System.Security.Cryptography;
using Portal.Store;
using Portal.Webhooks;

namespace Portal.Tests.Webhooks;

public sealed class WebhookSecretsTests
{
    [Fact]
    public void A_secret_is_32_random_bytes_in_url_safe_letters()
    {
        var secrets = Enumerable.Range(0, 100).Select(_ => WebhookSecrets.Make()).ToList();
        Assert.All(secrets, secret => Assert.Matches("^[A-Za-z0-9_-]{43}$", secret));
        Assert.Equal(100, secrets.Distinct().Count());
    }

    [Fact]
    public void Many_calls_at_once_open_each_its_own_secret()
    {
        var box = new SecretBox(RandomNumberGenerator.GetBytes(32));
        var secrets = new WebhookSecrets(box, new Portal.Redaction.Redactor());
        var sealedOnes = Enumerable.Range(0, 64).Select(_ => WebhookSecrets.Make()).Select(secret => (secret, bytes: secrets.Seal(Guid.Empty, secret))).ToList();
        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, round =>
        {
            var (secret, bytes) = sealedOnes[round % sealedOnes.Count];
            Assert.Equal(secret, secrets.Open(bytes));
        });
    }

    [Fact]
    public void Without_a_webhook_there_is_a_secret_all_the_same_and_nobody_knows_it()
    {
        var box = new SecretBox(RandomNumberGenerator.GetBytes(32));
        Assert.NotEqual(new WebhookSecrets(box, new Portal.Redaction.Redactor()).Open(null), new WebhookSecrets(box, new Portal.Redaction.Redactor()).Open(null));
    }
}
