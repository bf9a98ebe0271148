using System.Text;
using Portal.Model;
using Portal.Webhooks.Intake;

namespace Portal.Tests.Webhooks;

public sealed class HookPayloadTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void The_generic_body_is_read_whole()
    {
        var payload = Good($$$"""{"image":"registry.example:5000/acme/web","tag":"1.4.2","digest":"{{{Digest}}}","commit":"abc","ref":"refs/heads/main","actor":"ci","url":"https://ci.example/1","target":"live","more":{"of":[1]}}""");
        Assert.Equal((PayloadForm.Generic, "registry.example:5000/acme/web", "1.4.2"), (payload.Form, payload.Image.Name, payload.Tag));
        Assert.Equal((Digest, "abc", "refs/heads/main", "ci", "https://ci.example/1", DeployTarget.Live), (payload.Digest, payload.Commit, payload.Ref, payload.Actor, payload.Url, payload.Target));
    }

    [Fact]
    public void Docker_hubs_body_is_read()
    {
        var payload = Good("""{"callback_url":"https://x/y","push_data":{"pushed_at":1,"pusher":"jo","tag":"1.4.2","images":[]},"repository":{"repo_name":"acme/web","name":"web","star_count":0}}""");
        Assert.Equal((PayloadForm.DockerHub, "acme/web", "1.4.2", "jo"), (payload.Form, payload.Image.Name, payload.Tag, payload.Actor));
    }

    [Fact]
    public void The_least_that_Rancher_took_is_enough() => Assert.Equal("1.4.2", Good("""{"push_data":{"tag":"1.4.2"},"repository":{"repo_name":"acme/web"}}""").Tag);

    [Theory]
    [InlineData("""{"image":"acme/web","tag":"1","digest":"","target":"","url":"","commit":null}""")]
    public void A_variable_that_was_not_set_is_as_good_as_absent(string body)
    {
        var payload = Good(body);
        Assert.Null(payload.Digest);
        Assert.Null(payload.Target);
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("\"x\"", "body")]
    [InlineData("""{"image":"a/b","tag":"1","tag":"2"}""", "body")]
    [InlineData("""{}""", "image")]
    [InlineData("""{"image":5,"tag":"1"}""", "image")]
    [InlineData("""{"image":"","tag":"1"}""", "image")]
    [InlineData("""{"image":"acme/UPPER","tag":"1"}""", "image")]
    [InlineData("""{"image":"acme/web:1","tag":"1"}""", "image")]
    [InlineData("""{"image":"acme/web"}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":1}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":"a b"}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":".a"}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":"1\n"}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":"\ud800"}""", "tag")]
    [InlineData("""{"image":"acme/web","tag":"1","digest":"sha256:12"}""", "digest")]
    [InlineData("""{"image":"acme/web","tag":"1","target":"production"}""", "target")]
    [InlineData("""{"image":"acme/web","tag":"1","target":["live"]}""", "target")]
    [InlineData("""{"image":"acme/web","tag":"1","url":"javascript:alert(1)"}""", "url")]
    [InlineData("""{"image":"acme/web","tag":"1","commit":"a\u0000b"}""", "commit")]
    [InlineData("""{"push_data":{},"repository":{"repo_name":"a/b"}}""", "push_data.tag")]
    [InlineData("""{"push_data":"x","repository":{"repo_name":"a/b"}}""", "push_data")]
    [InlineData("""{"push_data":{"tag":"1"}}""", "repository")]
    [InlineData("""{"push_data":{"tag":"1"},"repository":{}}""", "repository.repo_name")]
    public void Anything_else_is_refused_by_field(string body, string field) => Assert.Equal(field, Bad(Encoding.UTF8.GetBytes(body)).Field);

    [Fact]
    public void A_tag_of_129_characters_is_no_tag() => Assert.Equal("tag", Bad(Encoding.UTF8.GetBytes($$"""{"image":"a/b","tag":"{{new string('a', 129)}}"}""")).Field);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] body = [.. """{"image":"acme/web","tag":"1","commit":" """u8, 0xff, 0xfe, .. "\"}"u8];
        Assert.Contains(Bad(body).Field, (string[])["commit", "body"]);
    }

    [Fact]
    public void Depth_does_not_kill() => Bad(Encoding.UTF8.GetBytes(new string('[', 100_000)));

    [Theory]
    [InlineData("application/json", """{"a":1}""", """{"a":1}""")]
    [InlineData("application/json; charset=utf-8", "{}", "{}")]
    [InlineData("application/x-www-form-urlencoded", "payload=%7B%22a%22%3A%22x+y%22%7D&other=1", """{"a":"x y"}""")]
    public void The_json_is_found(string type, string body, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(Assert.IsType<ContentResult.Json>(HookContent.Open(type, Encoding.UTF8.GetBytes(body))).Bytes.Span));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json+x")]
    public void Other_content_is_not_supported(string? type) => Assert.IsType<ContentResult.NotSupported>(HookContent.Open(type, "{}"u8.ToArray()));

    [Theory]
    [InlineData("other=1")]
    [InlineData("payload=1&payload=2")]
    public void A_form_without_one_payload_is_unparsable(string body) =>
        Assert.Equal("payload", Assert.IsType<ContentResult.Unparsable>(HookContent.Open("application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(body))).Field);

    private static HookPayload Good(string body) => Assert.IsType<PayloadResult.Read>(HookPayloadReader.Read(Encoding.UTF8.GetBytes(body))).Payload;

    private static PayloadResult.Unparsable Bad(byte[] body) => Assert.IsType<PayloadResult.Unparsable>(HookPayloadReader.Read(body));
}
