import Positions
import Text
import Transformer

/// `capacity`: what fits under Self-Extend or another method, and which G and W to choose.
enum CapacityCommand {
  private static let model = Option.value("--model", "M", "read L from a model (its config.json will do)")
  private static let context = Option.value("--context", "L", short: "-L", "the pretraining window in tokens")
  private static let group = Option.value("--group", "G", short: "-G", "the group size")
  private static let window = Option.value("--window", "W", short: "-W", "the neighbor window in tokens")
  private static let target = Option.value("--target", "N", short: "-N", "the target length in tokens")

  private static let method = Option.value(
    "--method", "S", choices: Method.names,
    "judge this method, for example yarn:factor=4 or self-extend:G=auto,W=512 with -N")

  private struct MethodRow: Encodable {
    let method: String
    /// Null for no limit.
    let maximum_length: Int?
    /// Null without a target length.
    let fits: Bool?
    let limit: String
    let warnings: [String]

    enum CodingKeys: CodingKey { case method, maximum_length, fits, limit, warnings }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(method, forKey: .method)
      try object.encode(maximum_length, forKey: .maximum_length)
      try object.encode(fits, forKey: .fits)
      try object.encode(limit, forKey: .limit)
      try object.encode(warnings, forKey: .warnings)
    }
  }

  private struct Row: Encodable {
    let G: Int
    let W: Int
    let maximum_length: Int
    let largest_relative_position: Double
    let fits: Bool
    let rule: String
  }

  private struct Output: Encodable {
    let L: Int
    let N: Int?
    let judged: Row?
    let method: MethodRow?
    let candidates: [Row]
    /// What `auto` stands for at the target length.
    let automatic: Row?
  }

  static let command = Command(
    name: "capacity", summary: "Say what fits for L, G, W, N or a method, and list good (G, W) for a target length",
    details: [
      "Maximum length: (L - W) * G + W. The authors' empirical rule for a target length N: (1/2 .. 2/3) * L > W + (N - W)/G.",
      "G=auto and W=auto stand for the smallest power of two G that meets the rule below 2/3 L with some W, and the largest "
        + "such W (a power of two from L/32 to L/2).",
      "Maximum lengths: " + Method.names.map { "\($0): \(Method.limit(of: $0) ?? "")" }.joined(separator: "; ") + ".",
    ],
    options: [model, context, group, window, target, method]
  ) { arguments in
    let output = try judge(arguments)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(output)
    } else {
      Terminal.print(text(output))
    }
    return .complete
  }

  private static func judge(_ arguments: Arguments) throws -> Output {
    let l: Int
    switch (try arguments.integer(context, atLeast: 2), arguments.text(model)) {
    case (let given?, _): l = given
    case (nil, let path?): l = try ModelDescription.read(path: path).contextWindow
    case (nil, nil): throw UsageError("'capacity' needs -L L or --model M")
    }
    let n = try arguments.integer(target)
    let g = try arguments.integer(group)
    let w = try arguments.integer(window)
    guard (g == nil) == (w == nil) else { throw UsageError("-G and -W go together") }
    let choice = try arguments.has(method) ? arguments.methodChoice(method) : nil
    guard g != nil || n != nil || choice != nil else {
      throw UsageError("'capacity' needs -G and -W, or --method, or -N, or several of them")
    }
    let capacity = Capacity(contextWindow: l)
    var judged: Row?
    if let g, let w {
      let parameters = SelfExtend(groupSize: g, neighborWindow: w)
      judged = row(capacity.judge(parameters, targetLength: n ?? parameters.maximumLength(contextWindow: l)))
    }
    let candidates = n.map { capacity.candidates(targetLength: $0).map(row) } ?? []
    let automatic = n.flatMap { n in capacity.choice(targetLength: n).map { capacity.judge($0, targetLength: n) } }
    return Output(
      L: l, N: n, judged: judged, method: try choice.map { try row($0, L: l, N: n) }, candidates: candidates,
      automatic: automatic.map(row))
  }

  private static func row(_ choice: MethodChoice, L l: Int, N n: Int?) throws(UsageError) -> MethodRow {
    guard n != nil || !choice.isAutomatic else { throw UsageError("--method \(choice) needs -N, to choose for") }
    let method: Method
    do throws(MethodError) {
      method = try choice.resolved(contextWindow: l, targetLength: n ?? l)
    } catch {
      throw UsageError("--method: \(error)")
    }
    let maximum = method.maximumLength(contextWindow: l)
    return MethodRow(
      method: method.description, maximum_length: maximum, fits: n.map { n in maximum.map { n <= $0 } ?? true },
      limit: Method.limit(of: method.name) ?? "", warnings: method.warnings(contextWindow: l, length: n ?? 0))
  }

  private static func row(_ judgement: Capacity.Judgement) -> Row {
    Row(
      G: judgement.parameters.groupSize, W: judgement.parameters.neighborWindow,
      maximum_length: judgement.maximumLength, largest_relative_position: judgement.largestRelativePosition,
      fits: judgement.fits, rule: rule(judgement))
  }

  /// Which bound of the empirical rule is met, in words.
  static func rule(_ judgement: Capacity.Judgement) -> String {
    judgement.meetsStrictRule ? "below L/2" : judgement.meetsLooseRule ? "below 2L/3" : "not met"
  }

  private static func text(_ output: Output) -> String {
    var lines = ["L = \(output.L)" + (output.N.map { ", N = \($0)" } ?? "")]
    if let judged = output.judged {
      lines.append("G = \(judged.G), W = \(judged.W): maximum length (L - W) * G + W = \(judged.maximum_length)")
      if output.N != nil {
        lines.append(
          "  N \(judged.fits ? "fits" : "does NOT fit"); largest relative position W + (N - W)/G = "
            + "\(NumberText.fixed(judged.largest_relative_position, 1)); empirical rule: \(judged.rule)")
      }
    }
    if let method = output.method {
      let maximum = method.maximum_length.map { "\($0) tokens" } ?? "no limit of positions"
      let verdict = method.fits.map { $0 ? "; N fits" : "; N does NOT fit" } ?? ""
      lines.append("\(method.method): maximum length \(maximum) (\(method.limit))\(verdict)")
      lines += method.warnings.map { "  \($0)" }
    }
    guard let target = output.N else { return lines.joined(separator: "\n") }
    if output.candidates.isEmpty {
      lines.append("no (G, W) with W from L/32 to L/2 and G up to 4096 meets the empirical rule")
    } else {
      lines.append("good (G, W), smallest G per W:")
      lines.append("      G      W  maximum length  largest relative position  rule")
      for row in output.candidates {
        lines.append(
          pad(row.G, 7) + pad(row.W, 7) + pad(row.maximum_length, 16)
            + pad(NumberText.fixed(row.largest_relative_position, 1), 27) + "  \(row.rule)")
      }
    }
    if let automatic = output.automatic {
      lines.append("G=auto,W=auto at \(target) tokens: G=\(automatic.G),W=\(automatic.W)")
    }
    return lines.joined(separator: "\n")
  }

  private static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
    TextTable.padded(value.description, width, .right)
  }
}
