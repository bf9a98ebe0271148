using System.Collections.Immutable;

namespace Portal.Redaction;

/// <summary>
/// The values that no text may hold: each tenant's, and the platform's own. Whoever opens a secret, or takes one in, tells them here first;
/// whoever writes a text asks here last. A tenant's values are searched for in its own texts alone, and in the process's log: nobody blots out
/// another's text by calling a word of it a secret.
/// </summary>
public sealed class Redactor
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, ImmutableHashSet<string>> values = [];
    private readonly Dictionary<Guid, RedactionSet> sets = [];
    private RedactionSet? all;

    /// <summary>For texts of no single tenant, such as the process's log.</summary>
    public RedactionSet All
    {
        get
        {
            lock (gate)
            {
                return all ??= new RedactionSet(values.Values.SelectMany(own => own).Distinct(StringComparer.Ordinal));
            }
        }
    }

    /// <param name="tenant">Null: the platform's own texts.</param>
    public RedactionSet For(Guid? tenant)
    {
        lock (gate)
        {
            var key = tenant ?? Guid.Empty;
            if (!sets.TryGetValue(key, out var set))
            {
                sets[key] = set = new RedactionSet(Of(key).Union(Of(Guid.Empty)));
            }

            return set;
        }
    }

    /// <summary>False for what is too short to be told from other text.</summary>
    public static bool CanFind(string secret) => SecretForms.IsLongEnough(secret);

    /// <param name="tenant">Null: the platform's own, searched for everywhere.</param>
    public void Learn(Guid? tenant, params IEnumerable<string> secrets)
    {
        var fresh = secrets.Where(SecretForms.IsLongEnough).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            var key = tenant ?? Guid.Empty;
            var known = Of(key);
            var more = known.Union(fresh);
            if (more == known)
            {
                return;
            }

            values[key] = more;
            all = null;
            if (tenant is null)
            {
                sets.Clear();
            }
            else
            {
                sets.Remove(key);
            }
        }
    }

    private ImmutableHashSet<string> Of(Guid key) => values.GetValueOrDefault(key) ?? ImmutableHashSet.Create<string>(StringComparer.Ordinal);
}
