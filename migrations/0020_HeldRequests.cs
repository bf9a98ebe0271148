using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>How long a route's requests wait for a replica.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0020_HeldRequests")]
internal sealed class HeldRequests : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table routes add column hold_seconds int;");
}
