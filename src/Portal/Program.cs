using Portal.Audit;
using Portal.Pages;
using Portal.Store;
using Radzen;

var builder = WebApplication.CreateBuilder(args);
builder.AddStore();
builder.AddAudit();
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddRadzenComponents();

var app = builder.Build();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
app.Run();
