using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>The old side may be scaled down once the switch-back window has ended.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0024_ScaledDown")]
internal sealed class ScaledDown : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- Null: it stays as it is.
        alter table switch_rules add column scale_down int check (scale_down between 0 and 1);

        -- At most so many of each service, as long as the pair is of this generation: the next switch ends it.
        alter table deployments
          add column scale int check (scale >= 0),
          add column scale_for bigint,
          add constraint deployments_scale_whole check ((scale is null) = (scale_for is null));
        alter table placements
          add column scale int check (scale >= 0),
          add column scale_for bigint,
          add constraint placements_scale_whole check ((scale is null) = (scale_for is null));
        create index deployments_scaled on deployments (tenant_id, scale_for) where scale is not null;
        """);
}
