using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Portal.Store;

/// <summary>Data-protection keys live in the database, sealed, so that several portals read each other's cookies.</summary>
internal sealed class ProtectionKeyRepository(PortalDbFactory databases) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.Platform();
        return db.ProtectionKeys.AsNoTracking().Select(key => key.Xml).ToList().ConvertAll(XElement.Parse);
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = databases.Platform();
        db.ProtectionKeys.Add(new ProtectionKey { Id = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}

internal sealed class ProtectionKeySealing(SecretBox box) : IXmlEncryptor
{
    internal const string Purpose = "data-protection-key";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        new XElement("sealed", Convert.ToBase64String(box.Seal(plaintextElement.ToString(SaveOptions.DisableFormatting), Purpose))),
        typeof(ProtectionKeyOpening));
}

/// <summary>Made by the framework from the type's name in a stored key.</summary>
internal sealed class ProtectionKeyOpening(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(
        services.GetRequiredService<SecretBox>().Open(Convert.FromBase64String(encryptedElement.Value), ProtectionKeySealing.Purpose));
}

internal sealed class ProtectionKeySetup(PortalDbFactory databases, SecretBox box) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = new ProtectionKeyRepository(databases);
        options.XmlEncryptor = new ProtectionKeySealing(box);
    }
}
