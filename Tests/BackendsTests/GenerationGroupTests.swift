import Evaluation
import Testing

@testable import Backends

@Suite struct GenerationGroupTests {
  private func prompt(_ count: Int, start: Int, new: Int = 16) -> Request {
    .generate(tokens: Array(start..<start + count), maxNewTokens: new)
  }

  @Test("short prompts without a common beginning go together, up to the limit")
  func together() {
    let requests = (0..<20).map { prompt(10, start: 1000 * $0) }
    #expect(GenerationGroup.count(requests[...]) == GenerationGroup.sampleLimit)
    #expect(GenerationGroup.count(requests[17...]) == 3)
  }

  @Test("a prompt that shares more than it may generate waits for the cache")
  func shared() {
    #expect(GenerationGroup.count([prompt(40, start: 0), prompt(18, start: 0), prompt(9, start: 500)][...]) == 1)
    #expect(GenerationGroup.count([prompt(40, start: 0), prompt(15, start: 0), prompt(9, start: 500)][...]) == 3)
  }

  @Test("long prompts, and texts that are only scored, go alone")
  func alone() {
    let long = GenerationGroup.promptTokenLimit
    #expect(GenerationGroup.count([prompt(long + 1, start: 0), prompt(5, start: 90_000)][...]) == 1)
    #expect(GenerationGroup.count([prompt(long - 5, start: 0), prompt(6, start: 90_000)][...]) == 1)
    #expect(GenerationGroup.count([.score(tokens: [1, 2]), prompt(5, start: 9)][...]) == 1)
    #expect(GenerationGroup.count([prompt(5, start: 9), .score(tokens: [1, 2])][...]) == 1)
  }
}
