using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>How many of a service run may be set apart from the stack's text.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0008_Scale")]
internal sealed class Scale : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table revisions add column replicas jsonb not null default '{}';
        """);
}
