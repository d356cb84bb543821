extension ConfigurationReader {
  /// Who judges answers that no rule can score.
  ///
  /// - Parameter node: what stands behind `judge:`.
  /// - Returns: the judge; nil where there is none.
  /// - Throws: `SweepError.configuration`.
  func judge(_ node: Node?) throws(SweepError) -> Configuration.JudgeEntry? {
    guard let node else { return nil }
    let reader = try MappingReader(node, owner: "judge", keys: ["name", "server", "baseline"])
    let model = try judge(servedBy: reader.required("server"), reader, node)
    guard let baseline = reader.node("baseline") else { return .init(model: model, baseline: nil) }
    return .init(model: model, baseline: try self.baseline(baseline))
  }

  private func baseline(_ node: Node) throws(SweepError) -> Configuration.JudgeEntry.Baseline {
    let reader = try MappingReader(node, owner: "the judge's baseline", keys: ["model", "method", "db"])
    var store: ConfiguredPath?
    if let node = reader.node("db") {
      store = try ConfiguredPath(node.requiredText("db"), location: node.location, folders: folders)
      guard store?.resolved != nil else { throw node.impossible("db", "a path whose variables are set") }
    }
    return .init(
      model: try reader.required("model").requiredText("model"), method: try reader.text("method") ?? "plain",
      store: store)
  }
}
