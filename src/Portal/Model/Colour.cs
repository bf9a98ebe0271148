namespace Portal.Model;

/// <summary>One side of a tenant's pair. Colours never change; which of them is live does.</summary>
public enum Colour { Blue, Green }

public static class Colours
{
    public static Colour Other(this Colour colour) => colour == Colour.Blue ? Colour.Green : Colour.Blue;

    /// <summary>The colour as written in routes, labels and answers: <c>blue</c> or <c>green</c>.</summary>
    public static string Text(this Colour colour) => colour == Colour.Blue ? "blue" : "green";

    /// <summary>The same; of what is outside the pair <c>outside</c>, for the environment that keeps it is no side then.</summary>
    public static string Text(this Colour colour, bool outside) => outside ? "outside" : colour.Text();

    public static bool TryParse(string text, out Colour colour)
    {
        colour = text == "green" ? Colour.Green : Colour.Blue;
        return text is "blue" or "green";
    }
}
