using Portal.Deployments.Requests;

namespace Portal.Tests.Deployments;

public sealed class BatchesTests
{
    [Fact]
    public async Task What_comes_while_one_is_under_way_goes_together_in_the_order_of_its_coming()
    {
        var (seen, gate) = (new List<string>(), new TaskCompletionSource());
        var batches = new Batches<string, int, int>(async (key, items) =>
        {
            seen.Add(string.Join(',', items));
            await gate.Task;
            return [.. items.Select(item => item * 10)];
        }, most: 3);

        var asked = Enumerable.Range(1, 5).Select(item => batches.RunAsync("one", item)).ToList();
        gate.SetResult();

        Assert.Equal<int>([10, 20, 30, 40, 50], (await Task.WhenAll(asked)).ToList());
        Assert.Equal(["1", "2,3,4", "5"], seen);
    }

    [Fact]
    public async Task Keys_do_not_wait_for_each_other()
    {
        var never = new TaskCompletionSource();
        var batches = new Batches<string, int, int>(async (key, items) =>
        {
            if (key == "stuck")
            {
                await never.Task;
            }

            return [.. items];
        }, most: 8);

        var stuck = batches.RunAsync("stuck", 1);

        Assert.Equal(2, await batches.RunAsync("free", 2));
        Assert.False(stuck.IsCompleted);
        never.SetResult();
        Assert.Equal(1, await stuck);
    }

    [Fact]
    public async Task Nobody_fails_for_anothers_fault()
    {
        var gate = new TaskCompletionSource();
        var batches = new Batches<string, int, int>(async (key, items) =>
        {
            await gate.Task;
            return items.Contains(3) ? throw new InvalidDataException($"three of {items.Length}") : items;
        }, most: 8);

        var asked = Enumerable.Range(1, 5).Select(item => batches.RunAsync("one", item)).ToList();
        gate.SetResult();

        Assert.Equal("three of 1", (await Assert.ThrowsAsync<InvalidDataException>(() => asked[2])).Message);
        Assert.Equal<int>([1, 2, 4, 5], (await Task.WhenAll(asked.Where((_, at) => at != 2))).ToList());
    }

    [Fact]
    public async Task What_is_done_is_forgotten_and_the_next_begins_anew()
    {
        var sizes = new List<int>();
        var batches = new Batches<string, int, int>((key, items) =>
        {
            sizes.Add(items.Length);
            return Task.FromResult(items);
        }, most: 8);

        for (var item = 0; item < 3; item++)
        {
            Assert.Equal(item, await batches.RunAsync("one", item));
        }

        Assert.Equal([1, 1, 1], sizes);
    }
}
