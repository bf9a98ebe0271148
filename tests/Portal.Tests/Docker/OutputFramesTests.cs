using System.Buffers.Binary;
using System.Text;
using Portal.Docker;

namespace Portal.Tests.Docker;

public sealed class OutputFramesTests
{
    [Fact]
    public async Task Both_outputs_are_told_apart()
    {
        var lines = await LinesAsync([.. Frame(1, "one\n"), .. Frame(2, "bad\n"), .. Frame(1, "two\n")]);

        Assert.Equal(
            [new LogLine(OutputKind.StdOut, "one"), new LogLine(OutputKind.StdErr, "bad"), new LogLine(OutputKind.StdOut, "two")], lines);
    }

    [Fact]
    public async Task A_line_over_several_frames_is_one_line_even_with_the_other_output_in_between()
    {
        var lines = await LinesAsync([.. Frame(1, "be"), .. Frame(2, "x\n"), .. Frame(1, "gin\n")]);

        Assert.Equal([new LogLine(OutputKind.StdErr, "x"), new LogLine(OutputKind.StdOut, "begin")], lines);
    }

    [Fact]
    public async Task A_last_line_without_an_end_is_not_lost() =>
        Assert.Equal([new LogLine(OutputKind.StdOut, "a"), new LogLine(OutputKind.StdOut, "b")], await LinesAsync(Frame(1, "a\nb")));

    [Fact]
    public async Task Empty_lines_stay_and_carriage_returns_go() =>
        Assert.Equal(["", "a", ""], (await LinesAsync(Frame(1, "\na\r\n\n"))).Select(line => line.Text));

    [Fact]
    public async Task An_endless_line_is_cut_and_says_so()
    {
        var options = new LogOptions { LongestLine = 100 };
        byte[] bytes = [.. Enumerable.Range(0, 50).SelectMany(_ => Frame(1, new string('x', 1000))), .. Frame(1, "\nnext\n")];

        var lines = await LinesAsync(bytes, options);

        Assert.Equal([new LogLine(OutputKind.StdOut, new string('x', 100), Truncated: true), new LogLine(OutputKind.StdOut, "next")], lines);
    }

    [Fact]
    public async Task A_line_as_long_as_allowed_is_whole() =>
        Assert.Equal(
            [new LogLine(OutputKind.StdOut, new string('x', 100))],
            await LinesAsync(Frame(1, new string('x', 100) + "\n"), new LogOptions { LongestLine = 100 }));

    [Fact]
    public async Task Timestamps_are_taken_off_also_where_the_engine_split_a_long_line()
    {
        byte[] bytes =
        [
            .. Frame(1, "2026-11-21T07:00:00.123456700Z be"),
            .. Frame(1, "2026-11-21T07:00:00.223456789Z gin\n"),
            .. Frame(1, "2026-11-21T07:00:01.000000000Z \n"),
        ];

        var lines = await LinesAsync(bytes, new LogOptions { Timestamps = true });

        Assert.Equal(["begin", ""], lines.Select(line => line.Text));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 7, 0, 0, TimeSpan.Zero).AddTicks(1234567), lines[0].Time);
    }

    [Fact]
    public async Task A_terminals_output_has_no_frames()
    {
        using var stream = new MemoryStream("2026-11-21T07:00:00.5Z one\r\n2026-11-21T07:00:01Z two\r\n"u8.ToArray());
        var lines = await LogReader.LinesAsync(stream, terminal: true, new LogOptions { Timestamps = true }, default).ToListAsync();

        Assert.Equal(["one", "two"], lines.Select(line => line.Text));
        Assert.All(lines, line => Assert.NotNull(line.Time));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_do_no_harm() =>
        Assert.Equal(["a\ufffdb"], (await LinesAsync([.. Header(1, 4), (byte)'a', 0xff, (byte)'b', (byte)'\n'])).Select(line => line.Text));

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public async Task An_end_inside_a_frame_is_a_cut(int length)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => LinesAsync(Frame(1, "hello\n")[..length]));

        Assert.Equal(EngineErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task An_unknown_kind_of_frame_is_not_guessed_at()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => LinesAsync(Frame(7, "x")));

        Assert.Equal(EngineErrorKind.Other, error.Kind);
    }

    [Fact]
    public async Task The_engines_own_error_in_the_output_is_thrown()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => LinesAsync(Frame(3, "log driver is gone\n")));

        Assert.Equal("log driver is gone", error.Message);
    }

    [Fact]
    public async Task However_the_bytes_arrive_the_lines_are_the_same()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (bytes, expected) = RandomOutput(random);

            var lines = await LogReader.LinesAsync(
                new ChoppedStream(bytes, new Random(seed)), terminal: false, new LogOptions(), default).ToListAsync();

            foreach (var kind in new[] { OutputKind.StdOut, OutputKind.StdErr })
            {
                Assert.Equal(expected[kind].Split('\n')[..^1], lines.Where(line => line.Kind == kind).Select(line => line.Text));
            }
        }
    }

    [Fact]
    public async Task Garbage_ends_in_an_error_or_in_lines_never_in_anything_else()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 4 && random.Next(2) == 0)
            {
                (bytes[0], bytes[4]) = (1, 0);
            }

            try
            {
                await LinesAsync(bytes);
            }
            catch (EngineException error)
            {
                Assert.True(error.Kind is EngineErrorKind.Other or EngineErrorKind.Unavailable);
            }
        }
    }

    private static (byte[] Bytes, Dictionary<OutputKind, string> Expected) RandomOutput(Random random)
    {
        var bytes = new List<byte>();
        var expected = new Dictionary<OutputKind, string> { [OutputKind.StdOut] = "", [OutputKind.StdErr] = "" };
        var frames = random.Next(1, 30);
        for (var index = 0; index < frames + 2; index++)
        {
            var kind = index < frames ? (OutputKind)random.Next(2) : (OutputKind)(index - frames);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 60)).Select(_ => "ab ü\n"[random.Next(5)]));
            text = index < frames ? text : text + "\n";
            expected[kind] += text;
            bytes.AddRange(Frame(kind == OutputKind.StdOut ? (byte)1 : (byte)2, text));
        }

        return ([.. bytes], expected);
    }

    private static async Task<List<LogLine>> LinesAsync(byte[] bytes, LogOptions? options = null)
    {
        using var stream = new MemoryStream(bytes);
        return await LogReader.LinesAsync(stream, terminal: false, options ?? new LogOptions(), default).ToListAsync();
    }

    private static byte[] Frame(byte kind, string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        return [.. Header(kind, content.Length), .. content];
    }

    private static byte[] Header(byte kind, int length)
    {
        var header = new byte[8];
        header[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), length);
        return header;
    }
}
