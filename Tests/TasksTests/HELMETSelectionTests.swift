import Testing

@testable import Tasks

@Suite struct HELMETSelectionTests {
  @Test("PCG64 leaves rows in the order of numpy's default_rng and of Hugging Face's shuffle")
  func permutation() {
    #expect(PCG64.permutation(seed: 42, count: 12) == [0, 7, 6, 9, 11, 3, 5, 2, 4, 10, 1, 8])
    #expect(PCG64.permutation(seed: 7, count: 5) == [2, 0, 4, 1, 3])
    #expect(PCG64.permutation(seed: 2_147_483_647, count: 9) == [1, 8, 3, 2, 0, 7, 5, 6, 4])
    #expect(PCG64.permutation(seed: 5_000_000_000, count: 6) == [1, 5, 0, 4, 3, 2])
    #expect(PCG64.permutation(seed: 42, count: 600).prefix(5) == [522, 409, 86, 441, 309])
    #expect(PCG64.permutation(seed: 0, count: 1) == [0] && PCG64.permutation(seed: 0, count: 0).isEmpty)
  }

  @Test("seeds of rows are the SHA-256 of their text modulo 2^31")
  func seeds() {
    #expect(HELMETSelection.hash("a river in May") == 1_065_880_722)
    #expect(HELMETSelection.localSeed("größer als 7") == 1_878_951_130)
  }

  @Test("keys are drawn from the sorted ones, in the order of their type")
  func keys() {
    let texts = HELMETSelection.keys(["q7", "q1", "q3", "q10", "q2", "q5"], areNumbers: false, count: 3)
    #expect(texts == ["q7", "q1", "q5"])
    let numbers = HELMETSelection.keys(["7", "1", "3", "10", "2", "5"], areNumbers: true, count: 3)
    #expect(numbers == ["10", "1", "7"])
    #expect(HELMETSelection.keys(["a"], areNumbers: false, count: 3) == ["a"])
  }

  @Test("examples are balanced in rounds over the labels, labels become shuffled numbers")
  func labels() {
    #expect(HELMETSelection.balanced([1, 0, 1, 2, 0, 0, 1], shots: 11, seed: 99) == [3, 1, 2, 1, 2, 3, 0, 3, 5, 4, 6])
    #expect(HELMETSelection.labelNumbers(6, seed: 77) == [3, 4, 0, 1, 5, 2])
    #expect(HELMETSelection.balanced([], shots: 3, seed: 1).isEmpty)
  }

  @Test("an example is never the row itself, and no key comes twice")
  func examples() {
    for seed in 0..<20 {
      let chosen = HELMETSelection.examples(["a", "b", "a", "c", "b"], without: "b", seed: seed, count: 3)
      #expect(Set(chosen).isSubset(of: [0, 2, 3]) && chosen.count == 2 && chosen.contains(3))
    }
  }
}
