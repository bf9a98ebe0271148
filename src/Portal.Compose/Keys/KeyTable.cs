using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>Every key that the reader knows. A key that is not here is refused.</summary>
internal static partial class KeyTable
{
    private const Shapes T = Shapes.Text;
    private const Shapes I = Shapes.Integer | Shapes.Text;
    private const Shapes N = Shapes.Number | Shapes.Integer | Shapes.Text;
    private const Shapes B = Shapes.Boolean | Shapes.Text;
    private const Shapes L = Shapes.List;
    private const Shapes M = Shapes.Map;
    private const Shapes Z = Shapes.Null;

    // After the fields above: static members are initialised in the order of their text, over all parts of the type.
    private static readonly Lazy<ImmutableArray<KeyRule>> Rules = new(() =>
        [.. Top(), .. Service(), .. Container(), .. Deploy(), .. Windows(), .. Build(), .. Resources(), .. Rancher(), .. RancherCatalog()]);

    private static readonly Lazy<FrozenDictionary<string, FrozenDictionary<string, KeyRule>>> ByScope = new(() =>
        Rules.Value.GroupBy(r => r.Scope, StringComparer.Ordinal).ToFrozenDictionary(
            g => g.Key,
            g => g.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal),
            StringComparer.Ordinal));

    public static ImmutableArray<KeyRule> All => Rules.Value;

    public static KeyRule? Find(string scope, string name) => ByScope.Value[scope].GetValueOrDefault(name);

    public static IEnumerable<string> NamesIn(string scope) => ByScope.Value[scope].Keys;

    /// <summary>Describes something and runs nothing: a key that nobody knows is no danger there.</summary>
    public static bool IsDescription(string scope) => scope is "rancher.catalog" or "rancher.question" or "config.yml";

    private static KeyRule[] Scope(string scope, params (string Name, Shapes Shape, KeyTreatment Treatment, string Note, string? Below)[] rows) =>
        [.. rows.Select(r => new KeyRule(scope, r.Name, r.Shape, r.Treatment, r.Note, r.Below))];

    private static (string, Shapes, KeyTreatment, string, string?) Honour(string name, Shapes shape, string note = "", string? below = null) =>
        (name, shape, KeyTreatment.Honoured, note, below);

    private static (string, Shapes, KeyTreatment, string, string?) Ask(string name, Shapes shape, string note, string? below = null) =>
        (name, shape, KeyTreatment.Policy, note, below);

    private static (string, Shapes, KeyTreatment, string, string?) Ignore(string name, Shapes shape, string note, string? below = null) =>
        (name, shape, KeyTreatment.Ignored, note, below);

    private static (string, Shapes, KeyTreatment, string, string?) Refuse(string name, Shapes shape, string note, string? below = null) =>
        (name, shape, KeyTreatment.Refused, note, below);

    private static (string, Shapes, KeyTreatment, string, string?) Part(string name, Shapes shape, string? below = null) =>
        (name, shape, KeyTreatment.WithParent, "", below);
}
