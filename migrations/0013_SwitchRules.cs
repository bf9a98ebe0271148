using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>What a tenant asks before its pair moves: checks of its own, times of quiet, a lock; rehearsals; and why an owner switched all the same.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0013_SwitchRules")]
internal sealed class SwitchRulesTables : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table tenants add column time_zone text not null default 'UTC';

        create table switch_rules (
            tenant_id uuid primary key references tenants,
            checks jsonb not null,
            freezes jsonb not null,
            held jsonb,
            version bigint not null);

        create table rehearsals (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            "from" text not null,
            "to" text not null,
            passed boolean not null,
            actor text not null,
            at timestamptz not null,
            report jsonb not null,
            standby jsonb not null);
        create index rehearsals_newest on rehearsals (tenant_id, at desc);

        alter table switches add column rehearsal_id uuid references rehearsals;
        alter table switches add column override_reason text;

        -- A switch back opens no window of its own: what it took back is what the window was for.
        update pairs set switch_back_until = null
        where exists (
            select 1 from switches last
            where last.tenant_id = pairs.tenant_id and last.state = 'applied' and last.generation = pairs.generation and last.undo_of is not null);
        """);
}
