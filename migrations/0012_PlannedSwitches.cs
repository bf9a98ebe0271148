using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>A webhook may have its deployment followed by a switch, which is kept until it is done or given up.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0012_PlannedSwitches")]
internal sealed class PlannedSwitches : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table webhooks add column then_switch boolean not null default false;

        -- Whatever a portal forgets by dying, a delivery is served by one switch.
        alter table switches add column delivery_id uuid references deliveries;
        create unique index switches_delivery on switches (delivery_id) where state <> 'failed';

        create table planned_switches (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            webhook_id uuid not null references webhooks,
            delivery_id uuid not null references deliveries deferrable initially deferred,
            deployment_id uuid not null references deployments deferrable initially deferred,
            source text not null,
            requested_at timestamptz not null,
            state text not null,
            reason text,
            switch_id uuid references switches,
            ended_at timestamptz);

        -- Several deliveries may be folded into one deployment: it is followed once. One that came to nothing may be asked for again.
        create unique index planned_switches_once on planned_switches (deployment_id) where state in ('waiting', 'applied', 'already_live');
        create index planned_switches_waiting on planned_switches (requested_at) where state = 'waiting';
        create index planned_switches_of on planned_switches (deployment_id, requested_at desc);
        """);
}
