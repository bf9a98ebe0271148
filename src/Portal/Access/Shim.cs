namespace Portal.Access;
public static class HttpActor { public static Actor Actor(this HttpContext http) => Model.Actor.Nobody(""); }
public static class Problems { public static IResult NotFound(string w) => Results.NotFound(); public static IResult Invalid(string f, string m) => Results.NotFound(); public static IResult Conflict(string m) => Results.NotFound(); public static IResult Unavailable(string m) => Results.NotFound(); }
