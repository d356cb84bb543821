import Dispatch
import Glibc
import Sweeps
import Synchronization
import Text

/// Ctrl-C and SIGTERM: they end the process at once, as nothing is half done (a store's transactions are whole or not
/// there); while samples are evaluated, the first asks the work to stop at the next layer.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  private static let isAwaited = Atomic<Bool>(false)
  private static let sources = Mutex<[Source]>([])

  /// Keeps a source alive; it is never touched after it was resumed.
  private struct Source: @unchecked Sendable {
    let source: any DispatchSourceSignal
  }

  /// True once a signal asked the work to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit status of the signal that came.
  static var status: ExitStatus { received.load(ordering: .relaxed) == SIGTERM ? .terminated : .interrupted }

  /// Whether the work that runs asks `isRequested` often, so that a signal can wait for it.
  static func wait(_ isAsking: Bool) { isAwaited.store(isAsking, ordering: .relaxed) }

  /// Follows a sweep, which asks while it evaluates cells, and not while it plans, waits for locks or hashes weights.
  static func follow(_ event: ProgressEvent) {
    switch event {
    case .cellStarted: wait(true)
    case .started, .loadingModel: wait(false)
    case .modelLoaded, .sampleProgress, .sampleFinished, .sampleFailed, .cellFinished: break
    }
  }

  /// Starts to listen.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in
        let (exchanged, _) = received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        if !exchanged || !isAwaited.load(ordering: .relaxed) { _exit(128 + number) }
      }
      source.resume()
      let kept = Source(source: source)
      sources.withLock { $0.append(kept) }
    }
  }

  /// Lets the dispatch source see the signal instead of the default action.
  private static func ignore(_ number: Int32) { _ = signal(number, SIG_IGN) }
}
