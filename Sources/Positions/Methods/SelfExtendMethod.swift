/// `self-extend`: exact positions near by, positions in groups far away.
///
/// - Formula: with d = i - j, relative position d where d < W, and (i / G + W - W / G) - j / G otherwise, with floor
///   division; see `SelfExtend`. `logn=L0` multiplies the query at position p by max(1, ln(p + 1) / ln(L0)).
/// - Source: arXiv 2401.01325, section 3.2; the authors' code, datamllab/LongLM at cdbbb06.
/// - Maximum length: (L - W) * G + W.
struct SelfExtendMethod: PositionMethod {
  static let name = "self-extend"
  static let summary = "grouped attention beyond the neighbor window, exact attention inside it; no training"
  static let parameters = [
    MethodParameter("G", "group", .integer(minimum: 1), canBeAutomatic: true),
    MethodParameter("W", "window", .integer(minimum: 1), canBeAutomatic: true),
    MethodParameter("offset", "offset", .word(["floor", "fractional"]), .implied("floor")),
    MethodParameter("logn", "logn", .integer(minimum: 2), .optional),
  ]
  static let limit = "(L - W) * G + W"

  let parameters: SelfExtend
  private let logBase: Int?

  init(_ values: MethodValues) {
    parameters = SelfExtend(
      groupSize: values.integer("G"), neighborWindow: values.integer("W"),
      offset: values.word("offset").flatMap(SelfExtend.Offset.init(rawValue:)) ?? .floor)
    logBase = values.optionalInteger("logn")
  }

  func layout(contextWindow: Int, slidingWindow: Int?) -> AttentionLayout {
    guard parameters.groupSize > 1 else { return .causal(window: nil, logBase: logBase) }
    return .nearAndFar(
      window: parameters.neighborWindow,
      farQuery: .grouped(size: parameters.groupSize, shift: parameters.groupedQueryPosition(0)),
      farKey: .grouped(size: parameters.groupSize, shift: 0), logBase: logBase)
  }

  func maximumLength(contextWindow: Int) -> Int? { parameters.maximumLength(contextWindow: contextWindow) }

  func isPlain(forLength length: Int, slidingWindow: Int?) -> Bool {
    let windowIsIdle = slidingWindow.map { length <= $0 } ?? true
    let scaleIsIdle = logBase.map { length <= $0 } ?? true
    return windowIsIdle && scaleIsIdle && (parameters.groupSize == 1 || length <= parameters.neighborWindow)
  }

  func remarks(contextWindow: Int) -> [String] {
    var remarks: [String] = []
    if parameters.neighborWindow >= contextWindow {
      remarks.append("W must be below L=\(contextWindow) for the window to grow")
    }
    if parameters.neighborWindow % parameters.groupSize != 0 {
      remarks.append(
        "G does not divide W; offset=floor (the paper) and offset=fractional (the authors' prefill) differ")
    }
    return remarks
  }

  static func chosen(
    _ values: MethodValues, automatic: Set<String>, contextWindow: Int, targetLength: Int
  ) -> MethodValues? {
    let choice = Capacity(contextWindow: contextWindow).choice(
      targetLength: targetLength, groupSize: automatic.contains("G") ? nil : values.integer("G"),
      neighborWindow: automatic.contains("W") ? nil : values.integer("W"))
    return choice.map { values.setting("G", to: $0.groupSize).setting("W", to: $0.neighborWindow) }
  }
}
