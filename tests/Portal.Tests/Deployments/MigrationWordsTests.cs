using System.Collections.Immutable;
using Portal.Deployments.Migrating;
using Portal.Model;

namespace Portal.Tests.Deployments;

/// <summary>Which deployments of a stack need somebody's word. Pure.</summary>
public sealed class MigrationWordsTests
{
    private static readonly CompatibleWord Word = new("it only adds", "ops", DateTimeOffset.UnixEpoch);
    private static readonly Revision One = Of(1, "a");
    private static readonly Revision Two = Of(2, "b");
    /// <summary>With the images of the second, and otherwise another.</summary>
    private static readonly Revision Three = Of(3, "b");

    [Fact]
    public void Where_nothing_is_shared_nobody_is_asked()
    {
        var words = new MigrationWords(false, [new(Two.Id, Two.Images, null)], Ran());
        Assert.Equal((false, null), words.Of(Two, flagged: true));
        Assert.Equal((false, null), words.Of(Three, flagged: false));
    }

    [Fact]
    public void What_is_flagged_needs_a_word_also_where_it_has_run()
    {
        var words = new MigrationWords(true, [], Ran(One));
        Assert.Equal((true, null), words.Of(One, flagged: true));
        Assert.Equal((false, null), words.Of(Two, flagged: false));
    }

    [Fact]
    public void What_nobody_vouched_for_stays_flagged_with_its_images_unless_it_has_run()
    {
        var words = new MigrationWords(true, [new(Two.Id, Two.Images, null)], Ran(One));
        Assert.Equal((true, null), words.Of(Two, flagged: false));
        Assert.Equal((true, null), words.Of(Three, flagged: false));
        Assert.Equal((false, null), words.Of(One, flagged: false));
        Assert.Equal((false, null), new MigrationWords(true, [new(Two.Id, Two.Images, null)], Ran(Three)).Of(Three, flagged: false));
    }

    [Fact]
    public void A_word_holds_for_its_images_and_flagged_anew_for_its_revision_alone()
    {
        var words = new MigrationWords(true, [new(Two.Id, Two.Images, Word), new(Two.Id, Two.Images, null)], Ran());
        Assert.Equal((true, Word), words.Of(Two, flagged: true));
        Assert.Equal((true, Word), words.Of(Three, flagged: false));
        Assert.Equal((true, null), words.Of(Three, flagged: true));
        // Which another's word for the same images does not undo.
        words.Add(Three, null);
        Assert.Equal((true, null), words.Of(Three, flagged: false));
        Assert.Equal((true, null), words.Of(Of(4, "b"), flagged: false));
        Assert.Equal((true, Word), words.Of(Two, flagged: false));
    }

    [Fact]
    public void What_is_asked_for_in_the_same_breath_is_seen()
    {
        var words = new MigrationWords(true, [], Ran());
        words.Add(Two, null);
        Assert.Equal((true, null), words.Of(Three, flagged: false));
        words.Add(Two, Word);
        Assert.Equal((true, Word), words.Of(Three, flagged: false));
    }

    private static HashSet<string> Ran(params Revision[] revisions) => [.. revisions.Select(revision => revision.Fingerprint)];

    private static Revision Of(int number, string image) => new()
    {
        Id = Guid.CreateVersion7(),
        TenantId = Guid.Empty,
        StackId = Guid.Empty,
        Number = number,
        Compose = "",
        AnswersSealed = [],
        Images = ImmutableSortedDictionary<string, ImageChoice>.Empty.Add("web", new ImageChoice($"web:{image}", $"sha256:{image}")),
        SecretVersions = ImmutableSortedDictionary<string, int>.Empty,
        Fingerprint = $"{number}",
        CreatedAt = DateTimeOffset.UnixEpoch,
        CreatedBy = "",
    };
}
