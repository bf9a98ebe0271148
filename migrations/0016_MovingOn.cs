using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>How a deployment to standby moves on is a stack's own setting, so that a planned switch need not come from a webhook; it may be due later, and be stopped.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0016_MovingOn")]
internal sealed class MovingOnTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- Null: by hand; nothing: as soon as it is healthy; more: so long after.
        alter table stacks add column switch_after interval check (switch_after >= interval '0');

        alter table planned_switches
          alter column webhook_id drop not null,
          alter column delivery_id drop not null,
          add column after interval not null default interval '0',
          add column due_at timestamptz;

        -- What somebody stopped is not planned anew by the next notice of the same push.
        drop index planned_switches_once;
        create unique index planned_switches_once on planned_switches (deployment_id) where state in ('waiting', 'applied', 'already_live', 'stopped');
        create index planned_switches_newest on planned_switches (tenant_id, requested_at desc);

        -- Whatever a portal forgets by dying, a plan brings one switch.
        alter table switches add column plan_id uuid references planned_switches;
        create unique index switches_plan on switches (plan_id) where state <> 'failed';
        """);
}
