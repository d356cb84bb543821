import Kernels
import Positions
import TestSupport
import Testing
import Text

@testable import Transformer

/// `--compute float16`: products one by one, and by matrix instructions, here by their definition.
@Suite(.enabled(if: OpenCLTestDevice.isThere, OpenCLTestDevice.skip), .serialized) struct OpenCLHalvesTests {
  private static let forms: [OpenCLPrograms.MatrixForm] = [.none, .emulated]
  private let tokens = (0..<80).map { ($0 * 37 + 11) % 90 }

  @Test("products are those of rounded factors, with the same bits for few rows and many", arguments: forms)
  func products(form: OpenCLPrograms.MatrixForm) throws {
    let device = try OpenCLDevice(matrixForm: form)
    // Widths of more than one segment, of a part of one, and not of whole chunks.
    for (type, columns, outputs) in [(WeightType.f32, 300, 20), (.f16, 256, 9), (.q8_0, 416, 140), (.q4_K, 512, 8)] {
      let rows = 131
      var random = SplitMix64(seed: 7)
      let x = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
      let bias = (0..<outputs).map { _ in Float.random(in: -1...1, using: &random) }
      let bytes = WeightBytes(type, rows: outputs, columns: columns)
      func product(rows: Int) -> [Float] {
        let y = device.makeBuffer(Array(repeating: 0.5, count: rows * outputs))
        device.multiply(
          device.makeBuffer(Array(x.prefix(rows * columns))), width: columns, rows: rows,
          [
            DenseProduct(
              weights: bytes.matrix(on: device), bias: device.makeBuffer(bias), into: y, stride: outputs, adding: true)
          ], compute: .float16)
        return device.read(y, 0..<rows * outputs)
      }
      let many = product(rows: rows)
      for few in [1, 3, 8, 9] { #expect(product(rows: few) == Array(many.prefix(few * outputs))) }
      let weights = bytes.weights()
      let stored = (0..<outputs).map { weights.values(row: $0).map(Self.rounded) }
      var difference: Float = 0
      var scale: Float = 1
      for row in 0..<rows {
        for output in 0..<outputs {
          let sum = (0..<columns).reduce(0.0) {
            $0 + Double(Self.rounded(x[row * columns + $1])) * Double(stored[output][$1])
          }
          let wanted = Float(sum) + bias[output] + 0.5
          difference = max(difference, abs(wanted - many[row * outputs + output]))
          scale = max(scale, abs(wanted))
        }
      }
      #expect(difference <= 2e-6 * scale, "\(type): \(difference)")
      #expect(device.takeFailure() == nil)
    }
  }

  @Test("attention by matrix instructions is float32's within half precision, and keeps its bits", arguments: forms)
  func attention(form: OpenCLPrograms.MatrixForm) throws {
    let device = try OpenCLDevice(matrixForm: form)
    for (name, text) in [("gemma-2", "plain"), ("qwen-3", "self-extend:G=4,W=12")] {
      let path = OpenCLTestDevice.model("families/\(name)")
      let model = try Model.load(path: path, device: device)
      let reference = try Model.load(path: path)
      let method = try Method(parsing: text)
      func session(_ model: Model, _ compute: Compute, chunk: Int? = nil) -> Session {
        Session(
          model: model, method: method,
          options: SessionOptions(keyValueType: .float16, compute: compute, chunkSize: chunk))
      }
      let logits = try session(model, .float16).logits(tokens)
      let exact = try session(reference, .float32).logits(tokens)
      let scale = exact.map { abs($0) }.max() ?? 1
      #expect(worst(logits, exact) <= 0.01 * scale, "\(name) \(text): \(worst(logits, exact)) of \(scale)")
      #expect(worst(logits, exact) > 0)
      for size in [7, 64] { #expect(try session(model, .float16, chunk: size).logits(tokens) == logits) }
    }
  }

  @Test("keys spread over work groups give the bits of one long pass")
  func superTiles() throws {
    let device = try OpenCLDevice(matrixForm: .emulated)
    let model = try Model.load(path: OpenCLTestDevice.model("families/qwen-3"), device: device)
    let long = (0..<520).map { ($0 * 31 + $0 / 7) % 90 }
    let options = SessionOptions(keyValueType: .float16, compute: .float16)
    let method = try Method(parsing: "self-extend:G=16,W=32")
    let whole = try Session(model: model, method: method, options: options).score(long)
    let decoding = Session(model: model, method: method, options: options)
    _ = try decoding.score(Array(long.prefix(518)))
    #expect(try decoding.score(long) == whole)
  }

  @Test("the identity says how halves were multiplied; the processor has none")
  func identity() throws {
    let device = try OpenCLDevice(matrixForm: OpenCLPrograms.MatrixForm.none)
    #expect(device.numericsIdentity(.float16).hasPrefix("opencl/2/float16/"))
    let matrix = try OpenCLDevice(matrixForm: .emulated)
    #expect(matrix.numericsIdentity(.float16).hasPrefix("opencl/2/float16-matrix/"))
    #expect(matrix.numericsIdentity(.float32) == device.numericsIdentity(.float32))
    #expect(!CPUDevice(Workers(threads: 1)).canCompute(in: .float16))
  }

  /// Rounded to half precision, ties to even.
  private static func rounded(_ value: Float) -> Float {
    #if arch(arm64)
      return Float(Float16(value))
    #else
      // 11 bits of a normal number; here nothing is smaller than 2^-14 or larger than 65,504 but zero.
      let bits = value.bitPattern
      guard abs(value) >= 6.1035156e-5 else { return (value * 16_777_216).rounded(.toNearestOrEven) / 16_777_216 }
      let half = bits + 0x0fff + (bits >> 13 & 1)
      return Float(bitPattern: half & ~0x1fff)
    #endif
  }
}
