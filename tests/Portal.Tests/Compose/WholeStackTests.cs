using Portal.Compose;

namespace Portal.Tests.Compose;

public sealed class WholeStackTests
{
    private const string Shop = """
        version: "3.8"
        x-logging: &logging
          driver: json-file
          options:
            max-size: 10m
        services:
          web:
            image: shop/web:${TAG:-1}
            command: serve --title "My shop"
            environment:
              DATABASE_URL: postgres://shop:${PASSWORD}@db/shop
              WORKERS: 4
              DEBUG: false
            logging: *logging
            depends_on:
              migrate:
                condition: service_completed_successfully
              db:
                condition: service_healthy
            networks: [front, back]
            deploy:
              replicas: 2
              update_config:
                order: stop-first
                parallelism: 2
                delay: 1m30s
              resources:
                limits: { cpus: "0.5", memory: 256M }
            healthcheck:
              test: curl -f localhost
              interval: 10s
              retries: 3
          migrate:
            image: shop/web:${TAG:-1}
            command: [migrate]
            restart: "no"
            labels:
              io.rancher.container.start_once: "true"
            networks: [back]
            depends_on: [db]
          db:
            image: postgres:15
            volumes:
              - data:/var/lib/postgresql/data
              - type: tmpfs
                target: /run
                tmpfs: { size: 64m }
            networks:
              back:
                aliases: [database]
            secrets: [password]
            stop_grace_period: 1m
        networks:
          front:
          back:
            internal: true
        volumes:
          data:
        secrets:
          password:
            external: true
        """;

    [Fact]
    public void A_whole_stack_comes_out_typed_and_in_the_order_it_can_start()
    {
        var stack = Reading.Accepted(Shop, Reading.Values(("PASSWORD", "pw")));

        Assert.Equal<string>(["db", "migrate", "web"], stack.Services.Select(s => s.Name));
        Assert.Equal<string>(["back", "front"], stack.Networks.Select(n => n.Name));
        Assert.True(stack.Networks[0].Internal);
        var web = stack.Services[2];
        Assert.Equal(7, web.Line);
        Assert.Equal("shop/web:1", web.Image);
        Assert.Equal<string>(["serve", "--title", "My shop"], web.Command!.Value);
        Assert.Equal("postgres://shop:pw@db/shop", web.Environment["DATABASE_URL"]);
        Assert.Equal("4", web.Environment["WORKERS"]);
        Assert.Equal("false", web.Environment["DEBUG"]);
        Assert.Equal(2, web.Replicas);
        Assert.Equal(new UpdateSpec(UpdateOrder.StopFirst, 2, TimeSpan.FromSeconds(90), UpdateFailure.Rollback, null, 0), web.Update);
        Assert.Equal(0.5m, web.Resources.Cpus);
        Assert.Equal(256L * 1024 * 1024, web.Resources.MemoryLimit);
        Assert.Equal<string>(["CMD-SHELL", "curl -f localhost"], web.Healthcheck!.Test);
        Assert.Equal("json-file", web.Logging!.Driver);
        Assert.Equal("10m", web.Logging.Options["max-size"]);
        Assert.Equal(
            [("migrate", DependencyCondition.CompletedSuccessfully), ("db", DependencyCondition.Healthy)],
            web.DependsOn.Select(d => (d.Service, d.Condition)));
        Assert.True(stack.Services[1].IsOneShot);
        var db = stack.Services[0];
        Assert.Equal<string>(["database"], db.Networks.Single().Aliases);
        Assert.Equal(64L * 1024 * 1024, db.Mounts[1].TmpfsSize);
        Assert.Equal("/run/secrets/password", db.Secrets.Single().Target);
        Assert.Equal("password", stack.Secrets.Single().TenantSecret);
        Assert.Equal(TimeSpan.FromMinutes(1), db.StopGracePeriod);
    }

    [Fact]
    public void A_variable_with_neither_value_nor_default_is_refused_where_it_stands()
    {
        var finding = Reading.Refused(Shop);

        Assert.Equal((11, "services.web.environment.DATABASE_URL"), (finding.Line, finding.Key));
        Assert.Contains("PASSWORD", finding.Reason, StringComparison.Ordinal);
        Assert.Equal(37, finding.Column);
    }

    [Fact]
    public void The_file_of_the_first_version_has_its_services_at_the_top()
    {
        var stack = Reading.Accepted("""
            web:
              image: shop/web
              links: ["db:database"]
              volumes: ["cache:/cache"]
            db:
              image: postgres
            """);

        Assert.Equal<string>(["db", "web"], stack.Services.Select(s => s.Name));
        Assert.Equal<string>(["database"], stack.Services[0].Networks.Single().Aliases);
        Assert.Equal("cache", stack.Volumes.Single().Name);
    }
}
