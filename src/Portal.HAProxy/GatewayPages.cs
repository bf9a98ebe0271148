namespace Portal.HAProxy;

/// <summary>What visitors read when the gateway answers itself. No single quotes: they would end the configuration's string.</summary>
internal static class GatewayPages
{
    public static readonly string NoRoute = Page("Nothing here",
        "No service is published at this address.");

    public static readonly string NoReplica = Page("Service unavailable",
        "This service has no healthy replica to answer at the moment. Please try again shortly.");

    public static readonly string BadAnswer = Page("Bad answer",
        "The service ended the connection without a complete answer.");

    public static readonly string TooSlow = Page("No answer in time",
        "The service took too long to answer.");

    public static readonly string Maintenance = Page("Back soon",
        "This service is being worked on. Please try again in a little while.");

    public static readonly string TooMany = Page("Too many requests",
        "More requests came than this service takes. Please wait a few seconds.");

    public static readonly string TooLarge = Page("Too large",
        "What you sent is larger than this service takes.");

    public static readonly string LengthRequired = Page("Length required",
        "This service takes only requests that say how long they are.");

    private static string Page(string title, string text) =>
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">" +
        $"<title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;" +
        "color-scheme:light dark}h1{font-size:1.25rem}</style></head>" +
        $"<body><h1>{title}</h1><p>{text}</p></body></html>\n".TrimEnd();
}
