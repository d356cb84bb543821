/// What to say where `books` asks for more documents than can be used.
enum BookCount {
  /// A warning, or nothing.
  ///
  /// - Parameters:
  ///   - task: the task's name.
  ///   - asked: what `books` says; nil where it says nothing.
  ///   - found: the documents that were read, the first ones by name.
  ///   - usable: those of them that are long enough.
  /// - Returns: one sentence with what to do.
  static func warning(task: String, asked: Int?, found: Int, usable: Int) -> [String] {
    guard let asked, usable < asked else { return [] }
    let reason =
      found < asked
      ? "there are \(found) documents" : "\(found - usable) of the first \(found) by name are too short"
    return [
      "\(task): books is \(asked), and \(usable) can be used: \(reason); "
        + (found < asked ? "lower `books`" : "raise `books` by as many, or lower `lengths`")
    ]
  }
}
