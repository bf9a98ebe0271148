using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>Routes of a port of the gateway's own, which have no host name and no path.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0025_TcpRoutes")]
internal sealed class TcpRoutes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table routes
          add column listen_port integer check (listen_port between 1 and 65535),
          drop constraint routes_path_check,
          drop constraint routes_host_name_path_key,
          add constraint routes_place_check check (case when listen_port is null then path like '/%' else host_name = '' and path = '' end);
        -- Over all tenants: neither a host name nor a port can be taken twice.
        create unique index routes_host_name_path_key on routes (host_name, path) where listen_port is null;
        create unique index routes_listen_port_key on routes (listen_port) where listen_port is not null;
        """);
}
