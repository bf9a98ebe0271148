using Portal.Compose;

namespace Portal.Tests.Catalog;

public sealed class PublishedCatalogTests
{
    /// <summary>With the habits of catalogs that were published for Rancher 1.6: sidekicks, one-shot services, affinity, a .tpl, no readme.</summary>
    [Fact]
    public void A_catalog_that_was_made_for_rancher_is_read_as_it_is()
    {
        using var folder = new CatalogFolder()
            .Write("README.md", "# Our catalog")
            .Write("machine-templates/cloud/config.yml", "name: A host\n")
            .Write("templates/search/config.yml", "name: Search\ndescription: |\n  A search engine with\n  one sidekick.\nversion: 2.4.3-rancher1\ncategory: Data\nmaintainer: \"Ann <ann@example.com>\"\nlicense: The Apache License\nprojectURL: https://example.com/search\n")
            .Write("templates/search/catalogIcon-search.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
            .Write("templates/search/0/docker-compose.yml", """
                search-masters:
                    image: acme/search:2.4.3-1
                    labels:
                        io.rancher.scheduler.affinity:container_label_soft_ne: io.rancher.stack_service.name=$${stack_name}/$${service_name}
                        io.rancher.container.hostname_override: container_name
                        io.rancher.sidekicks: search-datavolume
                    volumes_from:
                        - search-datavolume
                search-datavolume:
                    labels:
                        io.rancher.container.start_once: 'true'
                    volumes:
                        - /usr/share/search/data
                    entrypoint: /bin/true
                    image: acme/search:2.4.3-1
                """)
            .Write("templates/search/0/rancher-compose.yml", """
                .catalog:
                    name: "Search"
                    version: "2.4.3-rancher1"
                    description: "Scalable search"
                    uuid: search-0
                    minimum_rancher_version: v0.51.0
                    upgrade_from: ">=2.0.0 <2.4.3 || 1.9.0"
                    questions:
                        - variable: "cluster_name"
                          type: "string"
                          required: true
                          label: "Cluster name"
                          description: "Name of the cluster."
                          default: "search"
                        - variable: masters
                          type: int
                          required: true
                          label: "# of masters"
                          default: 3
                        - variable: kind
                          type: enum
                          label: Kind
                          options: [small, large]
                          default: small

                search-masters:
                    metadata:
                        search:
                            yml:
                                cluster.name: ${cluster_name}
                    scale: ${masters}
                    health_check:
                        port: 9200
                        interval: 2000
                        initializing_timeout: 60000
                        unhealthy_threshold: 3
                        strategy: recreate
                        response_timeout: 2000
                        request_line: GET "/" "HTTP/1.0"
                        healthy_threshold: 2
                """)
            .Write("templates/search/1/docker-compose.yml.tpl", """
                version: '2'
                services:
                {{- if eq .Values.kind "large" }}
                  search-extra:
                    image: acme/search:3
                {{- end }}
                  search:
                    image: acme/search:3
                    environment:
                      NODES: "{{ range $i, $e := atoi .Values.masters | until }}node-{{ $i }},{{ end }}"
                """)
            .Write("templates/search/1/rancher-compose.yml.tpl", """
                version: '2'
                catalog:
                  name: Search
                  version: 3.0.0-rancher1
                  questions:
                    - variable: masters
                      type: int
                      default: 3
                    - variable: kind
                      type: enum
                      options:
                        - small
                        - large
                      default: small
                services:
                {{- if eq .Values.kind "large" }}
                  search-extra:
                    scale: 2
                {{- end }}
                  search:
                    scale: {{ .Values.masters }}
                """);
        var store = folder.Store();

        var template = Assert.Single(store.Read().Templates);
        Assert.Empty(template.Problems);
        Assert.Equal("Search", template.Title);
        Assert.Equal("2.4.3-rancher1", template.Default!.Version);
        Assert.Equal(">=2.0.0 <2.4.3 || 1.9.0", template.Default.UpgradeFrom);
        Assert.Equal(["3.0.0-rancher1", "2.4.3-rancher1"], template.Versions.Select(version => version.Version));
        Assert.Equal([QuestionType.String, QuestionType.Int, QuestionType.Enum], template.Default.Questions.Select(question => question.Type));

        var newest = store.Find("search", "3.0.0-rancher1")!;
        var answers = Answers.Validate(newest.Questions, new Dictionary<string, string> { ["kind"] = "large", ["masters"] = "2" });
        var texts = newest.Render(answers.Values);
        var stack = ComposeReader.Read(new ComposeSource(texts.Compose!, texts.Rancher, answers.Values)).Stack!;
        Assert.Equal(["search", "search-extra"], stack.Services.Select(service => service.Name).Order());
        Assert.Equal("node-0,node-1,", stack.Services.Single(service => service.Name == "search").Environment["NODES"]);
        Assert.All(stack.Services, service => Assert.Equal(2, service.Replicas));
    }
}
