using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>What the portal may do by itself, why each switch was made, and switches in steps.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0018_SwitchesByItself")]
internal sealed class SwitchesByItself : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table switch_rules add column failover jsonb, add column limits jsonb;
        alter table switches add column cause text not null default 'asked';

        create table gradual_switches (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            "from" text not null,
            "to" text not null,
            generation bigint not null,
            steps jsonb not null,
            step_seconds int not null,
            stick_to text not null,
            reason text not null,
            actor text not null,
            requested_at timestamptz not null,
            state text not null,
            step int not null,
            step_at timestamptz not null,
            outcome text,
            ended_at timestamptz,
            version bigint not null);
        create unique index gradual_switches_one on gradual_switches (tenant_id) where state = 'running';
        create index gradual_switches_newest on gradual_switches (tenant_id, requested_at desc);
        """);
}
