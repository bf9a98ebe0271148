using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Portal.Store;

/// <summary>Names and enum values as people write them in SQL: <c>rolled_back</c>, not <c>RolledBack</c> or 4.</summary>
internal static class SnakeCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    public static void Apply(IMutableEntityType entity)
    {
        entity.SetTableName(Of(entity.GetTableName() ?? entity.ClrType.Name));
        foreach (var property in entity.GetProperties())
        {
            property.SetColumnName(Of(property.Name));
            var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            if (type.IsEnum)
            {
                property.SetValueConverter((ValueConverter)Activator.CreateInstance(typeof(EnumText<>).MakeGenericType(type))!);
            }
        }
    }

    private sealed class EnumText<T>() : ValueConverter<T, string>(value => Write(value), text => Read(text))
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> Texts = Enum.GetValues<T>().ToDictionary(value => value, value => Of(value.ToString()));
        private static readonly Dictionary<string, T> Values = Texts.ToDictionary(pair => pair.Value, pair => pair.Key);

        private static string Write(T value) => Texts[value];

        private static T Read(string text) => Values[text];
    }
}
