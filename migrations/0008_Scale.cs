using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>How many of a service run may be set apart from the stack's text; and a short way to what waits for a stack.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0008_Scale")]
internal sealed class Scale : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table revisions add column replicas jsonb not null default '{}';

        -- Who makes way for a newer request is looked up at each, under the stack's lock.
        create index deployments_waiting on deployments (stack_id) where state = 'queued';
        """);
}
