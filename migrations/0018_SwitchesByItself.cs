using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>What the portal may do by itself, and why each switch was made.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0018_SwitchesByItself")]
internal sealed class SwitchesByItself : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table switch_rules add column failover jsonb, add column limits jsonb;
        alter table switches add column cause text not null default 'asked';
        """);
}
