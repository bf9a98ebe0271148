using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Portal.Store.Migrations;

/// <summary>
/// A secret that was removed keeps its name and number of versions: another value under the same name is another version for every
/// revision there is. Files that a stack's text names belong to the stack and its revisions, sealed, because they hold passwords.
/// </summary>
[DbContext(typeof(PortalDb))]
[Migration("0009_SecretsAndFiles")]
internal sealed class SecretsAndFiles : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table secrets add column removed_at timestamptz;
        alter table stacks add column files_sealed bytea;
        alter table revisions add column files_sealed bytea;
        """);
}
