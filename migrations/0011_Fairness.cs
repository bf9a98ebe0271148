using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>Healing can be switched off for a stack; and a short way to when a tenant's last deployment began.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0011_Fairness")]
internal sealed class Fairness : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table stacks add column healing boolean not null default true;

        create index deployments_served on deployments (tenant_id, started_at desc) where started_at is not null;
        """);
}
