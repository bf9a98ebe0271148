using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Lab;

/// <summary>A line of an htpasswd file in bcrypt, the only form that the registry takes; by the C library, since .NET has none.</summary>
internal static class PasswordFile
{
    private const string SaltLetters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Line(string userName, string password)
    {
        var salt = "$2b$05$" + RandomNumberGenerator.GetString(SaltLetters, 21) + ".";
        var hash = Marshal.PtrToStringAnsi(Crypt(Terminated(password), Terminated(salt)));
        return hash?.StartsWith("$2b$", StringComparison.Ordinal) is true
            ? $"{userName}:{hash}\n"
            : throw new InvalidOperationException("The C library cannot hash with bcrypt.");
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");

    [DllImport("libcrypt.so.1", EntryPoint = "crypt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Crypt(byte[] key, byte[] salt);
}
