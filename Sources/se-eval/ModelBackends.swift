import Backends
import Foundation
import Kernels
import Sweeps

/// Which backend runs a model of a configuration: the engine, or the server that the entry names.
final class ModelBackends {
  private let engine: EngineBackend
  private let server = ServerBackend(variables: ProcessInfo.processInfo.environment)

  init(workers: Workers) { engine = EngineBackend(workers: workers) }

  func backend(of entry: Configuration.ModelEntry) -> any Backend { entry.server == nil ? engine : server }
}
