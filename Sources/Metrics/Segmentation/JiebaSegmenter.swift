import Foundation

/// Cuts Chinese text into words exactly as the Python package jieba 0.42.1 does (accurate mode, hidden Markov model on).
///
/// The dictionary and the model's tables are read from an installed jieba: se-eval does not carry them.
/// Source: fxsjy/jieba, jieba/__init__.py (`cut`, `__cut_DAG`, `calc`) and jieba/finalseg/__init__.py (`viterbi`).
public final class JiebaSegmenter: Sendable {
  /// The folder that was read.
  public let folder: String
  private let dictionary: JiebaDictionary
  private let model: JiebaModel

  /// The files that decide where text is cut, under `folder`.
  public static let fileNames = [
    "dict.txt", "finalseg/prob_start.py", "finalseg/prob_trans.py", "finalseg/prob_emit.py",
  ]

  /// Reads dict.txt and finalseg/prob_*.py of a folder.
  ///
  /// - Parameter folder: jieba's package folder.
  /// - Throws: `JiebaError`.
  public init(folder: String) throws(JiebaError) {
    self.folder = folder
    dictionary = try JiebaDictionary(path: folder + "/dict.txt")
    model = try JiebaModel(folder: folder + "/finalseg")
  }

  /// Finds and reads an installed jieba.
  ///
  /// - Parameter named: the only folder to look in (the package's own, or one that holds it as `jieba`); without one,
  ///   the places where Debian and pip put it.
  /// - Returns: the segmenter.
  /// - Throws: `JiebaError.notFound` with the folders that were looked at, or what is wrong with the files.
  public static func installed(named: String? = nil) throws(JiebaError) -> JiebaSegmenter {
    let folders = named.map { [$0, $0 + "/jieba"] } ?? standardFolders()
    for folder in folders where FileManager.default.fileExists(atPath: folder + "/dict.txt") {
      return try JiebaSegmenter(folder: folder)
    }
    throw .notFound(searched: folders)
  }

  private static func standardFolders() -> [String] {
    var folders = ["/usr/lib/python3/dist-packages/jieba", "/usr/share/jieba"]
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    for root in ["/usr/local/lib", "/usr/lib", home + "/.local/lib"] {
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
      for version in versions.sorted() where version.hasPrefix("python3") {
        folders += ["dist-packages", "site-packages"].map { "\(root)/\(version)/\($0)/jieba" }
      }
    }
    return folders
  }

  /// The words of a text, white space and marks included.
  public func cut(_ text: String) -> [String] { cut(CodePoints(text)).map(\.text) }

  func cut(_ text: CodePoints) -> [CodePoints] {
    var words: [CodePoints] = []
    var index = 0
    while index < text.count {
      if JiebaSegmenter.isInBlock(text[index]) {
        let end = text[index...].firstIndex { !JiebaSegmenter.isInBlock($0) } ?? text.count
        cutBlock(CodePoints(text[index..<end]), into: &words)
        index = end
      } else if text[index] == "\r", index + 1 < text.count, text[index + 1] == "\n" {
        words.append(["\r", "\n"])
        index += 2
      } else {
        words.append([text[index]])
        index += 1
      }
    }
    return words
  }

  /// Whether a code point is cut with the dictionary.
  ///
  /// These are Han characters, ASCII letters and digits, and + # & . _ % -
  private static func isInBlock(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 128 {
      return scalar.isASCIIAlphanumeric || ["+", "#", "&", ".", "_", "%", "-"].contains(scalar)
    }
    return isHan(scalar)
  }

  private static func isHan(_ scalar: Unicode.Scalar) -> Bool { (0x4e00...0x9fd5).contains(scalar.value) }

  /// The most probable path through the words of the dictionary; what is left as single characters goes to the model.
  private func cutBlock(_ block: CodePoints, into words: inout [CodePoints]) {
    let ends = bestEnds(block)
    var index = 0
    var singles = 0..<0
    while index < block.count {
      let end = ends[index]
      if end - index == 1 {
        singles = (singles.isEmpty ? index : singles.lowerBound)..<end
      } else {
        cutSingles(block[singles], into: &words)
        singles = 0..<0
        words.append(CodePoints(block[index..<end]))
      }
      index = end
    }
    cutSingles(block[singles], into: &words)
  }

  /// Where the word that begins at each place ends.
  private func bestEnds(_ block: CodePoints) -> [Int] {
    var ends = [Int](repeating: 0, count: block.count)
    var best = [Double](repeating: 0, count: block.count + 1)
    for start in block.indices.reversed() {
      var value = -Double.infinity
      var node: Int32 = 0
      var end = start
      while end < block.count, let child = dictionary.child(of: node, block[end]) {
        node = child
        end += 1
        guard dictionary.isWord(node) else { continue }
        let candidate = dictionary.logFrequency(node) - dictionary.logTotal + best[end]
        // Of equal paths the longer word wins.
        if candidate >= value {
          value = candidate
          ends[start] = end
        }
      }
      if value == -Double.infinity {
        value = 0 - dictionary.logTotal + best[start + 1]
        ends[start] = start + 1
      }
      best[start] = value
    }
    return ends
  }

  private func cutSingles(_ singles: ArraySlice<Unicode.Scalar>, into words: inout [CodePoints]) {
    if singles.count <= 1 || dictionary.contains(singles) {
      for scalar in singles { words.append([scalar]) }
      return
    }
    var rest = singles
    while let first = rest.first {
      if JiebaSegmenter.isHan(first) {
        let run = rest.prefix { JiebaSegmenter.isHan($0) }
        cutWithModel(CodePoints(run), into: &words)
        rest = rest[run.endIndex...]
      } else {
        let run = rest.prefix { !JiebaSegmenter.isHan($0) }
        cutLatin(CodePoints(run), into: &words)
        rest = rest[run.endIndex...]
      }
    }
  }

  /// Splits at `[a-zA-Z0-9]+(?:\.\d+)?%?`; what stands between two matches is one word.
  private func cutLatin(_ text: CodePoints, into words: inout [CodePoints]) {
    var index = 0
    while index < text.count {
      let start = index
      guard text[index].isASCIIAlphanumeric else {
        index = text[index...].firstIndex(where: \.isASCIIAlphanumeric) ?? text.count
        words.append(CodePoints(text[start..<index]))
        continue
      }
      index = text[index...].firstIndex { !$0.isASCIIAlphanumeric } ?? text.count
      if index + 1 < text.count, text[index] == ".", text[index + 1].isPythonDecimal {
        index = text[(index + 1)...].firstIndex { !$0.isPythonDecimal } ?? text.count
      }
      if index < text.count, text[index] == "%" { index += 1 }
      words.append(CodePoints(text[start..<index]))
    }
  }

  private func cutWithModel(_ text: CodePoints, into words: inout [CodePoints]) {
    var begin = 0
    var next = 0
    for (index, state) in mostProbableStates(text).enumerated() {
      switch state {
      case .begin: begin = index
      case .end:
        words.append(CodePoints(text[begin...index]))
        next = index + 1
      case .single:
        words.append([text[index]])
        next = index + 1
      case .middle: break
      }
    }
    if next < text.count { words.append(CodePoints(text[next...])) }
  }

  /// The states that may stand before B, E, M and S, the later letter first: of equal paths it wins.
  private static let previous: [[WordState]] = [
    [.single, .end], [.middle, .begin], [.middle, .begin], [.single, .end],
  ]

  /// Viterbi's algorithm.
  private func mostProbableStates(_ text: CodePoints) -> [WordState] {
    var values = [Double](repeating: 0, count: text.count * 4)
    var origins = [WordState](repeating: .begin, count: text.count * 4)
    for (index, scalar) in text.enumerated() {
      for state in WordState.allCases {
        let emission = model.emission[state.rawValue][scalar] ?? JiebaModel.never
        if index == 0 {
          values[state.rawValue] = model.start[state.rawValue] + emission
          continue
        }
        var best = -Double.infinity
        for before in JiebaSegmenter.previous[state.rawValue] {
          let value =
            values[4 * (index - 1) + before.rawValue]
            + model.transition[4 * before.rawValue + state.rawValue] + emission
          if value > best {
            best = value
            origins[4 * index + state.rawValue] = before
          }
        }
        values[4 * index + state.rawValue] = best
      }
    }
    guard let last = text.indices.last else { return [] }
    var state: WordState =
      values[4 * last + WordState.single.rawValue] >= values[4 * last + WordState.end.rawValue] ? .single : .end
    var states = [state]
    for index in text.indices.dropFirst().reversed() {
      state = origins[4 * index + state.rawValue]
      states.append(state)
    }
    return states.reversed()
  }
}
