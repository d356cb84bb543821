import Checkpoints
import Kernels
import OpenCL
import Positions
import Testing

@testable import Transformer

/// What a plan counts of a device's memory is what sequences take.
@Suite(.enabled(if: OpenCLTestDevice.isThere, OpenCLTestDevice.skip), .serialized) struct OpenCLMemoryTests {
  /// A model, a method, its arithmetic and how matrix instructions are written.
  struct Case: CustomTestStringConvertible {
    let model: String
    let method: String
    let compute: Compute
    let type: KeyValueType
    let form: OpenCLPrograms.MatrixForm
    var testDescription: String { "\(model) \(method) \(compute.rawValue) \(type.rawValue) \(form)" }
  }
  static let cases = [
    Case(model: "model", method: "plain", compute: .float32, type: .float32, form: .none),
    Case(model: "model", method: "self-extend:G=16,W=32", compute: .float32, type: .float16, form: .none),
    Case(model: "families/qwen-3", method: "self-extend:G=16,W=32", compute: .float16, type: .float16, form: .none),
    Case(model: "families/qwen-3", method: "self-extend:G=16,W=32", compute: .float16, type: .float16, form: .emulated),
    Case(model: "families/gemma-2", method: "plain", compute: .float16, type: .float32, form: .none),
  ]

  @Test("a sequence takes no more than a plan counts, and not much less", arguments: cases)
  func planned(wanted: Case) throws {
    let device = try OpenCLDevice(matrixForm: wanted.form)
    let model = try Model.load(path: OpenCLTestDevice.model(wanted.model), device: device)
    let method = try Method(parsing: wanted.method)
    let options = SessionOptions(keyValueType: wanted.type, compute: wanted.compute, chunkSize: 256)
    let session = Session(model: model, method: method, options: options)
    let tokens = (0..<700).map { ($0 * 31 + $0 / 7) % 90 }
    // A shorter one before it, whose keys and values are copied.
    _ = try session.generate(Array(tokens.prefix(300)), GenerationOptions(maxNewTokens: 2))
    _ = try session.score(tokens)
    let description = ModelDescription(model.hyperparameters)
    let cache = tokens.count * description.cacheByteCount(perTokenUnder: method, type: wanted.type, on: device)
    let layer = cache / model.hyperparameters.layerCount
    let planned =
      model.weightByteCount + cache + layer + description.activationByteCount(chunkSize: 256)
      + device.operationByteCount(description, rows: 256, length: tokens.count, options: options)
    let taken = device.queue.mostHeldByteCount
    #expect(taken <= planned, "\(taken) of \(planned) bytes")
    #expect(Double(planned) <= 1.6 * Double(taken), "\(taken) of \(planned) bytes")
    // Where nothing more can be had, it is as good as with plenty.
    let tight = try OpenCLDevice(byteLimit: planned, matrixForm: wanted.form)
    let again = Session(
      model: try Model.load(path: OpenCLTestDevice.model(wanted.model), device: tight), method: method, options: options
    )
    #expect(try again.score(tokens) == session.score(tokens))
  }

  @Test("float16 takes memory of its own, and attention over many keys too")
  func operations() throws {
    let device = try OpenCLDevice(matrixForm: .emulated)
    let description = try ModelDescription.read(path: OpenCLTestDevice.model("families/qwen-3"))
    func bytes(_ compute: Compute, length: Int) -> Int {
      device.operationByteCount(
        description, rows: 512, length: length, options: SessionOptions(keyValueType: .float16, compute: compute))
    }
    #expect(bytes(.float32, length: 100) == 0)
    #expect(bytes(.float32, length: 5000) > 0)
    #expect(bytes(.float16, length: 100) > 2 * 512 * description.hyperparameters.hiddenSize)
    #expect(bytes(.float16, length: 5000) > bytes(.float16, length: 100))
  }

  @Test("memory that a longer sequence held counts for the next one, and a cache takes what it is asked for")
  func held() throws {
    let model = try Model.load(path: OpenCLTestDevice.model("model"), device: OpenCLDevice())
    let session = Session(model: model, method: .plain)
    session.plannedLength = 1000
    let tokens = (0..<600).map { $0 % 90 }
    _ = try session.score(tokens)
    let held = session.caches[0].heldPositionCount
    #expect((1000..<1100).contains(held))
    session.truncate(to: 400)
    #expect(session.caches[0].heldPositionCount == held)
    session.plannedLength = 1 << 44
    let error = #expect(throws: TransformerError.self) { try session.score(tokens) }
    guard case .noMemory(_, let bytes, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let perToken = ModelDescription(model.hyperparameters).cacheByteCount(
      perTokenUnder: .plain, type: .float32, on: model.device)
    #expect(bytes == ((1 << 44) - held) * perToken)
  }

  @Test("a pass that the kernels cannot count is refused, and so is a buffer of no sense")
  func counts() throws {
    let queue = try OpenCLQueue(try OpenCLDeviceInfo.all()[0])
    let program = try OpenCLProgram(
      source: Array("__kernel void set(__global int *into, int value) { into[0] = value; }".utf8), options: "", queue)
    let memory = try queue.makeMemory(byteCount: 4)
    let kernel = try program.kernel("set")
    let error = #expect(throws: OpenCLError.self) {
      try queue.run(kernel, [.memory(memory), .int(1 << 31)], groups: [1], items: 1)
    }
    #expect(error?.description.contains("--chunk") == true)
    for count in [-1, Int.max - 8, queue.device.largestBufferByteCount + 1] {
      #expect(throws: OpenCLError.self) { try queue.makeMemory(byteCount: count) }
    }
    #expect(throws: OpenCLError.self) { try program.kernel("absent") }
    // The queue is as good as before.
    try queue.run(kernel, [.memory(memory), .int(7)], groups: [1], items: 1)
    let read: [Int32] = try queue.read(memory, byteOffset: 0, count: 1)
    #expect(read == [7])
  }
}
