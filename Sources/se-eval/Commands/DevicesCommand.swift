import Backends
import Checkpoints
import Foundation
import Kernels
import Text
import Transformer

/// `devices`: what `--device` may name.
enum DevicesCommand {
  private struct Processor: Encodable {
    let device: String
    let threads: Int
    let instruction_sets: [String]
    let available_memory_bytes: Int
  }

  private struct Entry: Encodable {
    let device: String
    let kind: String
    let name: String
    let vendor: String
    let driver: String
    let version: String
    let compute_units: Int
    let memory_bytes: Int
    let largest_buffer_bytes: Int
    let local_memory_bytes: Int
    let extensions: [String]
    /// By kind; empty where none was measured.
    let product_shapes: [String: String]

    init(_ device: DeviceDescription) {
      self.device = device.spelling
      kind = device.kind
      name = device.name
      vendor = device.vendor
      driver = device.driver
      version = device.version
      compute_units = device.computeUnits
      memory_bytes = device.memoryByteCount
      largest_buffer_bytes = device.largestBufferByteCount
      local_memory_bytes = device.localByteCount
      extensions = device.abilities
      product_shapes = device.productShapes
    }
  }

  private struct Output: Encodable {
    let cpu: Processor
    let opencl: [Entry]
    /// Why there is no OpenCL device; null where there is one.
    let opencl_problem: String?

    enum CodingKeys: CodingKey { case cpu, opencl, opencl_problem }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(cpu, forKey: .cpu)
      try object.encode(opencl, forKey: .opencl)
      try object.encode(opencl_problem, forKey: .opencl_problem)
    }
  }

  static let command = Command(
    name: "devices", summary: "List what can compute: the processor and OpenCL devices, for --device",
    details: [
      "Every device runs every family, method and weight type in float32, with keys and values in float32 or float16; "
        + "integer products (--compute int8, int16) are the processor's alone."
    ]
  ) { arguments in
    let workers = try EngineOptions.workers(arguments)
    let tuning = try ProductTuning.ofEnvironment()
    let cpu = Processor(
      device: "cpu", threads: workers.threads, instruction_sets: InstructionSet.available.map(\.rawValue),
      available_memory_bytes: AvailableMemory.byteCount)
    var found: [DeviceDescription] = []
    var problem: String?
    do throws(DeviceFailure) {
      found = try OpenCLDevice.available(tuning: tuning)
    } catch {
      problem = error.description
    }
    if arguments.has(GlobalOptions.json) {
      try Terminal.printJSON(Output(cpu: cpu, opencl: found.map { Entry($0) }, opencl_problem: problem))
      return .complete
    }
    Terminal.print(
      "cpu       \(cpu.threads) threads, \(cpu.instruction_sets.last ?? "portable"); "
        + "\(NumberText.bytes(cpu.available_memory_bytes)) of memory can be had")
    for device in found {
      Terminal.print(
        "\(TextTable.padded(device.spelling, 9, .left)) \(device.name) (\(device.kind)); driver \(device.driver); "
          + "\(device.computeUnits) compute units, \(NumberText.bytes(device.memoryByteCount)), at most "
          + "\(NumberText.bytes(device.largestBufferByteCount)) per matrix")
      if !device.productShapes.isEmpty {
        Terminal.print("          shapes of products measured there: \(text(device.productShapes))")
      }
    }
    if let problem { Terminal.print("opencl    none: \(problem)") }
    return .complete
  }

  /// Shapes by their kinds: "few blocks 8/64, many blocks 64x128/8x8".
  static func text(_ shapes: [String: String]) -> String {
    shapes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
  }
}
