using System.Runtime.InteropServices;

namespace Portal.Access.Directories;

/// <summary>
/// Settings of the system's LDAP library that System.DirectoryServices.Protocols does not pass on: without them a server that
/// accepts and stays silent holds its caller for ever, and a line in the machine's ldap.conf could switch certificate checks off.
/// They are the process's defaults for connections made afterwards.
/// </summary>
internal static class LibLdap
{
    private const int Timeout = 0x5002;
    private const int NetworkTimeout = 0x5005;
    private const int RequireCertificate = 0x6006;
    private const int Demand = 2;

    // In the order in which System.DirectoryServices.Protocols looks for it: it has to be the same copy.
    private static readonly string[] Names = ["libldap.so.2", "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"];

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetTime(nint connection, int option, in TimeValue value);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetNumber(nint connection, int option, in int value);

    /// <returns>Whether the library took them all.</returns>
    public static bool Configure(TimeSpan timeout)
    {
        var library = Names.Select(name => NativeLibrary.TryLoad(name, out var handle) ? handle : 0).FirstOrDefault(handle => handle != 0);
        if (library == 0 || !NativeLibrary.TryGetExport(library, "ldap_set_option", out var address))
        {
            return false;
        }

        var setTime = Marshal.GetDelegateForFunctionPointer<SetTime>(address);
        var setNumber = Marshal.GetDelegateForFunctionPointer<SetNumber>(address);
        var time = new TimeValue { Seconds = (long)timeout.TotalSeconds, Microseconds = timeout.Milliseconds * 1000L };
        return setTime(0, Timeout, time) == 0 && setTime(0, NetworkTimeout, time) == 0 && setNumber(0, RequireCertificate, Demand) == 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }
}
