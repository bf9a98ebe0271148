using System.Collections.Immutable;

namespace Portal.Compose;

internal abstract record GoNode(int Line);

internal sealed record GoText(int Line, string Text) : GoNode(Line);

internal sealed record GoOutput(int Line, GoOperand Operand) : GoNode(Line);

internal sealed record GoIf(int Line, GoCondition Condition, ImmutableArray<GoNode> Then, ImmutableArray<GoNode> Else) : GoNode(Line);

/// <summary>Counts from 0 up to, not including, the number.</summary>
internal sealed record GoRange(int Line, string? Index, string Element, GoOperand Count, ImmutableArray<GoNode> Body, ImmutableArray<GoNode> Else) : GoNode(Line);

internal abstract record GoCondition(int Line);

/// <summary><c>eq</c> is true when the first equals any of the others.</summary>
internal sealed record GoCompare(int Line, bool Equal, ImmutableArray<GoOperand> Operands) : GoCondition(Line);

internal sealed record GoOr(int Line, ImmutableArray<GoCondition> Any) : GoCondition(Line);

internal abstract record GoOperand(int Line);

internal sealed record GoAnswer(int Line, string Name) : GoOperand(Line);

internal sealed record GoVariable(int Line, string Name) : GoOperand(Line);

internal sealed record GoLiteral(int Line, object Value) : GoOperand(Line);
