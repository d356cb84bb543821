import Dispatch
import Glibc
import Synchronization
import Text

/// Ctrl-C and SIGTERM: the first asks the work to stop at the next layer, a second one ends the process at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  private static let sources = Mutex<[Source]>([])

  /// Keeps a source alive; it is never touched after it was resumed.
  private struct Source: @unchecked Sendable {
    let source: any DispatchSourceSignal
  }

  /// True once a signal asked the work to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit status of the signal that came.
  static var status: ExitStatus { received.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted }

  /// Starts to listen.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in
        let (exchanged, _) = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if !exchanged { exit(128 + number) }
      }
      source.resume()
      let kept = Source(source: source)
      sources.withLock { $0.append(kept) }
    }
  }

  /// Lets the dispatch source see the signal instead of the default action.
  private static func ignore(_ number: Int32) { _ = signal(number, SIG_IGN) }
}
