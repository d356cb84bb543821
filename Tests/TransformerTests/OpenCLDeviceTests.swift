import Checkpoints
import Foundation
import Kernels
import OpenCL
import Positions
import TestSupport
import Testing
import Text

@testable import Transformer

/// Everything here runs on the first OpenCL device of the machine; in CI that is PoCL, which computes on the processor.
enum OpenCLTestDevice {
  static let shared: OpenCLDevice? = try? OpenCLDevice()
  static let isThere = shared != nil
  static let skip: Comment = "no OpenCL device; Debian's pocl-opencl-icd offers one"
  /// Between a device and the processor or the reference, on logits.
  static let tolerance: Float = 5e-4
  static func model(_ name: String) -> String { Fixture.folder().appendingPathComponent(name).path }
}

func worst(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  // A NaN is as bad as it gets.
  return zip(a, b).map { x, y in (x - y).isNaN ? .infinity : abs(x - y) }.max() ?? 0
}

private struct Case: Decodable, CustomTestStringConvertible {
  let id: String
  let method: String
  let tokens: [Int]
  let rows: [Int]
  let logits: [[Float]]
  let generated: [Int]
  var testDescription: String { "\(id) \(method)" }
}
private let cases: [Case] = (try? Fixture.decode([Case].self, "cases.json")) ?? []

private let families = [
  "gemma-2", "gemma-3", "phi-1.5", "phi-3", "qwen-3", "mistral-0.1", "llama-3.1",
]

@Suite(.enabled(if: OpenCLTestDevice.isThere, OpenCLTestDevice.skip), .serialized) struct OpenCLDeviceTests {
  private let device: OpenCLDevice
  private let tokens = (0..<60).map { ($0 * 37 + 11) % 90 }

  init() throws { device = try #require(OpenCLTestDevice.shared) }

  @Test("logits and greedy tokens are those of the authors' code", arguments: cases)
  private func parity(_ wanted: Case) throws {
    let model = try Model.load(path: OpenCLTestDevice.model("model"), device: device)
    let session = Session(model: model, method: try Method(parsing: wanted.method))
    let columns = model.hyperparameters.vocabularySize
    if !wanted.rows.isEmpty {
      let got = try session.logits(wanted.tokens)
      for (row, values) in zip(wanted.rows, wanted.logits) {
        let difference = worst(Array(got[row * columns..<(row + 1) * columns]), values)
        #expect(difference <= OpenCLTestDevice.tolerance, "row \(row): \(difference)")
      }
    }
    if !wanted.generated.isEmpty {
      let got = try session.generate(wanted.tokens, GenerationOptions(maxNewTokens: wanted.generated.count))
      #expect(got.tokens == wanted.generated)
    }
  }

  @Test("every family agrees with the processor, and with itself bit for bit in any chunks", arguments: families)
  func family(name: String) throws {
    let path = OpenCLTestDevice.model("families/\(name)")
    let model = try Model.load(path: path, device: device)
    let reference = try Model.load(path: path)
    for text in ["plain", "self-extend:G=4,W=12", "sliding-window:W=16"] {
      let method = try Method(parsing: text)
      let processor = Session(model: reference, method: method)
      let whole = Session(model: model, method: method)
      let logits = try whole.logits(tokens)
      #expect(worst(logits, try processor.logits(tokens)) <= OpenCLTestDevice.tolerance)
      for size in [1, 7, 32] {
        let session = Session(model: model, method: method, options: SessionOptions(chunkSize: size))
        #expect(try session.logits(tokens) == logits, "\(text) in chunks of \(size)")
      }
      let scores = try whole.score(tokens)
      #expect(worst(scores, try processor.score(tokens)) <= OpenCLTestDevice.tolerance)
      // A cache cut back to what two texts share.
      var other = tokens
      other[40] = (other[40] + 1) % 90
      let fresh = Session(model: model, method: method)
      #expect(try whole.score(other) == fresh.score(other))
      #expect(try whole.score(tokens) == scores)
    }
  }

  @Test("keys in float16, super tiles and decoding keep the bits of one long pass", arguments: KeyValueType.allCases)
  func superTiles(type: KeyValueType) throws {
    let path = OpenCLTestDevice.model("families/llama-3.1")
    let model = try Model.load(path: path, device: device)
    let long = (0..<1100).map { ($0 * 31 + $0 / 7) % 90 }
    let method = try Method(parsing: "self-extend:G=16,W=32")
    let options = SessionOptions(keyValueType: type)
    let wanted = try Session(model: model, method: method, options: options).logits(long, last: 3)
    let processor = Session(model: try Model.load(path: path), method: method, options: options)
    #expect(worst(wanted, try processor.logits(long, last: 3)) <= OpenCLTestDevice.tolerance)
    // Up to 1097 in one go; the rest are few rows, whose keys are spread over work groups.
    let decoding = Session(model: model, method: method, options: options)
    _ = try decoding.score(Array(long.prefix(1098)))
    let values = try decoding.score(long)
    let whole = try Session(model: model, method: method, options: options).score(long)
    #expect(values == whole)
    let chunks = Session(model: model, method: method, options: SessionOptions(keyValueType: type, chunkSize: 257))
    #expect(try chunks.logits(long, last: 3) == wanted)
  }

  @Test("sequences that are decoded together give what each gives alone")
  func together() throws {
    let model = try Model.load(path: OpenCLTestDevice.model("families/qwen-3"), device: device)
    let method = try Method(parsing: "self-extend:G=4,W=12")
    let options = GenerationOptions(maxNewTokens: 10)
    let prompts = [Array(tokens.prefix(20)), Array(tokens.suffix(33)), Array(tokens.prefix(5))]
    let alone = try prompts.map { try Session(model: model, method: method).generate($0, options) }
    let first = Session(model: model, method: method)
    let sessions = [first, Session(beside: first), Session(beside: first)]
    let work = zip(sessions, prompts).map { (session: $0, prompt: $1, options: options) }
    #expect(try Session.generateTogether(work) == alone)
  }

  @Test("every stored type is unpacked to the processor's values", arguments: WeightType.allCases)
  func types(type: WeightType) throws {
    let (rows, columns) = (5, 256)
    let matrix = WeightBytes(type, rows: rows, columns: columns)
    let reference = matrix.weights()
    let table = matrix.matrix(on: device)
    let into = device.makeBuffer(count: rows * columns)
    device.embed([3, 0, 4], table, scale: 1, into: into)
    let got = device.read(into, 0..<3 * columns)
    #expect(device.takeFailure() == nil)
    #expect(got == [3, 0, 4].flatMap { reference.values(row: $0) })
  }

  @Test(
    "a product has the same bits for few rows and many, and the processor's values", arguments: WeightType.allCases)
  func products(type: WeightType) throws {
    let (rows, outputs, columns) = (33, 70, 512)
    var random = SplitMix64(seed: 5)
    let x = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
    let bias = (0..<outputs).map { _ in Float.random(in: -1...1, using: &random) }
    let bytes = WeightBytes(type, rows: outputs, columns: columns)
    func product(_ device: any Device, rows: Int) -> [Float] {
      let y = device.makeBuffer(count: rows * outputs)
      device.multiply(
        device.makeBuffer(Array(x.prefix(rows * columns))), width: columns, rows: rows,
        [
          DenseProduct(
            weights: bytes.matrix(on: device), bias: device.makeBuffer(bias), into: y, stride: outputs, adding: false)
        ], compute: .float32)
      return device.read(y, 0..<rows * outputs)
    }
    let many = product(device, rows: rows)
    for few in [1, 4, 15] { #expect(product(device, rows: few) == Array(many.prefix(few * outputs))) }
    let wanted = product(CPUDevice(Workers(threads: 1)), rows: rows)
    let scale = wanted.map { abs($0) }.max() ?? 1
    #expect(worst(many, wanted) <= 2e-6 * scale)
    #expect(device.takeFailure() == nil)
  }

  @Test("a width that no block divides")
  func oddWidth() throws {
    let (rows, outputs, columns) = (17, 5, 77)
    let x = (0..<rows * columns).map { Float($0 % 13) - 6 }
    let weights = (0..<outputs * columns).map { Float($0 % 7) - 3 }
    let bytes = weights.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    let matrix = device.makeMatrix(bytes: bytes.span, owner: device, type: .f32, rows: outputs, columns: columns)
    for count in [rows, 3] {
      let y = device.makeBuffer(Array(repeating: 1, count: count * outputs))
      device.multiply(
        device.makeBuffer(x), width: columns, rows: count,
        [DenseProduct(weights: matrix, bias: nil, into: y, stride: outputs, adding: true)], compute: .float32)
      // Small integers: every order of summation gives the same.
      let wanted = (0..<count * outputs).map { index in
        let (row, output) = (index / outputs, index % outputs)
        return (0..<columns).reduce(Float(1)) { $0 + x[row * columns + $1] * weights[output * columns + $1] }
      }
      #expect(device.read(y, 0..<count * outputs) == wanted)
    }
  }

  @Test("a NaN among the logits is found, and a tie goes to the lowest id")
  func logits() throws {
    var values = (0..<1000).map { Float($0 % 300) }
    let buffer = device.makeBuffer(values)
    #expect(device.argmax(buffer, row: 0, columns: 1000) == 299)
    let probability = device.logProbabilities(buffer, rows: 1, columns: 1000, targets: [299])[0]
    #expect(abs(probability - CPUDevice(Workers(threads: 1)).logProbability(values, 299)) < 1e-5)
    values[700] = .nan
    let damaged = device.makeBuffer(values)
    #expect(device.argmax(damaged, row: 0, columns: 1000) == nil)
    #expect(device.logProbabilities(damaged, rows: 1, columns: 1000, targets: [3])[0].isNaN)
  }
}

/// What fails, and how it is said.
@Suite(.enabled(if: OpenCLTestDevice.isThere, OpenCLTestDevice.skip)) struct OpenCLFailureTests {
  @Test("weights beyond the memory are refused before they are copied")
  func weights() throws {
    let small = try OpenCLDevice(byteLimit: 1000)
    let error = #expect(throws: TransformerError.self) {
      try Model.load(path: OpenCLTestDevice.model("model"), device: small)
    }
    guard case .weightsTooLarge(_, let available, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(available == 1000)
    #expect(error?.fault == .runtime)
  }

  @Test("a buffer that finds no memory is said once, by the next call, and a smaller one works")
  func buffers() throws {
    let path = OpenCLTestDevice.model("model")
    let bytes = try Model.load(path: path).weightByteCount
    let tight = try OpenCLDevice(byteLimit: bytes + (4 << 20))
    let model = try Model.load(path: path, device: tight)
    let error = #expect(throws: TransformerError.self) {
      try Session(model: model, method: .plain, options: SessionOptions(chunkSize: 1 << 16)).score([1, 2, 3])
    }
    guard case .device(let failure)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.description.contains("memory"))
    let session = Session(model: model, method: .plain, options: SessionOptions(chunkSize: 8))
    #expect(try session.score([1, 2, 3]).count == 2)
  }

  @Test("keys and values beyond the memory are refused with numbers")
  func cache() throws {
    let model = try Model.load(path: OpenCLTestDevice.model("model"), device: OpenCLDevice())
    let session = Session(model: model, method: .plain)
    for count in [1 << 44, Int.max / 2] {
      session.plannedLength = count
      let error = #expect(throws: TransformerError.self) {
        try session.generate([1, 2], GenerationOptions(maxNewTokens: 1))
      }
      guard case .noMemory(count, _, _)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    session.plannedLength = 0
    #expect(try session.score([1, 2, 3]).count == 2)
  }

  @Test("a device that is not there is the caller's mistake; kernels that do not compile show the compiler's words")
  func absent() throws {
    let failure = #expect(throws: DeviceFailure.self) { try OpenCLDevice(index: 999) }
    #expect(failure?.fault == .usage)
    #expect(failure?.description.contains("se-eval devices") == true)
    let queue = try OpenCLQueue(try OpenCLDeviceInfo.all()[0])
    let error = #expect(throws: OpenCLError.self) {
      try OpenCLProgram(source: Array("__kernel void broken(".utf8), options: "", queue)
    }
    guard case .build(let device, let log)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(device == queue.device.name)
    #expect(log.contains("error"))
  }

  @Test("the identity names the kind, the kernels' version, the device and the driver")
  func identity() throws {
    let device = try OpenCLDevice()
    let info = try OpenCLDeviceInfo.all()[0]
    #expect(device.numericsIdentity(.float32) == "opencl/2/float32/\(info.name)/\(info.driver)")
    #expect(device.kind == "opencl")
  }
}

extension CPUDevice {
  fileprivate func logProbability(_ values: [Float], _ target: Int) -> Float {
    logProbabilities(makeBuffer(values), rows: 1, columns: values.count, targets: [target])[0]
  }
}

/// A matrix of a stored type with bytes of our own: random quants, scales that are small normal numbers.
final class WeightBytes: Sendable {
  let type: WeightType
  let rows: Int
  let columns: Int
  let bytes: [UInt8]

  init(_ type: WeightType, rows: Int, columns: Int) {
    var random = SplitMix64(seed: 11)
    var bytes: [UInt8] = []
    for _ in 0..<rows * columns / type.blockElementCount {
      var block = (0..<type.blockByteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
      for place in Self.highBytes(of: type) {
        // Exponents from 2^-7 to 2^-4, either sign, in both 16-bit formats.
        block[place] = (block[place] & 0x80) | (type == .bf16 || type == .f32 ? 0x3c : 0x24 + (block[place] & 7))
      }
      if type == .mxfp4 { block[0] = 118 + block[0] % 8 }
      bytes += block
    }
    self.type = type
    self.rows = rows
    self.columns = columns
    self.bytes = bytes
  }

  /// The bytes of a block that hold sign and exponent of a floating-point number.
  private static func highBytes(of type: WeightType) -> [Int] {
    switch type {
    case .f32: [3]
    case .f16, .bf16, .q8_0, .q4_0, .q5_0, .iq4_NL, .iq4_XS: [1]
    case .q4_1, .q5_1, .q4_K, .q5_K: [1, 3]
    case .q2_K: [81, 83]
    case .q3_K: [109]
    case .q6_K: [209]
    case .mxfp4: []
    }
  }

  func matrix(on device: any Device) -> any DeviceMatrix {
    // The same storage, which this object keeps.
    let bytes = bytes
    return device.makeMatrix(bytes: bytes.span, owner: self, type: type, rows: rows, columns: columns)
  }

  func weights() -> WeightMatrix {
    let bytes = bytes
    return WeightMatrix(bytes: bytes.span, owner: self, type: type, rows: rows, columns: columns)
  }
}
