/// A template, ready to render.
struct JinjaTemplate: Sendable {
  let statements: [JinjaStatement]
  /// Names that the template's outermost level assigns before it reads them: Jinja makes them variables of the template
  /// from the start, so that even blocks before the assignment do not see what the template is told under these names.
  let hiddenNames: Set<String>
}

/// An expression of a template.
struct JinjaExpression: Sendable {
  /// The line it begins in, from 1.
  let line: Int
  /// Levels of expressions inside one another.
  let depth: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(JinjaText)
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case none
    case name(String)
    case list([JinjaExpression])
    case tuple([JinjaExpression])
    case dictionary([(key: JinjaExpression, value: JinjaExpression)])
    case attribute(JinjaExpression, JinjaText)
    case item(JinjaExpression, JinjaExpression)
    case slice(JinjaExpression, JinjaSlice)
    case call(JinjaExpression, JinjaArguments)
    /// The filter of a block has no expression: it works on the block's text.
    case filter(JinjaExpression?, String, JinjaArguments)
    case test(JinjaExpression, String, JinjaArguments)
    case not(JinjaExpression)
    case negative(JinjaExpression)
    case positive(JinjaExpression)
    case and(JinjaExpression, JinjaExpression)
    case or(JinjaExpression, JinjaExpression)
    case binary(JinjaOperator, JinjaExpression, JinjaExpression)
    case concatenation([JinjaExpression])
    case comparison(JinjaExpression, [(JinjaComparison, JinjaExpression)])
    case conditional(test: JinjaExpression, then: JinjaExpression, otherwise: JinjaExpression?)
  }
}

/// The bounds of `x[start:stop:step]`.
struct JinjaSlice: Sendable {
  var start: JinjaExpression?
  var stop: JinjaExpression?
  var step: JinjaExpression?
  var depth: Int { max(start?.depth ?? 0, stop?.depth ?? 0, step?.depth ?? 0) }
}

/// What stands between the parentheses of a call.
struct JinjaArguments: Sendable {
  var positional: [JinjaExpression] = []
  var keywords: [(name: String, value: JinjaExpression)] = []
  /// `*list` and `**map`.
  var spread: JinjaExpression?
  var keywordSpread: JinjaExpression?

  var depth: Int {
    max(
      positional.map(\.depth).max() ?? 0, keywords.map(\.value.depth).max() ?? 0, spread?.depth ?? 0,
      keywordSpread?.depth ?? 0)
  }
}

/// Arithmetic.
enum JinjaOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

/// Comparisons.
enum JinjaComparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}

/// What an assignment sets.
indirect enum JinjaTarget: Sendable {
  case name(String)
  case attribute(namespace: String, name: String)
  case tuple([JinjaTarget])
}

/// A statement of a template.
struct JinjaStatement: Sendable {
  /// The line it begins in, from 1.
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(JinjaText)
    case output(JinjaExpression)
    case condition([(test: JinjaExpression, body: [JinjaStatement])], otherwise: [JinjaStatement])
    case loop(JinjaForLoop)
    case set(JinjaTarget, JinjaExpression)
    case setBlock(JinjaTarget, filter: JinjaExpression?, [JinjaStatement])
    case macro(JinjaMacro)
    case call(JinjaExpression, JinjaMacro)
    case filter(JinjaExpression, [JinjaStatement])
    case with([(JinjaTarget, JinjaExpression)], [JinjaStatement])
    /// A block whose assignments end with it: `generation`.
    case scope([JinjaStatement])
    case breakLoop
    case continueLoop
  }
}

/// A `for` block.
struct JinjaForLoop: Sendable {
  let target: JinjaTarget
  let iterable: JinjaExpression
  let test: JinjaExpression?
  let isRecursive: Bool
  let body: [JinjaStatement]
  let otherwise: [JinjaStatement]
}

/// A `macro` block, or the body of a `call` block.
struct JinjaMacro: Sendable {
  let name: String
  let parameters: [(name: String, value: JinjaExpression?)]
  let body: [JinjaStatement]
  /// Whether the body names what catches other arguments.
  let takesMorePositional: Bool
  let takesMoreKeywords: Bool
  let namesCaller: Bool
}
