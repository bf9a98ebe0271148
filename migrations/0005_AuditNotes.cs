using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>
/// An audit event names what it changed, and PostgreSQL tells the listeners when it is committed: a change cannot be recorded
/// without being announced, and announcing costs no exchange of its own.
/// </summary>
[DbContext(typeof(PortalDb))]
[Migration("0005_AuditNotes")]
internal sealed class AuditNotes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table audit_events add column notes text[] not null default '{}';

        create function audit_events_are_told() returns trigger language plpgsql as $$
            begin
                perform pg_notify('portal', note) from unnest(new.notes) note;
                return null;
            end $$;
        create trigger audit_events_told after insert on audit_events
            for each row execute function audit_events_are_told();
        """);
}
