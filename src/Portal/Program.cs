using Portal;

PortalApp.Build(new WebApplicationOptions { Args = args }).Run();
