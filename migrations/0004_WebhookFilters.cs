using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>A webhook may be for some of a stack's services and tags only.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0004_WebhookFilters")]
internal sealed class WebhookFilters : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table webhooks add column services jsonb not null default '[]', add column tags text;
        """);
}
