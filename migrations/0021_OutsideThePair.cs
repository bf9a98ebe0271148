using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>Stacks that run once for a tenant and not on each side.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0021_OutsideThePair")]
internal sealed class OutsideThePair : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table stacks add column outside boolean not null default false;
        """);
}
