using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Portal.Tests.Promises;

/// <summary>Imports run one way. Read from the compiled assembly, bodies of methods included.</summary>
public sealed class ImportOrderTests
{
    /// <summary>Each may use those before it.</summary>
    private static readonly string[] Order =
    [
        "Model", "Redaction", "Store", "Audit", "Access", "Tenants", "Clusters", "Registries", "Catalog", "Stacks", "Gateway", "Deployments", "Switching", "Webhooks", "Observing", "Pages",
    ];

    [Fact]
    public void No_feature_uses_one_that_comes_after_it()
    {
        var wrong = References(typeof(PortalApp).Assembly.Location)
            .Select(pair => (From: Feature(pair.From), To: Feature(pair.To), pair))
            .Where(pair => pair.From >= 0 && pair.To > pair.From)
            .Select(pair => $"{pair.pair.From} uses {pair.pair.To}")
            .Distinct()
            .Order()
            .ToList();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_folder_of_the_product_has_its_place_in_the_order()
    {
        var folders = References(typeof(PortalApp).Assembly.Location).Select(pair => pair.From.Split('.')).Where(parts => parts is ["Portal", _, _, ..]).Select(parts => parts[1]).ToHashSet();

        Assert.Equal([], folders.Except(Order).Except(["Migrations"]));
    }

    [Theory]
    [InlineData("Portal.Docker")]
    [InlineData("Portal.Compose")]
    [InlineData("Portal.HAProxy")]
    [InlineData("Portal.Planning")]
    public void A_library_knows_nothing_of_the_others(string library) =>
        Assert.DoesNotContain(Assembly.Load(library).GetReferencedAssemblies(), reference => reference.Name!.StartsWith("Portal", StringComparison.Ordinal));

    [Fact]
    public void The_command_line_program_knows_of_Compose_texts_alone() =>
        Assert.Equal(["Portal.Compose"], Assembly.Load("Portal.Cli").GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("Portal", StringComparison.Ordinal)));

    private static int Feature(string type) => type.Split('.') is ["Portal", var feature, ..] ? Array.IndexOf(Order, feature) : -1;

    /// <summary>Which type's code names which other type of the same assembly.</summary>
    private static IEnumerable<(string From, string To)> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var reader = file.GetMetadataReader();
        var names = new TypeNames(reader);
        foreach (var handle in reader.TypeDefinitions)
        {
            var type = reader.GetTypeDefinition(handle);
            var from = names.Of(handle);
            var used = new HashSet<string>();
            foreach (var field in type.GetFields())
            {
                used.UnionWith(reader.GetFieldDefinition(field).DecodeSignature(names, null));
            }

            foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
            {
                var signature = method.DecodeSignature(names, null);
                used.UnionWith([.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(set => set)]);
                if (method.RelativeVirtualAddress != 0)
                {
                    used.UnionWith(names.In(file.GetMethodBody(method.RelativeVirtualAddress)));
                }
            }

            foreach (var to in used)
            {
                yield return (from, to);
            }
        }
    }

    /// <summary>Sets of names: what a signature or a body is made of.</summary>
    private sealed class TypeNames(MetadataReader reader) : ISignatureTypeProvider<HashSet<string>, object?>
    {
        private static readonly HashSet<string> None = [];

        public string Of(TypeDefinitionHandle handle)
        {
            var type = reader.GetTypeDefinition(handle);
            return type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(outer)}.{reader.GetString(type.Name)}" : $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}";
        }

        /// <summary>All that a body names.</summary>
        public IEnumerable<string> In(MethodBodyBlock body)
        {
            var used = new HashSet<string>();
            if (!body.LocalSignature.IsNil)
            {
                used.UnionWith(reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null).SelectMany(set => set));
            }

            foreach (var token in Instructions.Tokens(body.GetILBytes()!))
            {
                used.UnionWith(Named(token));
            }

            return used;
        }

        public HashSet<string> GetTypeFromDefinition(MetadataReader _, TypeDefinitionHandle handle, byte rawTypeKind) => [Of(handle)];
        public HashSet<string> GetTypeFromReference(MetadataReader _, TypeReferenceHandle handle, byte rawTypeKind) => None;
        public HashSet<string> GetTypeFromSpecification(MetadataReader from, object? context, TypeSpecificationHandle handle, byte rawTypeKind) => from.GetTypeSpecification(handle).DecodeSignature(this, null);
        public HashSet<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => None;
        public HashSet<string> GetSZArrayType(HashSet<string> elementType) => elementType;
        public HashSet<string> GetArrayType(HashSet<string> elementType, ArrayShape shape) => elementType;
        public HashSet<string> GetByReferenceType(HashSet<string> elementType) => elementType;
        public HashSet<string> GetPointerType(HashSet<string> elementType) => elementType;
        public HashSet<string> GetPinnedType(HashSet<string> elementType) => elementType;
        public HashSet<string> GetGenericMethodParameter(object? context, int index) => None;
        public HashSet<string> GetGenericTypeParameter(object? context, int index) => None;
        public HashSet<string> GetModifiedType(HashSet<string> modifier, HashSet<string> unmodifiedType, bool isRequired) => unmodifiedType;
        public HashSet<string> GetFunctionPointerType(MethodSignature<HashSet<string>> signature) => [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(set => set)];
        public HashSet<string> GetGenericInstantiation(HashSet<string> genericType, System.Collections.Immutable.ImmutableArray<HashSet<string>> typeArguments) => [.. genericType, .. typeArguments.SelectMany(set => set)];

        private HashSet<string> Named(EntityHandle handle) => handle.Kind switch
        {
            HandleKind.TypeDefinition => [Of((TypeDefinitionHandle)handle)],
            HandleKind.TypeSpecification => reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
            HandleKind.MethodDefinition => [Of(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType())],
            HandleKind.FieldDefinition => [Of(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType())],
            HandleKind.MemberReference => Named(reader.GetMemberReference((MemberReferenceHandle)handle).Parent),
            HandleKind.MethodSpecification => Generic(reader.GetMethodSpecification((MethodSpecificationHandle)handle)),
            _ => None,
        };

        private HashSet<string> Generic(MethodSpecification method) => [.. Named(method.Method), .. method.DecodeSignature(this, null).SelectMany(set => set)];
    }
}
