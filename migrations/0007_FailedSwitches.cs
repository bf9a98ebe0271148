using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>A switch that failed made no generation: the next one may.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0007_FailedSwitches")]
internal sealed class FailedSwitches : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table switches drop constraint switches_tenant_id_generation_key;
        create unique index switches_generation on switches (tenant_id, generation) where state <> 'failed';
        """);
}
