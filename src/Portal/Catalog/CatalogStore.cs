using System.Collections.Immutable;
using Portal.Compose;
namespace Portal.Catalog;
public sealed record TemplateVersion(string Version, string Compose, string? Rancher, ImmutableArray<Question> Questions);
public sealed class CatalogStore { public TemplateVersion? Find(string template, string? version) => null; }
