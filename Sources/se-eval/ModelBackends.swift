import Backends
import Foundation
import Kernels
import Sweeps
import Transformer

/// Which backend runs a model of a configuration: the server that the entry names, or the engine on the device of the
/// command line, of the entry, or on the processor.
final class ModelBackends {
  private let commandLine: DeviceChoice?
  private let processor: EngineBackend
  private var engines: [DeviceChoice: EngineBackend] = [:]
  private let server = ServerBackend(
    variables: ProcessInfo.processInfo.environment, isCancelled: { Interruption.isRequested })

  /// Begins work on every device that is needed.
  ///
  /// Without `opensDevices` only the processor is one: models of other devices are given to it, to be asked about, not run.
  /// With `sharesWeights` processes of one machine have one copy of the weights between them.
  init(
    _ arguments: Arguments, _ workers: Workers, _ configuration: Configuration, opensDevices: Bool = true,
    sharesWeights: Bool = false
  ) throws {
    let commandLine = try EngineOptions.deviceChoice(arguments)
    self.commandLine = commandLine
    processor = EngineBackend(workers: workers)
    let own = configuration.models.filter { $0.server == nil }
    for choice in Set(own.map { commandLine ?? $0.device ?? .cpu }) where opensDevices || choice == .cpu {
      engines[choice] = EngineBackend(
        device: try EngineOptions.open(arguments, workers, configured: choice),
        options: SessionOptions(
          compute: try EngineOptions.arithmetic(arguments, on: choice), sharesWeights: sharesWeights))
    }
  }

  /// The backend of a model.
  func backend(of entry: Configuration.ModelEntry) -> any Backend {
    guard entry.server == nil else { return server }
    return engines[commandLine ?? entry.device ?? .cpu] ?? processor
  }
}
