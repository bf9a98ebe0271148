using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>The gateways that were away when a switch was made.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0022_SeveralGateways")]
internal sealed class SeveralGateways : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table switches add column gateways_away text;");
}
