import Foundation
import JSON
import Reports
import Synchronization

/// The process's streams: results go to standard output, everything for people to standard error.
enum Terminal {
  /// Takes results in place of standard output: a test that runs a command inside its own process.
  @TaskLocal static var recorder: Recorder?

  /// Keeps what a command printed.
  final class Recorder: Sendable {
    private let lines = Mutex("")

    /// Everything that was printed.
    var text: String { lines.withLock { $0 } }

    fileprivate func append(_ text: String) { lines.withLock { $0 += text } }
  }

  /// Writes a result.
  static func print(_ text: String) { write(text + "\n") }

  /// Writes a result that brings its own line ends; to a terminal with its control characters shown, to a file or a pipe
  /// as it is.
  static func write(_ text: String) {
    if let recorder { return recorder.append(text) }
    let shown = isatty(1) == 1 ? VisibleText.escaped(text) : text
    FileHandle.standardOutput.write(Data(shown.utf8))
  }

  /// Writes a message for a person.
  ///
  /// It may quote names and outputs, and a terminal obeys control characters: they are shown instead.
  static func message(_ text: String) {
    FileHandle.standardError.write(Data((VisibleText.escaped(text) + "\n").utf8))
  }

  /// Writes to standard error without a line end, for a progress bar.
  static func status(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// True where standard error is a terminal that a bar can be drawn on.
  static var canDrawBar: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(2) == 1 && environment["CI"] == nil && environment["TERM"] != "dumb"
  }

  /// Writes a value as one JSON object with sorted keys.
  static func printJSON(_ value: some Encodable) throws {
    print(try JSONValue(encoding: value).written(.compact))
  }
}
