using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Gateway;
using Portal.Gateway.Certificates;
using Portal.Pages.Frame;
using Portal.Pages.Shared;

namespace Portal.Pages.Certificates;

/// <summary>Certificates of a tenant, or of the platform, with all that can be done with them.</summary>
public sealed partial class CertificateList
{
    private const int Most = 3;

    private CertificateView? chosen;
    private bool adding;
    private bool replacing;
    private bool removing;
    private string chain = "";
    private string key = "";
    private string name = "";

    /// <summary>Null: the platform's.</summary>
    [Parameter, EditorRequired]
    public Guid? Tenant { get; set; }

    [Parameter, EditorRequired]
    public IReadOnlyList<CertificateView> Certificates { get; set; } = [];

    [Parameter]
    public bool MayAct { get; set; }

    /// <summary>What these certificates are served for.</summary>
    [Parameter, EditorRequired]
    public string Lead { get; set; } = "";

    /// <summary>One sentence that says what to do next.</summary>
    [Parameter, EditorRequired]
    public string EmptyText { get; set; } = "";

    [Inject]
    private CurrentActor CurrentActor { get; set; } = null!;

    [Inject]
    private AddCertificate Add { get; set; } = null!;

    [Inject]
    private RemoveCertificate Remove { get; set; } = null!;

    [Inject]
    private IOptions<GatewayOptions> Gateway { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private Toast Toast { get; set; } = null!;

    private EventCallback AddOrNothing => MayAct ? EventCallback.Factory.Create(this, OpenAdd) : default;

    private string AddText => Tenant is null
        ? "It is checked, and from then on the gateway serves it for all host names that it is for, where no tenant has one of its own."
        : "It is checked, and from then on the gateway serves it for those of its host names that this tenant's routes have.";

    private string RemovalText => chosen is { ServedFor.Count: > 0 }
        ? $"Whoever connects by HTTPS to {string.Join(", ", chosen.ServedFor.Take(Most))}{(chosen.ServedFor.Count > Most ? $" and {chosen.ServedFor.Count - Most} more" : "")} from then on is refused, unless another certificate is for it. Connections that are there stay. Its key is forgotten."
        : "It is served for no host name now. Its key is forgotten.";

    private void OpenAdd() => (adding, chosen, chain, key, name) = (true, null, "", "", "");

    private void OpenReplace(CertificateView one) => (replacing, chosen, chain, key, name) = (true, one, "", "", one.Name);

    private Task<string?> SaveAsync(bool replace) => CurrentActor.TryAsync(async actor =>
    {
        switch (await Add.ExecuteAsync(actor, Tenant, new NewCertificate(name, chain, key, replace), CancellationToken.None))
        {
            case AddCertificateResult.Done done:
                // What was typed does not stay in the page's memory.
                (chain, key) = ("", "");
                Toast.Done(done.Replaced ? "Certificate replaced" : "Certificate added", done.Certificate.Name);
                return null;
            case AddCertificateResult.Invalid invalid:
                return invalid.Problem;
            case AddCertificateResult.NameTaken taken:
                return $"{taken.Name} is there already: replace that one, or give this another name.";
            case var other:
                throw new InvalidOperationException($"An outcome without an answer: {other}.");
        }
    }, CancellationToken.None);

    private Task<string?> RemoveAsync() => CurrentActor.TryAsync(async actor =>
    {
        // One that somebody else removed first is gone as well.
        await Remove.ExecuteAsync(actor, Tenant, chosen!.Name, CancellationToken.None);
        Toast.Done("Certificate removed", chosen.Name);
        return null;
    }, CancellationToken.None);
}
