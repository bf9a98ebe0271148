using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>Which rules of readiness keep a stack from live, what images were found to be, and whose pull brought them to which host.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0010_ReadinessAndImages")]
internal sealed class ReadinessAndImages : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table readiness_choices (
            tenant_id uuid primary key references tenants,
            rules jsonb not null,
            changed_at timestamptz not null);

        -- By tenant although a digest means the same to all: what one has found out is not told to another.
        create table image_facts (
            tenant_id uuid not null references tenants,
            digest text not null,
            facts jsonb not null,
            primary key (tenant_id, digest));

        create table pulled_images (
            tenant_id uuid not null references tenants,
            host_id uuid not null references hosts,
            name text not null,
            digest text not null,
            -- It was not on the host before a tenant's pull: then it is the portal's to remove as well.
            brought boolean not null,
            asked_at timestamptz not null,
            -- Null until the registry has let this tenant have it.
            had_at timestamptz,
            primary key (tenant_id, host_id, name, digest));

        create index pulled_images_there on pulled_images (host_id, digest);
        """);
}
