/// The 13 tasks of RULER under the names of its configuration, scripts/synthetic.yaml.
enum RulerTask {
  /// The names in the official order.
  static let names = needles + ["vt", "cwe", "fwe", "qa_1", "qa_2"]
  private static let needles = RulerVariant.known.map { "niah_" + $0.name.replacing("-", with: "_") }

  /// The variant of a needle task; nil for another task.
  static func variant(of name: String) -> String? {
    guard needles.contains(name) else { return nil }
    return RulerVariant.known.map(\.name).first { "niah_" + $0.replacing("-", with: "_") == name }
  }

  /// The wording of a task that is no needle task.
  static func kind(of name: String) -> RulerTemplates.Kind? {
    switch name {
    case "vt": .variableTracking
    case "cwe": .commonWords
    case "fwe": .frequentWords
    case "qa_1", "qa_2": .questions
    default: nil
    }
  }

  /// The tasks that a configuration names, in the official order.
  ///
  /// - Throws: `TaskError.setting` for a name that is none.
  static func chosen(_ given: [String]) throws(TaskError) -> [String] {
    var chosen: Set<String> = []
    for name in given {
      switch name {
      case "all": chosen.formUnion(names)
      case "niah": chosen.formUnion(needles)
      case "aggregation": chosen.formUnion(["cwe", "fwe"])
      case "qa": chosen.formUnion(["qa_1", "qa_2"])
      case "synthetic": chosen.formUnion(names.filter { !$0.hasPrefix("qa") })
      case _ where names.contains(name): chosen.insert(name)
      default:
        throw .setting(
          key: "tasks", found: "'\(name)'",
          expected: "all, synthetic, niah, aggregation, qa, or some of \(names.joined(separator: ", "))")
      }
    }
    guard !chosen.isEmpty else { throw .setting(key: "tasks", found: "nothing", expected: "at least one task") }
    return names.filter { chosen.contains($0) }
  }
}
