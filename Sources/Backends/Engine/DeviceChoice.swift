public import Kernels
public import Transformer

/// Which device runs a model of the engine, as in `--device` and `device:`.
public enum DeviceChoice: Hashable, Sendable, CustomStringConvertible {
  /// The processor.
  case cpu
  /// A device that an OpenCL driver offers, by its number in `se-eval devices`.
  case opencl(Int)

  /// What is expected of a spelling.
  public static let expected = "cpu, opencl or opencl:N"

  /// A choice from "cpu", "opencl" (the first one) or "opencl:N"; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("cpu", 1): self = .cpu
    case ("opencl", 1): self = .opencl(0)
    case ("opencl", 2):
      guard let index = Int(parts[1]), (0..<1024).contains(index), "\(index)" == parts[1] else { return nil }
      self = .opencl(index)
    default: return nil
    }
  }

  /// The spelling.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .opencl(let index): "opencl:\(index)"
    }
  }

  /// Begins work on the device.
  ///
  /// - Parameters:
  ///   - workers: the threads of the processor.
  ///   - byteLimit: the most bytes of a device's own memory; nil for all.
  /// - Returns: the device.
  /// - Throws: `DeviceFailure` where it cannot be used.
  public func open(workers: Workers, byteLimit: Int? = nil) throws(DeviceFailure) -> any Device {
    switch self {
    case .cpu: CPUDevice(workers)
    case .opencl(let index):
      try OpenCLDevice(index: index, byteLimit: byteLimit, tuning: .ofEnvironment())
    }
  }
}
