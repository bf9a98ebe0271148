using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>What a stack's two sides share, and the word that a migration of it needs.</summary>
[DbContext(typeof(PortalDb))]
[Migration("0023_SharedByBothSides")]
internal sealed class SharedByBothSides : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table stacks add column shared jsonb not null default '[]';

        alter table deployments
          add column migration boolean not null default false,
          add column word_needed boolean not null default false,
          add column word_reason text,
          add column word_by text,
          add column word_at timestamptz,
          add constraint deployments_word_whole check (num_nulls(word_reason, word_by, word_at) in (0, 3)),
          -- Nothing runs without the word that it needs, whatever the code says.
          add constraint deployments_word_given check (state not in ('running', 'succeeded') or not word_needed or word_at is not null);
        create index deployments_words on deployments (stack_id, requested_at desc) where word_needed;
        """);
}
