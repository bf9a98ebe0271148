using static Portal.Compose.Verdict;

namespace Portal.Tests.Compose.Odd;

/// <summary>What YAML allows, and what people take for YAML.</summary>
internal static class YamlForms
{
    private const string Good = "services:\n  web:\n    image: team/web\n";

    public static readonly OddFile[] Files =
    [
        new("nothing", "", Unreadable, "1 refused "),
        new("only white space", " \n\n  \n", Unreadable, "1 refused "),
        new("only comments", "# a\n# b\n", Unreadable, "1 refused "),
        new("only a line of dashes", "---\n", Unreadable, "1 refused "),
        new("a list at the top", "- services\n- web\n", Unreadable, "1 refused "),
        new("a text at the top", "services", Unreadable, "1 refused "),
        new("a number at the top", "42\n", Unreadable, "1 refused "),
        new("an empty mapping", "{}\n", Refused, "1 refused services"),
        new("no services", "version: '3'\nvolumes: {a: {}}\n", Refused, "1 refused services"),
        new("services that are nothing", "services:\n", Refused, "1 refused services"),
        new("services that are a list", "services: [web, db]\n", Refused, "1 refused services"),
        new("a service that is nothing", "services:\n  web:\n  db: {}\n  cache: redis\n", Refused, "2 refused services.web", "3 refused services.db", "4 refused services.cache"),
        new("a mark at the beginning", "\uFEFF" + Good, Accepted),
        new("line ends of Windows", Good.Replace("\n", "\r\n", StringComparison.Ordinal), Accepted),
        new("line ends of an old Mac", Good.Replace('\n', '\r'), Accepted),
        new("tabs for indentation", "services:\n\tweb:\n\t\timage: a\n", Unreadable, "2 refused "),
        new("tabs after values", "services:\n  web:\n    image:\tteam/web\t# comment\n", Accepted),
        new("a NUL in the middle", Good + "    privileged: \0true\n", Unreadable, "4 refused "),
        new("two documents", Good + "---\nservices: {}\n", Refused, "4 refused "),
        new("a document between dashes and dots", "---\n" + Good + "...\n", Accepted),
        new("dashes at the end", "%YAML 1.1\n---\n" + Good + "---\n", Accepted),
        new("keys that are here twice", """
            services:
              web:
                image: a
                image: b
              web:
                image: c
            """, Refused, "4 refused services.web.image", "5 refused services.web"),
        new("merge keys", """
            x-a: &a {restart: always, environment: {A: "1"}}
            x-b: &b
              restart: "no"
              labels: [x]
            services:
              web:
                <<: [*a, *b]
                image: a
              api:
                <<: *a
                image: b
                restart: on-failure
              bad:
                <<: words
                image: c
            """, Refused, "14 refused services.bad.<<"),
        new("an alias to nothing", "services:\n  web: *gone\n", Unreadable, "2 refused "),
        new("an alias to itself", "services: &s\n  web: *s\n", Unreadable, "2 refused "),
        new("an anchor that is never used", "services:\n  web: &w\n    image: &i team/web\n", Accepted),
        new("tags of YAML and of others", """
            services:
              web:
                image: !!str team/web
                init: !!bool "true"
                command: !custom x
                environment: !!map {A: !!int "5"}
              api: !!python/object {image: a}
            """, Refused, "5 refused services.web.command", "7 refused services.api"),
        new("keys that are no texts", "services:\n  ? [a, b]\n  : {image: a}\n  ? {c: d}\n  : {image: b}\n", Refused, "1 refused services", "2 refused services", "4 refused services"),
        new("names of services", """
            services:
              1: {image: a}
              2.5: {image: a}
              true: {image: a}
              web.front-end_1: {image: a}
              my web: {image: a}
              "": {image: a}
              _hidden: {image: a}
              größe: {image: a}
              服务: {image: a}
            """, Refused, "6 refused services.my web", "7 refused services.", "8 refused services._hidden", "9 refused services.größe", "10 refused services.服务"),
        new("texts over many lines", """
            services:
              web:
                image: team/web
                command:
                  - sh
                  - -c
                  - |
                    set -e
                    exec serve
                environment:
                  FOLDED: >-
                    one
                    two
                  QUOTED: "three
                    four \u00e9 \x41"
            """, Accepted),
        new("JSON", """{"services": {"web": {"image": "team/web", "environment": {"A": null, "B": "\u00e9"}, "ports": []}}}""", Accepted, "1 ignored services.web.environment.A"),
        new("a misspelt key", "services:\n  web:\n    image: a\n    enviroment: {A: b}\n    Ports: [80]\n", Refused, "4 refused services.web.enviroment", "5 refused services.web.Ports"),
        new("a very long word", $"services:\n  web:\n    image: {new string('a', 5000)}\n    command: {new string('b', 100_000)}\n", Refused, "3 refused services.web.image"),
        new("ten megabytes", Good + string.Concat(Enumerable.Repeat("# a comment that goes on and on\n", 330_000)), Unreadable, "1 refused "),
        new("a thousand levels", "services:\n  web: " + new string('{', 1000), Unreadable, "2 refused "),
        new("aliases of aliases", "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghij".Select((c, i) => $"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n")), Unreadable, "7 refused "),
        new("a quote that is not closed", "services:\n  web:\n    image: \"team/web\n", Unreadable, "3 refused "),
        new("bad indentation", "services:\n  web:\n    image: a\n   ports: [80]\n", Unreadable, "4 refused "),
        new("a shell's here-document", "cat > compose.yml <<EOF\nservices:\n  web: {image: a}\nEOF\n", Unreadable, "2 refused "),
    ];
}
