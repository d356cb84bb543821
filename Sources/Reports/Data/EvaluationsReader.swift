import Store
import Synchronization

/// What a store holds, read when it is asked for first: a report, its summary and its cost read a large store once.
final class EvaluationsReader: Sendable {
  private let store: ResultStore
  private let known = Mutex<Evaluations?>(nil)

  init(_ store: ResultStore) { self.store = store }

  /// Everything of the store, as it was at the first call.
  func evaluations() throws(ReportError) -> Evaluations {
    try known.withLock { (known) throws(ReportError) in
      if let known { return known }
      let read = try Evaluations(store)
      known = read
      return read
    }
  }
}
