import Backends
import Foundation
import JSON
import Kernels
import Positions
import Text
import Tokenizers
import Transformer

/// Options that several commands share, and what they make.
enum EngineOptions {
  static let model = Option.value("--model", "M", required: true, "a GGUF file or a Hugging Face folder")
  static let method = Option.value(
    "--method", "S", choices: Method.names, "how positions are treated (default plain)")
  static let keyValueType = Option.value(
    "--kv", "TYPE", choices: KeyValueType.allCases.map(\.rawValue),
    "float32 or float16 keys and values (default float32)")
  static let compute = Option.value(
    "--compute", "KIND", choices: Compute.allCases.map(\.rawValue),
    "float32, int16 or int8 (activations in integers, quantised weights only), openblas; float16 (OpenCL devices only) "
      + "(default float32)")
  static let chunk = Option.value("--chunk", "N", "tokens per pass through the layers; never changes a result")
  static let device = Option.value(
    "--device", "D", "what computes: cpu, opencl or opencl:N ('devices' lists them; default cpu)")
  static let deviceMemory = Option.value(
    "--device-memory", "MIB", "the most memory to take of an OpenCL device (default all of it)")
  /// The options of a device and of its arithmetic.
  static let devices = [device, deviceMemory, compute]
  static let all = [method, keyValueType, chunk] + devices

  /// More than any model reads, and few enough to be made before memory is asked.
  static let mostTokens = 1 << 24
  /// Tokens per pass at most; more than a few thousand gain nothing.
  private static let largestChunk = 1 << 16

  /// Refuses a chunk whose buffers the machine cannot hold.
  static func checkMemory(_ model: Model, _ options: SessionOptions) throws(UsageError) {
    guard let size = options.chunkSize else { return }
    let description = ModelDescription(model.hyperparameters)
    let needed =
      description.activationByteCount(chunkSize: size)
      + model.device.operationByteCount(description, rows: size, length: size, options: options)
    let available = model.device.availableByteCount
    guard available > 0, needed > available else { return }
    throw UsageError(
      "--chunk is \(size): the buffers of a pass need \(NumberText.bytes(needed)), and \(NumberText.bytes(available)) "
        + "can be had; take a smaller one")
  }

  /// The thread pool of this process.
  static func workers(_ arguments: Arguments) throws(UsageError) -> Workers {
    let threads = try arguments.integer(GlobalOptions.threads) ?? Allocation.threadCount
    guard threads <= 1024 else { throw UsageError("--threads is \(threads), expected at most 1024") }
    return Workers(threads: threads)
  }

  /// The choice of `--device`; nil where it is not given.
  static func deviceChoice(_ arguments: Arguments) throws(UsageError) -> DeviceChoice? {
    guard let text = arguments.text(device) else { return nil }
    guard let choice = DeviceChoice(text) else {
      throw UsageError("--device is '\(text)', expected \(DeviceChoice.expected)")
    }
    return choice
  }

  /// The device that `--device` or else a configuration names, or the processor, at work.
  static func open(_ arguments: Arguments, _ workers: Workers, configured: DeviceChoice? = nil) throws -> any Device {
    let choice = try deviceChoice(arguments) ?? configured ?? .cpu
    let limit = try arguments.integer(deviceMemory)
    guard choice != .cpu || limit == nil || configured != nil else {
      throw UsageError("--device-memory limits an OpenCL device; the processor has no such limit")
    }
    guard limit ?? 0 <= 1 << 30 else { throw UsageError("--device-memory is in MiB, expected at most \(1 << 30)") }
    return try choice.open(workers: workers, byteLimit: limit.map { $0 << 20 })
  }

  /// The arithmetic that `--compute` names, where the device has it.
  static func arithmetic(_ arguments: Arguments, on device: DeviceChoice?) throws(UsageError) -> Compute {
    let kind = try arguments.word(compute, Compute.self) ?? .float32
    let device = device ?? .cpu
    if device != .cpu, kind != .float32, kind != .float16 {
      throw UsageError("--compute \(kind.rawValue) is for the processor; \(device) computes in float32 or float16")
    }
    if device == .cpu, kind == .float16 {
      throw UsageError("--compute float16 is for an OpenCL device (--device opencl); the processor has int16 and int8")
    }
    return kind
  }

  /// The session's options.
  static func session(_ arguments: Arguments) throws(UsageError) -> SessionOptions {
    let kind = try arithmetic(arguments, on: deviceChoice(arguments))
    let size = try arguments.integer(chunk)
    if let size, size > largestChunk { throw UsageError("--chunk is \(size), expected at most \(largestChunk)") }
    return SessionOptions(
      keyValueType: try arguments.word(keyValueType, KeyValueType.self) ?? .float32, compute: kind, chunkSize: size)
  }

  /// A session on the model that `--model` names; `length` is the tokens that it is for, where they are known, and what
  /// `auto` in the method is chosen for.
  static func makeSession(_ arguments: Arguments, length: Int? = nil) throws -> Session {
    let choice = try arguments.methodChoice(method)
    if length == nil { _ = try arguments.method(method) }
    let options = try session(arguments)
    let device = try open(arguments, workers(arguments))
    let model = try Model.load(path: arguments.required(model), device: device)
    try checkMemory(model, options)
    let method = try resolved(choice, contextWindow: model.contextWindow, length: length ?? model.contextWindow)
    if choice.isAutomatic { Terminal.message("method: \(choice) is \(method) for \(length ?? 0) tokens") }
    return Session(model: model, method: method, options: options)
  }

  private static func resolved(_ choice: MethodChoice, contextWindow: Int, length: Int) throws(UsageError) -> Method {
    do throws(MethodError) {
      return try choice.resolved(contextWindow: contextWindow, targetLength: length)
    } catch {
      throw UsageError("--method: \(error)")
    }
  }

  /// Token ids from a JSON file.
  static func tokens(_ path: String) throws -> [Int] {
    let tokens = try Files.json(path, expected: "a JSON array of token ids", \.integers)
    guard !tokens.isEmpty else { throw FileError(path: path, problem: "the array of token ids is empty") }
    return tokens
  }
}
