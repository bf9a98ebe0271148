using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>A tenant's registries, with what lets it in.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0006_Registries")]
internal sealed class Registries : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table registries (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            host text not null check (host = lower(host)),
            user_name text not null,
            password_sealed bytea not null,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            constraint registries_host unique (tenant_id, host));
        """);
}
