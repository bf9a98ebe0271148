using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>Repeats of a delivery point to the first; a coalesced delivery claims its key as well.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0003_Webhooks")]
internal sealed class Webhooks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table deliveries add column first_delivery_id uuid references deliveries;
        drop index deliveries_key;
        -- A repeat of a verified delivery answers as the first did. Refused calls are not trusted to claim a key.
        create unique index deliveries_key on deliveries (webhook_id, delivery_key) where decision <> 'refused' and first_delivery_id is null;

        -- The newest deployment of a stack in an environment, which a repeat is held against.
        create index deployments_newest on deployments (stack_id, environment_id, requested_at desc);

        -- A deployment, its revision and its delivery are inserted in one go, in an order that the object mapper chooses.
        do $$
        declare key record;
        begin
            for key in select conrelid::regclass as place, conname from pg_constraint
                where contype = 'f' and conrelid in ('deployments'::regclass, 'deliveries'::regclass)
            loop
                execute format('alter table %s alter constraint %I deferrable initially deferred', key.place, key.conname);
            end loop;
        end $$;
        """);
}
