using Portal.Lab.Parts;
namespace Portal.Lab.Demo;

/// <summary>What the demo's portal has written.</summary>
public static class DemoLogs
{
    public static int Show(PartsPlace place)
    {
        if (!File.Exists(place.PortalLog))
        {
            Console.Error.WriteLine("There is no log: no demo has run.");
            return 1;
        }

        foreach (var line in File.ReadLines(place.PortalLog))
        {
            Console.WriteLine(line);
        }

        return 0;
    }
}
