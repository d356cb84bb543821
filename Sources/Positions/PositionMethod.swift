/// What one method is: its spelling, its mapping of positions, its mask, its frequencies and its limit.
///
/// A method is one type that says what differs from plain attention; everything has a default but the spelling and the
/// limit. See Docs/adding-a-method.md.
protocol PositionMethod: Sendable {
  /// The name in a configuration and on the command line.
  static var name: String { get }
  /// What it does, in one line.
  static var summary: String { get }
  /// The parameters, in the order of the canonical spelling.
  static var parameters: [MethodParameter] { get }
  /// The formula of the maximum length, with the parameters' names.
  static var limit: String { get }

  /// The method with values that fit `parameters`.
  init(_ values: MethodValues)

  /// Ranges of keys, their rotary positions and their mask.
  ///
  /// - Parameters:
  ///   - contextWindow: the pretraining window L, in tokens.
  ///   - slidingWindow: the sliding window of the checkpoint's layers, nil where they have none.
  /// - Returns: the layout.
  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout
  /// What becomes of the rotary frequencies, in place of the checkpoint's own scaling (as `rope_scaling` in a
  /// configuration replaces it); nil where that stays.
  func rotaryScaling(contextWindow: Int) -> RotaryScaling?
  /// The longest sequence that stays inside what a model of window L was trained on; nil for no limit.
  func maximumLength(contextWindow: Int) -> Int?
  /// True where no bit can differ from plain attention on a sequence of that many tokens.
  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool
  /// What a person should know of these parameters, whatever the length.
  func remarks(contextWindow: Int) -> [String]

  /// Values in place of `auto`, for a target length; nil where no value fits.
  ///
  /// - Parameters:
  ///   - values: the values that were given.
  ///   - automatic: the short names of the parameters that say `auto`.
  ///   - contextWindow: the pretraining window L.
  ///   - targetLength: the length N to hold.
  /// - Returns: the values, every one decided.
  static func chosen(
    _ values: MethodValues, automatic: Set<String>, contextWindow: Int, targetLength: Int
  ) -> MethodValues?
}

extension PositionMethod {
  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout { .causal(window: slidingWindow) }
  func rotaryScaling(contextWindow: Int) -> RotaryScaling? { nil }
  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool { false }
  func remarks(contextWindow: Int) -> [String] { [] }
  static func chosen(
    _ values: MethodValues, automatic: Set<String>, contextWindow: Int, targetLength: Int
  ) -> MethodValues? { nil }
}
