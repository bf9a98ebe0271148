using System.Text;
using Portal.Compose;

namespace Portal.Cli;

/// <summary>A file's text, or why there is none.</summary>
/// <param name="Line">of the fault; 1 where it has no place</param>
internal sealed record TextFile(string Name, string? Text, string? Problem, int Line = 1)
{
    public const string StandardInput = "-";

    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>Never reads more than the reader of Compose texts would take.</summary>
    public static TextFile Read(string name, Func<Stream> standardInput)
    {
        try
        {
            using var stream = name == StandardInput ? standardInput() : new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Decode(name, Take(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = Directory.Exists(name) ? "it is a directory" : e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException => "it may not be read",
                _ => e.Message,
            };
            return new TextFile(name, null, $"cannot be read: {why}");
        }
    }

    // One byte more than allowed tells a text that is too long; what comes after it says nothing new.
    private static byte[] Take(Stream stream)
    {
        var bytes = new byte[(2 * ComposeLimits.TextBytes) + 4];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private static TextFile Decode(string name, byte[] bytes)
    {
        var (encoding, skip) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(false, false, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(true, false, throwOnInvalidBytes: true), 2),
            _ => (Utf8, 0),
        };
        if (bytes.Length > 2 * ComposeLimits.TextBytes || (encoding == Utf8 && bytes.Length - skip > ComposeLimits.TextBytes))
        {
            return new TextFile(name, null, $"longer than {ComposeLimits.TextBytes / 1024} KiB");
        }

        try
        {
            return new TextFile(name, encoding.GetString(bytes, skip, bytes.Length - skip), null);
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index + skip, 0, bytes.Length)).Count((byte)'\n');
            return new TextFile(name, null, $"is no text: {(encoding == Utf8 ? "UTF-8" : "UTF-16")} has no such bytes", line);
        }
    }
}
