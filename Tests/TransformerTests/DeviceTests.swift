import Foundation
import Kernels
import Positions
import TestSupport
import Testing
import Transformer

import struct Checkpoints.Hyperparameters

/// A device that keeps everything to itself: its objects are boxes that only it can open.
private final class BoxedDevice: Device {
  final class Box: DeviceBuffer, DeviceMatrix, DeviceCache, DeviceRanges {
    let content: any AnyObject & Sendable
    init(_ content: any AnyObject & Sendable) { self.content = content }
    var count: Int { (content as? any DeviceBuffer)?.count ?? 0 }
    var rows: Int { (content as? any DeviceMatrix)?.rows ?? 0 }
    var columns: Int { (content as? any DeviceMatrix)?.columns ?? 0 }
    var byteCount: Int { (content as? any DeviceCache)?.byteCount ?? 0 }
    var heldPositionCount: Int { (content as? any DeviceCache)?.heldPositionCount ?? 0 }
    func reserve(_ positions: Int) -> Bool { (content as? any DeviceCache)?.reserve(positions) ?? false }
    func releaseBeyond(_ position: Int) { (content as? any DeviceCache)?.releaseBeyond(position) }
  }

  let cpu = CPUDevice(Workers(threads: 1))
  let kind = "boxed"
  var availableByteCount: Int { cpu.availableByteCount }
  /// Elements that the forward pass brought out of the device.
  nonisolated(unsafe) var readCount = 0

  func numericsIdentity(_ compute: Compute) -> String { "boxed/\(cpu.numericsIdentity(compute))" }
  func makeBuffer(count: Int) -> any DeviceBuffer { Box(cpu.makeBuffer(count: count)) }
  func makeBuffer(_ values: [Float]) -> any DeviceBuffer { Box(cpu.makeBuffer(values)) }
  func makeMatrix(
    bytes: Span<UInt8>, owner: any AnyObject & Sendable, type: WeightType, rows: Int, columns: Int
  ) -> any DeviceMatrix {
    Box(cpu.makeMatrix(bytes: bytes, owner: owner, type: type, rows: rows, columns: columns))
  }
  func makeCache(
    keyValueHeads: Int, headDimension: Int, keyVariants: Int, type: KeyValueType
  ) -> any DeviceCache {
    Box(
      cpu.makeCache(keyValueHeads: keyValueHeads, headDimension: headDimension, keyVariants: keyVariants, type: type))
  }
  func makeRanges(_ ranges: AttentionRanges) -> any DeviceRanges { Box(cpu.makeRanges(ranges)) }
  func read(_ buffer: any DeviceBuffer, _ range: Range<Int>) -> [Float] {
    readCount += range.count
    return cpu.read(open(buffer), range)
  }
  func copy(_ source: any DeviceBuffer, _ range: Range<Int>, to target: any DeviceBuffer, at: Int) {
    cpu.copy(open(source), range, to: open(target), at: at)
  }
  func finish() {}
  func releaseIdleMemory() { cpu.releaseIdleMemory() }

  private func open(_ object: AnyObject) -> any AnyObject & Sendable {
    guard let box = object as? Box else { fatalError("BoxedDevice: \(object) is not boxed") }
    return box.content
  }
  private func open(_ buffer: any DeviceBuffer) -> any DeviceBuffer {
    guard let inner = open(buffer as AnyObject) as? any DeviceBuffer else { fatalError("not a buffer") }
    return inner
  }
  private func open(_ matrix: any DeviceMatrix) -> any DeviceMatrix {
    guard let inner = open(matrix as AnyObject) as? any DeviceMatrix else { fatalError("not a matrix") }
    return inner
  }
  private func open(_ cache: any DeviceCache) -> any DeviceCache {
    guard let inner = open(cache as AnyObject) as? any DeviceCache else { fatalError("not a cache") }
    return inner
  }
  private func open(_ ranges: any DeviceRanges) -> any DeviceRanges {
    guard let inner = open(ranges as AnyObject) as? any DeviceRanges else { fatalError("no ranges") }
    return inner
  }

  func embed(_ ids: [Int], _ table: any DeviceMatrix, scale: Float, into: any DeviceBuffer) {
    cpu.embed(ids, open(table), scale: scale, into: open(into))
  }
  func multiply(
    _ x: any DeviceBuffer, width: Int, rows: Int, _ products: [DenseProduct], compute: Compute
  ) {
    let products = products.map { product in
      var inner = product
      inner.weights = open(product.weights)
      inner.bias = product.bias.map { open($0) }
      inner.into = open(product.into)
      return inner
    }
    cpu.multiply(open(x), width: width, rows: rows, products, compute: compute)
  }
  func norm(_ x: any DeviceBuffer, rows: Int, columns: Int, _ norm: DeviceNorm, into: any DeviceBuffer) {
    var inner = norm
    inner.scale = open(norm.scale)
    inner.bias = norm.bias.map { open($0) }
    cpu.norm(open(x), rows: rows, columns: columns, inner, into: open(into))
  }
  func rotate(_ x: any DeviceBuffer, rows: Int, _ rotation: DeviceRotation, into: any DeviceBuffer) {
    var inner = rotation
    inner.cosines = open(rotation.cosines)
    inner.sines = open(rotation.sines)
    inner.rowScale = rotation.rowScale.map { open($0) }
    cpu.rotate(open(x), rows: rows, inner, into: open(into))
  }
  func storeKeys(
    _ keys: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int, variant: Int
  ) {
    cpu.storeKeys(open(keys), firstRow: firstRow, rows: rows, in: open(cache), at: position, variant: variant)
  }
  func storeValues(
    _ values: any DeviceBuffer, firstRow: Int, rows: Int, in cache: any DeviceCache, at position: Int
  ) {
    cpu.storeValues(open(values), firstRow: firstRow, rows: rows, in: open(cache), at: position)
  }
  func attend(
    _ attention: DeviceAttention, cache: any DeviceCache, ranges: any DeviceRanges, into: any DeviceBuffer
  ) {
    var inner = attention
    inner.queries = attention.queries.map { open($0) }
    cpu.attend(inner, cache: open(cache), ranges: open(ranges), into: open(into))
  }
  func activate(gate: (any DeviceBuffer)?, up: any DeviceBuffer, count: Int, activation: Kernels.Activation) {
    cpu.activate(gate: gate.map { open($0) }, up: open(up), count: count, activation: activation)
  }
  func add(_ y: any DeviceBuffer, to x: any DeviceBuffer, count: Int) { cpu.add(open(y), to: open(x), count: count) }
  func softcap(_ x: any DeviceBuffer, count: Int, cap: Float) { cpu.softcap(open(x), count: count, cap: cap) }
  func logProbabilities(_ logits: any DeviceBuffer, rows: Int, columns: Int, targets: [Int]) -> [Float] {
    cpu.logProbabilities(open(logits), rows: rows, columns: columns, targets: targets)
  }
  func argmax(_ logits: any DeviceBuffer, row: Int, columns: Int) -> Int? {
    cpu.argmax(open(logits), row: row, columns: columns)
  }
}

@Suite struct DeviceTests {
  private let tokens = (0..<60).map { ($0 * 37 + 11) % 90 }

  @Test(
    "a device that lets nobody look into its memory gives the processor's bits, and only logits are read",
    arguments: ["gemma-2", "gemma-3", "phi-1.5", "phi-3", "qwen-3", "mistral-0.1", "llama-3.1", "llama-longrope"])
  func boxed(family: String) throws {
    let path = Fixture.folder().appendingPathComponent("families/\(family)").path
    let device = BoxedDevice()
    let boxed = try Model.load(path: path, device: device)
    let plain = try Model.load(path: path)
    for text in ["plain", "self-extend:G=4,W=12"] {
      let method = try Method(parsing: text)
      let options = SessionOptions(chunkSize: 16)
      let ours = Session(model: boxed, method: method, options: options)
      let theirs = Session(model: plain, method: method, workers: Workers(threads: 2), options: options)
      // Longer ones come after it, across the length where LongRoPE changes the frequencies.
      let short = try theirs.score(Array(tokens.prefix(10)))
      #expect(try ours.score(Array(tokens.prefix(10))) == short)
      device.readCount = 0
      let logits = try theirs.logits(tokens, last: 2)
      #expect(try ours.logits(tokens, last: 2) == logits)
      #expect(device.readCount == 2 * boxed.hyperparameters.vocabularySize)
      let scores = try theirs.score(tokens)
      #expect(try ours.score(tokens) == scores)
      let wanted = GenerationOptions(maxNewTokens: 8)
      let written = try theirs.generate(tokens, wanted)
      #expect(try ours.generate(tokens, wanted) == written)
      #expect(device.readCount == 2 * boxed.hyperparameters.vocabularySize)
      if text == "plain" {
        #expect(ours.cacheByteCount == theirs.cacheByteCount)
      } else {
        // The one keeps keys in two rotations, the processor keeps them once.
        #expect(ours.cacheByteCount > theirs.cacheByteCount)
      }
    }
  }

  @Test("the processor's identity is the one that stores were written with; another device's has its kind")
  func identity() {
    let workers = Workers(threads: 2)
    let cpu = CPUDevice(workers)
    #expect(cpu.kind == "cpu")
    #expect(cpu.numericsIdentity(.float32) == "2/float32")
    #expect(cpu.numericsIdentity(.int8) == "2/int8.2/\(workers.instructionSet)")
    #expect(cpu.numericsIdentity(.openBLAS) == "2/openblas/\(workers.instructionSet)/2")
    #expect(BoxedDevice().numericsIdentity(.float32) == "boxed/2/float32")
  }
}
