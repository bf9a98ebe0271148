using System.Collections.Immutable;

namespace Portal.Compose;

/// <summary>environment over env_file, and label_file.</summary>
internal sealed class EnvironmentReader(ReadContext context)
{
    private readonly Dictionary<(string Name, bool Raw, bool AnyName), Dictionary<string, string>> read = [];

    public ImmutableSortedDictionary<string, string> Read(MapReader service)
    {
        var pairs = ServiceSpec.NoPairs.ToBuilder();
        foreach (var (node, path) in service.Items("env_file"))
        {
            if (node is MapNode map)
            {
                var file = new MapReader(map, path, "service.env_file", service.Findings);
                if (file.Text("path") is not { } name)
                {
                    file.Refuse("path", "must name a file");
                }
                else if (file.Text("format") is { } format and not "raw")
                {
                    file.Refuse("format", $"'{KeyPath.Clip(format)}' must be raw, or be left out");
                }
                else
                {
                    Take(name, node, path, file.Has("format"), file.Flag("required") ?? true, false, service, pairs);
                }
            }
            else if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is { } name)
            {
                Take(name, node, path, false, true, false, service, pairs);
            }
        }

        foreach (var (name, value, spot, path) in service.Pairs("environment"))
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
            {
                service.Findings.Refuse(spot, path, $"'{KeyPath.Clip(name)}' cannot be the name of a variable");
            }
            else if (value is not null)
            {
                pairs[name] = value;
            }
            else if (context.Variables.TryGetValue(name, out var passed))
            {
                pairs[name] = passed;
            }
            else if (!pairs.ContainsKey(name))
            {
                service.Findings.Ignore(spot, path, $"{KeyPath.Clip(name)} has no value here, and there is no variable of that name: it is left unset");
            }
        }

        return pairs.ToImmutable();
    }

    public void LabelFiles(MapReader service, IDictionary<string, string> labels)
    {
        foreach (var (node, path) in service.Items("label_file"))
        {
            if (MapReader.ScalarText(node, path, Shapes.Text, service.Findings) is { } name)
            {
                Take(name, node, path, false, true, true, service, labels);
            }
        }
    }

    private void Take(string name, Node node, KeyPath path, bool raw, bool required, bool anyName, MapReader service, IDictionary<string, string> target)
    {
        if (!read.TryGetValue((name, raw, anyName), out var pairs))
        {
            if (context.File(name) is not { } content)
            {
                if (required)
                {
                    service.Findings.Refuse(node, path, $"the file '{KeyPath.Clip(name)}' was not handed over with the stack");
                }
                else
                {
                    service.Findings.Ignore(node, path, $"the file '{KeyPath.Clip(name)}' was not handed over with the stack, and is not required");
                }

                return;
            }

            pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            new EnvFileReader(context).Read(name, content, raw, pairs, anyName);
            read[(name, raw, anyName)] = pairs;
        }

        if (!context.MayTakeFileEntries(pairs.Count))
        {
            service.Findings.Refuse(node, path, $"files bring more than {ComposeLimits.FileEntries} variables into one stack");
            return;
        }

        foreach (var (key, value) in pairs)
        {
            target[key] = value;
        }
    }
}
