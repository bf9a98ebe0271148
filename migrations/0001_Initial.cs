using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>The first tables. Constraints, not callers, make the nouns true.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0001_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table tenants (
            id uuid primary key,
            slug text not null unique check (slug ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'),
            name text not null,
            created_at timestamptz not null,
            archived_at timestamptz);

        create table pairs (
            tenant_id uuid primary key references tenants,
            live text not null check (live in ('blue', 'green')),
            generation bigint not null,
            switch_back_until timestamptz);

        create table clusters (
            id uuid primary key,
            name text not null unique,
            kind text not null check (kind in ('engine')),
            created_at timestamptz not null);

        create table hosts (
            id uuid primary key,
            cluster_id uuid not null references clusters,
            name text not null unique,
            endpoint text not null unique,
            tls_sealed bytea,
            publish_address text,
            enabled boolean not null,
            created_at timestamptz not null);

        create table environments (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            colour text not null check (colour in ('blue', 'green')),
            cluster_id uuid not null references clusters,
            unique (tenant_id, colour));

        create table stacks (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            name text not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$'),
            template text,
            template_version text,
            compose text not null,
            rancher text,
            answers_sealed bytea not null,
            created_at timestamptz not null,
            created_by text not null,
            removed_at timestamptz);
        create unique index stacks_name on stacks (tenant_id, name) where removed_at is null;

        create table revisions (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            stack_id uuid not null references stacks,
            number integer not null,
            compose text not null,
            rancher text,
            answers_sealed bytea not null,
            images jsonb not null,
            secret_versions jsonb not null,
            nonce text not null,
            fingerprint text not null,
            created_at timestamptz not null,
            created_by text not null,
            unique (stack_id, number));

        create table placements (
            stack_id uuid not null references stacks,
            environment_id uuid not null references environments,
            tenant_id uuid not null references tenants,
            revision_id uuid not null references revisions,
            changed_at timestamptz not null,
            primary key (stack_id, environment_id));

        create table deployments (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            stack_id uuid not null references stacks,
            environment_id uuid not null references environments,
            colour text not null,
            revision_id uuid not null references revisions,
            former_revision_id uuid references revisions,
            after_deployment_id uuid references deployments,
            trigger text not null,
            actor_kind text not null,
            actor text not null,
            source text not null,
            delivery_id uuid,
            force boolean not null,
            state text not null,
            reason text not null,
            reason_text text,
            turned_back_at timestamptz,
            cancel_requested_at timestamptz,
            superseded_by uuid references deployments,
            lease_owner text,
            lease_token bigint not null,
            lease_until timestamptz,
            requested_at timestamptz not null,
            started_at timestamptz,
            ended_at timestamptz,
            deadline timestamptz);
        -- The backstop of "one at a time": a second runner's commit fails here.
        create unique index deployments_running on deployments (environment_id, stack_id) where state = 'running';
        create index deployments_open on deployments (requested_at) where state in ('queued', 'running');
        create index deployments_recent on deployments (tenant_id, requested_at desc);

        create table deployment_log (
            id bigint generated always as identity primary key,
            deployment_id uuid not null references deployments,
            tenant_id uuid not null references tenants,
            at timestamptz not null,
            kind text not null,
            step text not null,
            text text not null,
            fraction double precision);
        create index deployment_log_of on deployment_log (deployment_id, id);

        create table webhooks (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            stack_id uuid not null references stacks,
            name text not null,
            secret_sealed bytea not null,
            target text not null,
            enabled boolean not null,
            created_at timestamptz not null,
            created_by text not null,
            rotated_at timestamptz,
            unique (tenant_id, name));

        create table deliveries (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            webhook_id uuid not null references webhooks,
            delivery_key text not null,
            received_at timestamptz not null,
            source text not null,
            headers jsonb not null,
            body text not null,
            checks text not null,
            decision text not null,
            reason text not null,
            answer_status integer not null,
            image text,
            digest text,
            deployment_id uuid references deployments);
        -- A repeat of a verified delivery answers as the first did. Refused calls are not trusted to claim a key.
        create unique index deliveries_key on deliveries (webhook_id, delivery_key) where decision in ('accepted', 'ignored');
        create index deliveries_recent on deliveries (webhook_id, received_at desc);

        create table switches (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            "from" text not null,
            "to" text not null,
            generation bigint not null,
            state text not null,
            reason text not null,
            actor text not null,
            source text not null,
            preflight jsonb not null,
            undo_of uuid references switches,
            requested_at timestamptz not null,
            applied_at timestamptz,
            milliseconds double precision,
            requests bigint,
            failed_requests bigint,
            drain_seconds double precision,
            switch_back_until timestamptz,
            failure text,
            unique (tenant_id, generation));
        create unique index switches_open on switches (tenant_id) where state = 'requested';

        create table routes (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            stack_id uuid not null references stacks,
            service text not null,
            port integer not null check (port between 1 and 65535),
            host_name text not null check (host_name = lower(host_name)),
            path text not null check (path like '/%'),
            created_at timestamptz not null,
            -- Over all tenants: a host name cannot be taken twice.
            unique (host_name, path));

        create table secrets (
            id uuid primary key,
            tenant_id uuid not null references tenants,
            name text not null,
            version integer not null,
            changed_at timestamptz not null,
            unique (tenant_id, name));

        create table secret_versions (
            secret_id uuid not null references secrets on delete cascade,
            tenant_id uuid not null references tenants,
            version integer not null,
            value_sealed bytea not null,
            created_at timestamptz not null,
            primary key (secret_id, version));

        create table role_mappings (
            id uuid primary key,
            directory_group text not null,
            tenant_id uuid references tenants,
            role text,
            deploy_live boolean not null,
            created_at timestamptz not null,
            check ((tenant_id is null) = (role is null)));
        create unique index role_mappings_once on role_mappings (lower(directory_group), coalesce(tenant_id, '00000000-0000-0000-0000-000000000000'));

        create table local_accounts (
            name text primary key,
            password_hash text not null,
            created_at timestamptz not null);

        create table sessions (
            id uuid primary key,
            kind text not null,
            user_name text not null,
            display_name text not null,
            user_dn text,
            token_hash bytea unique,
            groups jsonb not null,
            groups_checked_at timestamptz not null,
            created_at timestamptz not null,
            last_seen_at timestamptz not null,
            expires_at timestamptz not null,
            ended_at timestamptz,
            source text not null);
        create index sessions_open on sessions (expires_at) where ended_at is null;

        create table audit_events (
            id uuid primary key,
            at timestamptz not null,
            actor_kind text not null,
            actor text not null,
            source text not null,
            action text not null,
            target_kind text not null,
            target text not null,
            tenant_id uuid,
            result text not null,
            before jsonb,
            after jsonb,
            correlation uuid);
        create index audit_events_recent on audit_events (tenant_id, at desc);
        create index audit_events_at on audit_events (at desc);
        create index audit_events_correlation on audit_events (correlation) where correlation is not null;

        create function audit_events_are_final() returns trigger language plpgsql as $$
            begin raise exception 'audit events are append only'; end $$;
        create trigger audit_events_final before update or delete or truncate on audit_events
            for each statement execute function audit_events_are_final();

        create table protection_keys (
            id text primary key,
            xml text not null);
        """);
}
