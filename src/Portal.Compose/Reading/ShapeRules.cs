namespace Portal.Compose;

/// <summary>Whether a value has one of the forms that its key takes.</summary>
internal static class ShapeRules
{
    public static bool Fits(Node node, Shapes shape) => node switch
    {
        ListNode => shape.HasFlag(Shapes.List),
        MapNode => shape.HasFlag(Shapes.Map),
        TextNode text => text.Kind switch
        {
            ScalarKind.Null => shape.HasFlag(Shapes.Null),
            ScalarKind.Boolean => shape.HasFlag(Shapes.Boolean),
            ScalarKind.Integer => (shape & (Shapes.Integer | Shapes.Number)) != 0,
            ScalarKind.Float => shape.HasFlag(Shapes.Number),
            ScalarKind.Text => shape.HasFlag(Shapes.Text),
            _ => (shape & ~(Shapes.List | Shapes.Map | Shapes.Null)) != 0,
        },
        _ => false,
    };

    public static string Complaint(Node node, Shapes shape)
    {
        var found = node switch
        {
            ListNode => "a list",
            MapNode => "a mapping",
            TextNode { Kind: ScalarKind.Null } => "nothing",
            TextNode { Kind: ScalarKind.Boolean } => "true or false",
            TextNode { Kind: ScalarKind.Integer or ScalarKind.Float } => "a number",
            _ => "text",
        };
        var words = new List<string>();
        if (shape.HasFlag(Shapes.Number) || shape.HasFlag(Shapes.Integer))
        {
            words.Add("a number");
        }
        else if (shape.HasFlag(Shapes.Boolean))
        {
            words.Add("true or false");
        }
        else if (shape.HasFlag(Shapes.Text))
        {
            words.Add("text");
        }

        if (shape.HasFlag(Shapes.List))
        {
            words.Add("a list");
        }

        if (shape.HasFlag(Shapes.Map))
        {
            words.Add("a mapping");
        }

        var quote = shape.HasFlag(Shapes.Text) && node is TextNode { Kind: not (ScalarKind.Null or ScalarKind.Text) } ? "; put it in quotes" : "";
        return $"wrong type: is {found}, must be {string.Join(" or ", words)}{quote}";
    }
}
