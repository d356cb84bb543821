import Evaluation

/// Which samples are decoded together.
///
/// Decoding reads every weight for every token; several sequences in one pass share that. It pays where prompts are
/// short and answers long. Long prompts go alone: a kill then costs one sample, and one cache is held in memory.
enum GenerationGroup {
  /// The most samples of a group.
  static let sampleLimit = 8
  /// The most prompt tokens of a group.
  static let promptTokenLimit = 4096

  /// How many of the first requests are generated together; 1 where the first goes alone.
  ///
  /// A prompt that shares more tokens with the one before it than it may generate goes alone too: reusing those from
  /// the cache saves more.
  static func count(_ requests: some Sequence<Request>) -> Int {
    var previous: [Int]?
    var promptTokens = 0
    var count = 0
    for request in requests {
      guard count < sampleLimit, case .generate(let tokens, let maxNewTokens, _, _, _) = request else { break }
      promptTokens += tokens.count
      if promptTokens > promptTokenLimit { break }
      if let previous, Request.sharedPrefix(tokens, previous) > maxNewTokens { break }
      previous = tokens
      count += 1
    }
    return max(1, count)
  }

  /// Tokens whose keys and values a group of equal prompts holds.
  static func heldTokenCount(prompt: Int, newTokens: Int) -> Int {
    let count = max(1, min(sampleLimit, promptTokenLimit / max(1, prompt)))
    let (tokens, overflow) = prompt.addingReportingOverflow(newTokens)
    return overflow ? .max : tokens.multipliedReportingOverflow(by: count).overflow ? .max : tokens * count
  }
}
