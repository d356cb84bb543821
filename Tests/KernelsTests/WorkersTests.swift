import Kernels
import Testing

@Suite struct WorkersTests {
  @Test("pools come and go, and are shared by concurrent callers")
  func sharing() async {
    let stored = StoredWeights(.q4_0, rows: 64, columns: 256, seed: 1)
    let x = randomFloats(40 * 256, seed: 2)
    let expected = bits(ProductTests.product(Workers(threads: 1), x, stored.matrix()))
    let shared = Workers(threads: 3)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<20).allSatisfy { _ in bits(ProductTests.product(shared, x, stored.matrix())) == expected }
        }
      }
      for await same in group { #expect(same) }
    }
    for _ in 0..<20 {
      #expect(bits(ProductTests.product(Workers(threads: 4), x, stored.matrix())) == expected)
    }
  }

  @Test("the preferred instruction set is one that this processor has")
  func instructionSets() {
    #expect(InstructionSet.available.first == .portable)
    #expect(InstructionSet.available.contains(.preferred))
    #expect(Workers(threads: 1).instructionSet == .preferred)
  }

  @Test("the measured peaks are positive")
  func peaks() {
    let peak = Workers(threads: 2).measurePeak(seconds: 0.04)
    #expect(peak.gigaflopsPerSecond.oneThread > 0 && peak.gigaflopsPerSecond.allThreads > 0)
    #expect(peak.memoryGigabytesPerSecond.oneThread > 0 && peak.memoryGigabytesPerSecond.allThreads > 0)
  }

  @Test("buffers keep what is stored")
  func buffers() {
    let buffer = FloatBuffer(count: 10)
    #expect(buffer.array == [Float](repeating: 0, count: 10))
    buffer.store([1, 2, 3], at: 4)
    buffer[9] = 7
    buffer.fill(5, 0..<2)
    buffer.store(from: buffer, 4..<7, at: 5)
    #expect(buffer.array == [5, 5, 0, 0, 1, 1, 2, 3, 0, 7])
    #expect(buffer[5] == 1 && buffer.array(8..<10) == [0, 7])
    #expect(FloatBuffer(count: 0).array.isEmpty)
  }

  @Test("a broken contract stops with the sizes")
  func contracts() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let x = FloatBuffer(count: 10)
      Workers(threads: 1).add(x, x, count: 11, into: x)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("add: x: 1 x 11, stride 11, offset 0 in a buffer of 10"))
  }
}
