/// LV-Eval's scores of one reply: a reply must recall key words before its F1 counts.
///
/// Source: infinigence/LVEval at 63e7ae9, metrics.py.
public struct LVEvalScore: Hashable, Sendable {
  /// Words that do not count as recalled key words.
  public struct IgnoredWords: Hashable, Sendable {
    /// English ones.
    public let english: Set<String>
    /// Chinese ones.
    public let chinese: Set<String>

    /// Words of both languages.
    public init(english: Set<String>, chinese: Set<String>) {
      self.english = english
      self.chinese = chinese
    }

    /// The words that the official metrics ignore.
    public static let standard = IgnoredWords(
      english: Set(
        """
        about and are as at be because being but by does for from had has have he her his in is it of on or she that \
        their they this to was were what when which who with
        """.split(separator: " ").map(String.init)),
      chinese: Set(
        """
        c × ‰ 一定 一种 丁 万元 上 不 与 个 中 为 主要 也 了 于 亩 亿元 以 以及 会 但 位于 你 使 使用 元 其他 具有 到 包括 \
        受 变得 号 可以 后 和 因素 在 地 基于 对 将 小 已经 带 并 度 形 或 或者 所 才 指 方面 无 日 时 是 月 有 来 条 根据 \
        法 然后 片 用 用于 由 的 等 类 给 而 能 至 要 让 从 进行 通过 年 首先
        """.split(separator: " ").map(String.init)))
  }

  /// The words that do not count.
  public let ignored: IgnoredWords

  /// A scorer.
  public init(ignoring ignored: IgnoredWords = .standard) { self.ignored = ignored }

  /// SQuAD's F1; 0 where less than a fifth of the key words is recalled.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - reference: the accepted answer.
  ///   - keywords: the key words; none, or an empty text, ask for nothing.
  /// - Returns: 0 to 1.
  public func english(prediction: String, reference: String, keywords: String?) -> Double {
    let words = AnswerNormalization.squad(CodePoints(prediction))
    if let keywords, !keywords.isEmpty {
      guard recalls(AnswerNormalization.squad(CodePoints(keywords)), in: words, ignored.english, 0.2) else { return 0 }
    }
    return TokenF1.score(words, AnswerNormalization.squad(CodePoints(reference)))
  }

  /// F1 of jieba's words; 0 where less than two fifths of the key words is recalled.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - reference: the accepted answer.
  ///   - keywords: the key words; the reference where there are none.
  ///   - segmenter: jieba.
  /// - Returns: 0 to 1.
  public func chinese(prediction: String, reference: String, keywords: String?, segmenter: JiebaSegmenter) -> Double {
    func words(_ text: String) -> [CodePoints] {
      segmenter.cut(CodePoints(text)).map(AnswerNormalization.chinese).filter { !$0.isEmpty }
    }
    let said = words(prediction)
    let key = keywords.flatMap { $0.isEmpty ? nil : $0 } ?? reference
    if !key.isEmpty {
      guard recalls(words(key), in: said, ignored.chinese, 0.4) else { return 0 }
    }
    return TokenF1.score(said, words(reference))
  }

  /// ROUGE-L of the package `rouge` over jieba's words, cut twice, ignored words taken out.
  ///
  /// - Parameters:
  ///   - prediction: the model's text.
  ///   - reference: the accepted answer.
  ///   - segmenter: jieba.
  /// - Returns: 0 to 1; 0 where the package fails.
  public func chineseROUGE(prediction: String, reference: String, segmenter: JiebaSegmenter) -> Double {
    func joined(_ text: String) -> String {
      let cut = CodePoints(segmenter.cut(CodePoints(text)).joined(separator: [" "]))
      let words = segmenter.cut(cut).map(AnswerNormalization.chinese).filter { !ignored.chinese.contains($0.text) }
      return CodePoints(words.joined(separator: [" "])).text
    }
    return RougePackage.longBenchScore(prediction: joined(prediction), reference: joined(reference))
  }

  /// Plain F1, as for the datasets of recalled facts.
  public func plain(prediction: String, reference: String, segmenter: JiebaSegmenter?) -> Double {
    guard let segmenter else { return TokenF1.english(prediction: prediction, reference: reference) }
    return TokenF1.chinese(prediction: prediction, reference: reference, segmenter: segmenter)
  }

  private func recalls(
    _ keywords: [CodePoints], in words: [CodePoints], _ ignored: Set<String>, _ threshold: Double
  ) -> Bool {
    var counts: [CodePoints: Int] = [:]
    for word in keywords where !ignored.contains(word.text) { counts[word, default: 0] += 1 }
    var shared = 0
    for word in words {
      guard let count = counts[word], count > 0 else { continue }
      counts[word] = count - 1
      shared += 1
    }
    // Key words without a word divide by nothing in the official program.
    return !keywords.isEmpty && Double(shared) / Double(keywords.count) >= threshold
  }
}
