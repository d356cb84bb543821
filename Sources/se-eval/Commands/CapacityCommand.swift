import Positions
import Transformer

/// `capacity`: what fits under Self-Extend, and which G and W to choose.
enum CapacityCommand {
  private static let model = Option.value("--model", "M", "read L from a model (its config.json will do)")
  private static let context = Option.value("--context", "L", short: "-L", "the pretraining window in tokens")
  private static let group = Option.value("--group", "G", short: "-G", "the group size")
  private static let window = Option.value("--window", "W", short: "-W", "the neighbor window in tokens")
  private static let target = Option.value("--target", "N", short: "-N", "the target length in tokens")

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
    let candidates: [Row]
  }

  static let command = Command(
    name: "capacity", summary: "Say what fits for L, G, W, N, and list good (G, W) for a target length",
    details: [
      "Maximum length: (L - W) * G + W. The authors' empirical rule for a target length N: (1/2 .. 2/3) * L > W + (N - W)/G."
    ],
    options: [model, context, group, window, target]
  ) { arguments in
    let output = try judge(arguments)
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(output)
    } else {
      Terminal.print(text(output))
    }
    return .done
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
    guard g != nil || n != nil else { throw UsageError("'capacity' needs -G and -W, or -N, or all three") }
    let capacity = Capacity(contextWindow: l)
    var judged: Row?
    if let g, let w {
      let parameters = SelfExtend(groupSize: g, neighborWindow: w)
      judged = row(capacity.judge(parameters, targetLength: n ?? parameters.maximumLength(contextWindow: l)))
    }
    let candidates = n.map { capacity.candidates(targetLength: $0).map(row) } ?? []
    return Output(L: l, N: n, judged: judged, candidates: candidates)
  }

  private static func row(_ judgement: Capacity.Judgement) -> Row {
    Row(
      G: judgement.parameters.groupSize, W: judgement.parameters.neighborWindow,
      maximum_length: judgement.maximumLength, largest_relative_position: judgement.largestRelativePosition,
      fits: judgement.fits,
      rule: judgement.meetsStrictRule ? "below L/2" : judgement.meetsLooseRule ? "below 2L/3" : "not met")
  }

  private static func text(_ output: Output) -> String {
    var lines = ["L = \(output.L)" + (output.N.map { ", N = \($0)" } ?? "")]
    if let judged = output.judged {
      lines.append("G = \(judged.G), W = \(judged.W): maximum length (L - W) * G + W = \(judged.maximum_length)")
      if output.N != nil {
        lines.append(
          "  N \(judged.fits ? "fits" : "does NOT fit"); largest relative position W + (N - W)/G = "
            + "\(Numbers.fixed(judged.largest_relative_position, 1)); empirical rule: \(judged.rule)")
      }
    }
    guard output.N != nil else { return lines.joined(separator: "\n") }
    if output.candidates.isEmpty {
      lines.append("no (G, W) with W from L/32 to L/2 and G up to 4096 meets the empirical rule")
    } else {
      lines.append("good (G, W), smallest G per W:")
      lines.append("      G      W  maximum length  largest relative position  rule")
      for row in output.candidates {
        lines.append(
          pad(row.G, 7) + pad(row.W, 7) + pad(row.maximum_length, 16)
            + pad(Numbers.fixed(row.largest_relative_position, 1), 27) + "  \(row.rule)")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
    let text = value.description
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
