using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>What the gateway does with a route's requests besides leading them on.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0014_RouteSettings")]
internal sealed class RouteSettings : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table routes
          add column max_body_bytes bigint check (max_body_bytes > 0),
          add column timeout_seconds integer check (timeout_seconds > 0),
          add column client_rate integer check (client_rate > 0),
          add column rate integer check (rate > 0),
          add column maintenance boolean not null default false,
          add column redirect_to text;
        """);
}
