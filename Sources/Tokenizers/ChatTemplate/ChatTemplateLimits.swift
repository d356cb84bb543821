/// What a chat template may use before it is stopped; each bound is far beyond what real templates need.
public struct ChatTemplateLimits: Sendable, Equatable {
  /// Bytes of the source (the largest public template has 17 thousand).
  public var sourceBytes = 1 << 20
  /// Levels of blocks, brackets and operators inside one another in the source.
  public var nesting = 120
  /// Levels of statements, expressions and macro calls inside one another while rendering.
  public var depth = 400
  /// Levels of lists and maps inside one another.
  public var valueDepth = 64
  /// Statements, expressions and elements looked at while rendering.
  public var steps = 5_000_000
  /// Characters of all texts made while rendering, beside 64 times those of the messages.
  public var characters = 1 << 26
  /// Numbers that one `range` has, as in Jinja's sandbox.
  public var range = 100_000

  /// The bounds that are right for every real template.
  public init() {}
}
