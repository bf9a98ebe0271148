using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>How a deployment to standby moves on is a stack's own setting, so that a planned switch need not come from a webhook; it may be due later, and be stopped. And a switch may wait for a second person.</summary>
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

        alter table switch_rules add column second_person boolean not null default false;

        create table asked_switches (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            "from" text not null,
            "to" text not null,
            generation bigint not null,
            reason text not null,
            asked_kind text not null,
            asked_by text not null,
            source text not null,
            standby jsonb not null,
            rehearsal_id uuid references rehearsals,
            delivery_id uuid references deliveries,
            plan_id uuid references planned_switches,
            asked_at timestamptz not null,
            until timestamptz not null,
            state text not null,
            decided_by text,
            decided_reason text,
            decided_at timestamptz,
            switch_id uuid references switches deferrable initially deferred,
            -- Four eyes, whatever the code says.
            check (state <> 'approved' or asked_kind <> 'person' or lower(asked_by) <> lower(decided_by)));
        create unique index asked_switches_open on asked_switches (tenant_id) where state = 'waiting';
        create index asked_switches_newest on asked_switches (tenant_id, asked_at desc);
        create index asked_switches_of on asked_switches (plan_id);

        alter table switches add column approved_by text;
        """);
}
