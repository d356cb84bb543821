import CBuild

/// The program's version.
enum Version {
  static let current = "0.1.0"

  /// `se-eval 0.1.0 (commit 0123456789ab)`, the commit where it is known.
  static var text: String { text(commit: commit) }

  /// The first digits of a commit, and its `+` where the sources were not those of the commit.
  static func text(commit: String?) -> String {
    guard let commit else { return "se-eval \(current)" }
    return "se-eval \(current) (commit \(commit.prefix(12))\(commit.count > 12 && commit.hasSuffix("+") ? "+" : ""))"
  }

  /// The commit that was built; nil where the build was not told: `make` tells it, `swift build` alone does not.
  ///
  /// Neither the folder in which the program lies nor the one in which it runs says it: the program may be a copy, and the
  /// checkout may have moved on.
  static let commit: String? = {
    var bytes: [UInt8] = []
    while let byte = UInt8(exactly: se_eval_commit_byte(Int32(bytes.count))), byte != 0 { bytes.append(byte) }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }()

  /// What the record of a run says of the program.
  static var environment: [String: String] {
    var values = ["program": "se-eval \(current)"]
    values["git"] = commit
    return values
  }
}
