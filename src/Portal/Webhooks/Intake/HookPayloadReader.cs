using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Docker;

namespace Portal.Webhooks.Intake;

/// <summary>
/// Reads the two bodies that are understood, told apart by their shape: the generic one
/// (<c>image, tag, digest?, commit?, ref?, actor?, url?, target?, migration?</c>) and Docker Hub's (<c>push_data.tag, repository.repo_name</c>).
/// Fields that are not read do not matter. Whatever the bytes, the answer is a result.
/// </summary>
public static partial class HookPayloadReader
{
    private const int LongestText = 500;
    private const int LongestUrl = 2000;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static PayloadResult Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = Parse(json);
            return ReadObject(document.RootElement);
        }
        catch (JsonException)
        {
            return new PayloadResult.Unparsable("body", "This is not a JSON object, or it names a field twice.");
        }
        catch (FieldException error)
        {
            return new PayloadResult.Unparsable(error.Field, error.Message);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (InvalidOperationException error)
        {
            // What the parser throws for a field whose name has half a surrogate pair.
            throw new JsonException("A field's name is not text.", error);
        }
    }

    private static PayloadResult ReadObject(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new FieldException("body", "A JSON object is expected.");
        }

        var payload = body.TryGetProperty("push_data", out var push) ? DockerHub(body, push)
            : body.TryGetProperty("image", out _) ? Generic(body)
            : throw new FieldException("image", "Neither the generic body (image, tag) nor Docker Hub's (push_data.tag, repository.repo_name).");
        return new PayloadResult.Read(payload);
    }

    private static HookPayload Generic(JsonElement body)
    {
        var digest = Optional(body, "digest", LongestText);
        var target = Optional(body, "target", LongestText);
        var url = Optional(body, "url", LongestUrl);
        if (digest is not null && !ImageReference.IsDigest(digest))
        {
            throw new FieldException("digest", "A digest looks like sha256: and 64 hex digits.");
        }

        if (!DeployTargets.TryParse(target, out var parsed))
        {
            throw new FieldException("target", "standby, live, both, blue or green.");
        }

        // It is shown as a link one day.
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            throw new FieldException("url", "An absolute http or https address.");
        }

        return new HookPayload(PayloadForm.Generic, Image(body, "image", "image"), Tag(body, "tag", "tag"))
        {
            Digest = digest,
            Commit = Optional(body, "commit", LongestText),
            Ref = Optional(body, "ref", LongestText),
            Actor = Optional(body, "actor", LongestText),
            Url = url,
            Target = target is null ? null : parsed,
            Migration = Flag(body, "migration"),
        };
    }

    private static bool Flag(JsonElement body, string name) => !body.TryGetProperty(name, out var value) ? false : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw new FieldException(name, "true or false."),
    };

    private static HookPayload DockerHub(JsonElement body, JsonElement push)
    {
        if (push.ValueKind != JsonValueKind.Object)
        {
            throw new FieldException("push_data", "An object is expected.");
        }

        if (!body.TryGetProperty("repository", out var repository) || repository.ValueKind != JsonValueKind.Object)
        {
            throw new FieldException("repository", "An object with repo_name is expected.");
        }

        return new HookPayload(PayloadForm.DockerHub, Image(repository, "repo_name", "repository.repo_name"), Tag(push, "tag", "push_data.tag"))
        {
            Actor = Optional(push, "pusher", LongestText, "push_data.pusher"),
        };
    }

    private static ImageReference Image(JsonElement parent, string name, string path)
    {
        var text = Optional(parent, name, LongestText, path) ?? throw new FieldException(path, "The image's repository is missing.");
        if (!ImageReference.TryParse(text, out var image))
        {
            throw new FieldException(path, "This is not an image's name.");
        }

        return image is { Tag: null, Digest: null } ? image : throw new FieldException(path, "The name alone: tag and digest have fields of their own.");
    }

    private static string Tag(JsonElement parent, string name, string path)
    {
        var tag = Optional(parent, name, LongestText, path) ?? throw new FieldException(path, "The tag is missing.");
        return TagPattern().IsMatch(tag) ? tag : throw new FieldException(path, "Letters, digits, '_', '.' and '-', at most 128, beginning with a letter, digit or '_'.");
    }

    /// <summary>An absent, null or empty field is the same to a CI job whose variable is not set.</summary>
    private static string? Optional(JsonElement parent, string name, int longest, string? path = null)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw new FieldException(path ?? name, "Text is expected.");
        }

        var text = Text(value, path ?? name);
        if (text.Length > longest)
        {
            throw new FieldException(path ?? name, $"At most {longest} characters.");
        }

        return text.Any(char.IsControl) ? throw new FieldException(path ?? name, "Control characters are not accepted.")
            : text.Length == 0 ? null
            : text;
    }

    private static string Text(JsonElement value, string path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are not UTF-8: legal to the tokenizer, but no text.
            throw new FieldException(path, "This is not Unicode text.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();

    private sealed class FieldException(string field, string problem) : Exception(problem)
    {
        public string Field { get; } = field;
    }
}
