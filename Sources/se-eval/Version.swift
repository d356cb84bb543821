import Foundation
import Sweeps

/// The program's version.
enum Version {
  static let current = "0.1.0"

  /// `se-eval 0.1.0 (commit 0123456789ab)`, the commit where it is known.
  static var text: String {
    "se-eval \(current)" + (commit.map { " (commit \($0.prefix(12)))" } ?? "")
  }

  /// What `make install` wrote beside the program, or the commit of the checkout that the program lies in.
  static var commit: String? {
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "")
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program.path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    let note = folder.deletingLastPathComponent().appendingPathComponent("share/se-eval/commit").path
    if let text = FileManager.default.contents(atPath: note).map({ String(decoding: $0, as: UTF8.self) }) {
      return text.split(separator: "\n").first.map(String.init)
    }
    return CheckoutRevision.of(folder: folder.path)
  }
}
