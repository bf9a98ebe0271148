using Portal.Store;

namespace Portal.Pages.Frame;

/// <summary>The change feed in the form that <see cref="Shared.LiveView"/> takes.</summary>
public static class FeedViews
{
    /// <summary>Changes for which the test holds. After a gap in the feed anything may have changed, so that always counts.</summary>
    public static Func<Action, IDisposable> When(this ChangeFeed feed, Func<ChangeNote, bool> concerns) => changed => feed.Subscribe(note =>
    {
        if (note == ChangeFeed.Resync || concerns(note))
        {
            changed();
        }
    });
}
