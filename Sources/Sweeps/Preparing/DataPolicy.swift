import Tasks

/// Whether the data of a task are what an import wrote of them.
enum DataPolicy {
  /// Holds the data of a task to what an import wrote of them.
  ///
  /// Data under a manifest must be what was imported. A benchmark's data without one are refused unless the user says
  /// otherwise, and then named in the warnings of plan, sweep and report. The project's own `Datasets/` pass.
  static func verify(
    _ prepared: PreparedTask, allowsUnverified: Bool, _ warnings: inout [String]
  ) throws(SweepError) {
    let (entry, task) = (prepared.entry, prepared.task)
    for (key, path) in entry.paths.sorted(by: { $0.key < $1.key }) {
      guard let resolved = path.resolved else { continue }
      switch DataVerification.of(path: resolved, files: task.dataFiles) {
      case .verified(_, let different):
        guard !different.isEmpty else { continue }
        let warning = "\(entry.name): not the official files: \(different.joined(separator: "; "))"
        if !warnings.contains(warning) { warnings.append(warning) }
      case .damaged(let problem):
        throw .task(
          name: entry.name, path.location,
          .unverifiedData(task: entry.name, path: path.text, problem: problem))
      case .unverified:
        guard entry.type.benchmark?.wantsImport == true, key == "path", !isOwn(path.text) else { continue }
        guard allowsUnverified else {
          throw .task(
            name: entry.name, path.location,
            .unverifiedData(
              task: entry.name, path: path.text,
              problem: "no import made these data, so nobody knows whether they are the benchmark's. "
                + "Import them: se-eval data import \(entry.name) \(resolved) --to DIR; or take them as they are with "
                + "--allow-unverified (allow-unverified: true in the configuration)"))
        }
        let warning = "\(entry.name): unverified data: no import made \(path.text)"
        if !warnings.contains(warning) { warnings.append(warning) }
      }
    }
  }
  /// Whether a path lies in the project's own data: a way out of that folder does not.
  private static func isOwn(_ path: String) -> Bool {
    path.hasPrefix("Datasets/") && !path.split(separator: "/").contains("..")
  }
}
