/// The ways in which answers are made comparable.
enum AnswerNormalization {
  /// SQuAD's normalisation: lower case, no ASCII punctuation, no articles, single spaces.
  ///
  /// Source: rajpurkar/SQuAD evaluate-v1.1.py, as repeated in LongBench's metrics.py and L-Eval's f1.py.
  static func squad(_ text: CodePoints, lowercases: Bool = true) -> [CodePoints] {
    let cased = lowercases ? text.lowercased : text
    return withoutArticles(cased.filter { !$0.isASCIIPunctuation }).words
  }

  /// The words of `squad` joined by single spaces.
  static func squadText(_ text: CodePoints, lowercases: Bool = true) -> CodePoints {
    CodePoints(squad(text, lowercases: lowercases).joined(separator: [" "]))
  }

  /// Whole words a, an and the become a space: `re.sub(r"\b(a|an|the)\b", " ", text)`.
  private static func withoutArticles(_ text: CodePoints) -> CodePoints {
    var result: CodePoints = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      guard text[index].isPythonWord else {
        result.append(text[index])
        index += 1
        continue
      }
      let end = text[index...].firstIndex { !$0.isPythonWord } ?? text.count
      if articles.contains(CodePoints(text[index..<end])) {
        result.append(" ")
      } else {
        result.append(contentsOf: text[index..<end])
      }
      index = end
    }
    return result
  }

  private static let articles: Set<CodePoints> = [CodePoints("a"), CodePoints("an"), CodePoints("the")]

  /// LongBench's normalisation of a Chinese word: lower case, no punctuation, no white space.
  static func chinese(_ text: CodePoints) -> CodePoints {
    text.lowercased.filter { !$0.isASCIIPunctuation && !chinesePunctuation.contains($0) && !$0.isPythonSpace }
  }

  /// The marks that LongBench takes away beside ASCII's.
  ///
  /// The opening mark U+300A is not among them, its closing one is.
  private static let chinesePunctuation: Set<Unicode.Scalar> = {
    let ranges: [ClosedRange<UInt32>] = [
      0xff02...0xff0d, 0xff1a...0xff1c, 0xff1e...0xff20, 0xff3b...0xff40, 0xff5b...0xff64, 0x300b...0x3011,
      0x3014...0x301f, 0x2018...0x2019, 0x201b...0x201f,
    ]
    let single: [UInt32] = [
      0xff01, 0xff0f, 0xff1d, 0xff1f, 0xff61, 0x3001, 0x3002, 0x3003, 0x3030, 0x303e, 0x303f, 0x2013, 0x2014, 0x2026,
      0x2027,
      0xfe4f,
    ]
    return Set((ranges.flatMap { Array($0) } + single).compactMap { Unicode.Scalar($0) })
  }()
}
