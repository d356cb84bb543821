import CKernels
import Glibc
import Synchronization

/// Threads that wait for work: they spin shortly, then sleep. The caller is the first of them.
///
/// One caller at a time: a second one waits. The work is a number of items that are taken one by one; which thread takes
/// an item never changes its result.
@safe final class ThreadPool: @unchecked Sendable {  // `work` is written by the caller before `generation` is published
  let threads: Int
  private let caller = Mutex<Void>(())
  private let generation = Atomic<Int>(0)
  private let nextItem = Atomic<Int>(0)
  private let busy = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private var work: ((Int, Int) -> Void)?
  private var itemCount = 0
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private var handles: [pthread_t] = []

  init(threads: Int) {
    self.threads = max(1, threads)
    unsafe lock = .allocate(capacity: 1)
    unsafe wake = .allocate(capacity: 1)
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(wake, nil)
    for index in 1..<max(2, self.threads) where self.threads > 1 { start(index) }
  }

  /// Ends the threads; nobody may be running.
  func stop() {
    guard !stopping.exchange(true, ordering: .sequentiallyConsistent) else { return }
    generation.add(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_lock(lock)
    unsafe pthread_cond_broadcast(wake)
    unsafe pthread_mutex_unlock(lock)
    for handle in handles { unsafe pthread_join(handle, nil) }
    handles = []
  }

  deinit {
    unsafe pthread_mutex_destroy(lock)
    unsafe pthread_cond_destroy(wake)
    unsafe lock.deallocate()
    unsafe wake.deallocate()
  }

  /// Calls `body(item, thread)` for every item, thread in 0 ..< threads; returns when all are done.
  func run(_ count: Int, _ body: (_ item: Int, _ thread: Int) -> Void) {
    guard count > 0 else { return }
    guard threads > 1, count > 1 else {
      let state = ckernels_flush_denormals()
      for item in 0..<count { body(item, 0) }
      ckernels_restore_denormals(state)
      return
    }
    caller.withLock { _ in
      withoutActuallyEscaping(body) { body in
        work = body
        itemCount = count
        nextItem.store(0, ordering: .relaxed)
        busy.store(threads - 1, ordering: .relaxed)
        generation.add(1, ordering: .sequentiallyConsistent)
        if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
          unsafe pthread_mutex_lock(lock)
          unsafe pthread_cond_broadcast(wake)
          unsafe pthread_mutex_unlock(lock)
        }
        takeItems(thread: 0)
        var spins = 0
        while busy.load(ordering: .acquiring) > 0 {
          ckernels_pause()
          spins += 1
          if spins > 20_000 { sched_yield() }
        }
        work = nil
      }
    }
  }

  private func takeItems(thread: Int) {
    let state = ckernels_flush_denormals()
    while true {
      let item = nextItem.add(1, ordering: .relaxed).oldValue
      guard item < itemCount else { break }
      work?(item, thread)
    }
    ckernels_restore_denormals(state)
  }

  private func start(_ index: Int) {
    let box = Unmanaged.passRetained(Entry(pool: self, index: index))
    var handle = pthread_t()
    let status = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let entry = unsafe Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue()
        entry.pool.loop(entry.index)
        return nil
      }, box.toOpaque())
    guard status == 0 else { fatalError("ThreadPool: pthread_create failed with \(status)") }
    handles.append(handle)
  }

  private func loop(_ index: Int) {
    var seen = 0
    while true {
      var spins = 0
      while generation.load(ordering: .acquiring) == seen {
        spins += 1
        if spins < 4_000 { ckernels_pause() } else { sleepUntilChanged(from: seen) }
      }
      seen += 1
      if stopping.load(ordering: .acquiring) { return }
      takeItems(thread: index)
      busy.subtract(1, ordering: .releasing)
    }
  }

  private func sleepUntilChanged(from seen: Int) {
    sleeping.add(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_lock(lock)
    while generation.load(ordering: .sequentiallyConsistent) == seen { unsafe pthread_cond_wait(wake, lock) }
    unsafe pthread_mutex_unlock(lock)
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
  }

  private final class Entry {
    let pool: ThreadPool
    let index: Int
    init(pool: ThreadPool, index: Int) {
      self.pool = pool
      self.index = index
    }
  }
}
