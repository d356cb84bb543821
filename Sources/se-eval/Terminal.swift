import Foundation
import Glibc
import JSON
import Reports
import Synchronization
import Text

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
    failure.withLock { failure in
      guard failure == nil else { return }
      do {
        try FileHandle.standardOutput.write(contentsOf: Data(shown.utf8))
      } catch {
        failure = SystemReason.text(error)
      }
    }
  }

  /// Why standard output could not be written (closed, full, its reader gone); nil while it could.
  ///
  /// What a command stores does not depend on it, so that the work goes on and the exit status tells.
  static var outputProblem: String? { failure.withLock { $0 } }

  private static let failure = Mutex<String?>(nil)

  /// Occupies those of the three standard streams that the caller closed; reading or writing them still fails.
  ///
  /// Otherwise a file that is opened later would be taken for one of them.
  static func holdStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
      let handle =
        descriptor == 0
        ? FileHandle(forWritingAtPath: "/dev/null") : FileHandle(forReadingAtPath: "/dev/null")
      held.withLock { held in if let handle { held.append(handle) } }
    }
  }

  private static let held = Mutex<[FileHandle]>([])

  /// Whether messages are lines of JSON, as `--progress json` asks for: its reader meets nothing else.
  static var writesMessagesAsJSON: Bool {
    get { messagesAreJSON.load(ordering: .relaxed) }
    set { messagesAreJSON.store(newValue, ordering: .relaxed) }
  }

  private static let messagesAreJSON = Atomic(false)

  private struct Message: Encodable {
    let event: String
    let text: String
  }

  /// Writes a message for a person.
  ///
  /// It may quote names and outputs, and a terminal obeys control characters: they are shown instead.
  ///
  /// - Parameters:
  ///   - text: the message.
  ///   - event: what it is to a program that reads JSON lines: message, warning, failed, error.
  static func message(_ text: String, event: String = "message") {
    if writesMessagesAsJSON {
      line(JSONValue.text(of: Message(event: event, text: text), .compact))
    } else {
      line(text)
    }
  }

  /// Writes one line to standard error as it is, but for control characters.
  static func line(_ text: String) { status(VisibleText.escaped(text) + "\n") }

  /// Writes to standard error without a line end, for a progress bar; a log that cannot be written stops no work.
  static func status(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// True where results go to a terminal.
  static var isTerminal: Bool { recorder == nil && isatty(1) == 1 }

  /// Empties the terminal that results go to.
  static func clear() { try? FileHandle.standardOutput.write(contentsOf: Data("\u{1b}[H\u{1b}[2J".utf8)) }

  /// True where standard error is a terminal that a bar can be drawn on.
  static var canDrawBar: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(2) == 1 && environment["CI"] == nil && environment["TERM"] != "dumb"
  }

  /// Columns of the terminal on a stream: its own, what `COLUMNS` says, or 100 where there is none.
  static func width(of descriptor: Int32) -> Int {
    let said = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    return TerminalSize.columns(of: descriptor) ?? said.flatMap { $0 >= 20 ? $0 : nil } ?? 100
  }

  /// Writes a value as one JSON object with sorted keys.
  static func printJSON(_ value: some Encodable) throws {
    print(try JSONValue(encoding: value).written(.compact))
  }
}
