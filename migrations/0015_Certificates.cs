using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>The gateway's certificates, tenants' and the platform's, and routes that are HTTPS only.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0015_Certificates")]
internal sealed class Certificates : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table certificates (
            id uuid primary key,
            -- Null: the platform's.
            tenant_id uuid references tenants,
            name text not null check (name = lower(name)),
            names jsonb not null,
            issuer text not null,
            fingerprint text not null,
            key_kind text not null,
            not_before timestamptz not null,
            not_after timestamptz not null,
            pem_sealed bytea not null,
            warned_days integer,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            constraint certificates_name unique nulls not distinct (tenant_id, name));
        alter table routes
          add column https_only boolean not null default false;
        """);
}
