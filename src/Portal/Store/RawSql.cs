using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Portal.Store;

internal static class RawSql
{
    /// <summary>Interpolated values become parameters, never text.</summary>
    public static Task<int> ExecuteAsync(this DatabaseFacade database, FormattableString sql, CancellationToken cancellationToken) =>
        database.ExecuteSqlAsync(sql, cancellationToken);
}
