using System.Security.Cryptography;
using System.Text;

namespace Portal.Store;

/// <summary>
/// Seals secrets at rest: AES-256-GCM under a key that is not in the database. The purpose is authenticated with the text,
/// so a value sealed for one place cannot be opened in another.
/// Form: 1 byte version, 12 bytes nonce, 16 bytes tag, ciphertext.
/// </summary>
public sealed class SecretBox
{
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeadBytes = 1 + NonceBytes + TagBytes;

    private readonly byte[] key;

    public SecretBox(ReadOnlySpan<byte> key) => this.key = key.ToArray();

    public byte[] Seal(string text, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var box = new byte[HeadBytes + plain.Length];
        box[0] = Version;
        RandomNumberGenerator.Fill(box.AsSpan(1, NonceBytes));
        // One for each use: the framework's cipher holds a context that two threads must not share.
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(box.AsSpan(1, NonceBytes), plain, box.AsSpan(HeadBytes), box.AsSpan(1 + NonceBytes, TagBytes), Encoding.UTF8.GetBytes(purpose));
        return box;
    }

    /// <exception cref="CryptographicException">Another key or purpose sealed it, or it was changed.</exception>
    public string Open(ReadOnlySpan<byte> box, string purpose)
    {
        if (box.Length < HeadBytes || box[0] != Version)
        {
            throw new CryptographicException("This is not a sealed value of a known version.");
        }

        var plain = new byte[box.Length - HeadBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(box.Slice(1, NonceBytes), box[HeadBytes..], box.Slice(1 + NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(purpose));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The key from the configured file, or the data directory's own, made once with owner-only access.</summary>
    public static SecretBox Load(StoreOptions options)
    {
        var file = options.MasterKeyFile ?? Path.Combine(options.DataDirectory, "master.key");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var fresh = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            using var stream = new StreamWriter(file, fresh);
            stream.Write(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        }

        Span<byte> key = stackalloc byte[32];
        if (!Convert.TryFromBase64String(File.ReadAllText(file).Trim(), key, out var bytes) || bytes != key.Length)
        {
            throw new InvalidOperationException($"{file} must hold 32 bytes in base64.");
        }

        return new SecretBox(key);
    }
}
