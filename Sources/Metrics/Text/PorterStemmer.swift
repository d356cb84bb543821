/// Porter's stemmer with the additions that the Python package NLTK makes by default, which `rouge_score` uses.
///
/// Source: nltk/stem/porter.py (mode NLTK_EXTENSIONS), after M. F. Porter, An algorithm for suffix stripping, 1980.
enum PorterStemmer {
  /// The stem of a word of small letters and digits.
  static func stem(_ word: CodePoints) -> CodePoints {
    if let irregular = irregular[word] { return irregular }
    guard word.count > 2 else { return word }
    return step5b(step5a(step4(step3(step2(step1c(step1b(step1a(word))))))))
  }

  private static let irregular: [CodePoints: CodePoints] = {
    let stems = [
      "sky": "sky skies", "die": "dying", "lie": "lying", "tie": "tying", "news": "news", "inning": "innings inning",
      "outing": "outings outing", "canning": "cannings canning", "howe": "howe", "proceed": "proceed",
      "exceed": "exceed", "succeed": "succeed",
    ]
    var table: [CodePoints: CodePoints] = [:]
    for (stem, forms) in stems { for form in CodePoints(forms).words { table[form] = CodePoints(stem) } }
    return table
  }()

  // MARK: Letters

  private static func isConsonant(_ word: CodePoints, _ index: Int) -> Bool {
    switch word[index] {
    case "a", "e", "i", "o", "u": false
    case "y": index == 0 || !isConsonant(word, index - 1)
    default: true
    }
  }

  /// How often a consonant follows a vowel.
  private static func measure(_ word: CodePoints) -> Int {
    var count = 0
    var wasVowel = false
    for index in word.indices {
      let isVowel = !isConsonant(word, index)
      if wasVowel, !isVowel { count += 1 }
      wasVowel = isVowel
    }
    return count
  }

  private static func hasVowel(_ word: CodePoints) -> Bool { word.indices.contains { !isConsonant(word, $0) } }

  private static func endsInDoubleConsonant(_ word: CodePoints) -> Bool {
    word.count >= 2 && word[word.count - 1] == word[word.count - 2] && isConsonant(word, word.count - 1)
  }

  private static func endsInConsonantVowelConsonant(_ word: CodePoints) -> Bool {
    let last = word.count - 1
    if word.count >= 3, isConsonant(word, last - 2), !isConsonant(word, last - 1), isConsonant(word, last) {
      return !["w", "x", "y"].contains(word[last])
    }
    return word.count == 2 && !isConsonant(word, 0) && isConsonant(word, 1)
  }

  // MARK: Rules

  /// A suffix, what it becomes, and when: decided on what stands before it.
  private typealias Rule = (suffix: String, replacement: String, condition: (CodePoints) -> Bool)

  private static func ends(_ word: CodePoints, _ suffix: String) -> Bool {
    word.count >= suffix.unicodeScalars.count
      && word.suffix(suffix.unicodeScalars.count).elementsEqual(
        suffix.unicodeScalars)
  }

  private static func without(_ word: CodePoints, _ suffix: String) -> CodePoints {
    CodePoints(word.dropLast(suffix.unicodeScalars.count))
  }

  /// The first rule whose suffix fits decides, also where its condition does not hold.
  private static func apply(_ rules: [Rule], _ word: CodePoints) -> CodePoints {
    for rule in rules where ends(word, rule.suffix) {
      let stem = without(word, rule.suffix)
      return rule.condition(stem) ? stem + CodePoints(rule.replacement) : word
    }
    return word
  }

  private static func always(_ stem: CodePoints) -> Bool { true }
  private static func isLong(_ stem: CodePoints) -> Bool { measure(stem) > 0 }
  private static func isVeryLong(_ stem: CodePoints) -> Bool { measure(stem) > 1 }

  // MARK: Steps

  private static func step1a(_ word: CodePoints) -> CodePoints {
    if ends(word, "ies"), word.count == 4 { return without(word, "ies") + ["i", "e"] }
    return apply([("sses", "ss", always), ("ies", "i", always), ("ss", "ss", always), ("s", "", always)], word)
  }

  private static func step1b(_ word: CodePoints) -> CodePoints {
    if ends(word, "ied") { return without(word, "ied") + (word.count == 4 ? ["i", "e"] : ["i"]) }
    if ends(word, "eed") {
      let stem = without(word, "eed")
      return measure(stem) > 0 ? stem + ["e", "e"] : word
    }
    for suffix in ["ed", "ing"] where ends(word, suffix) {
      let stem = without(word, suffix)
      guard hasVowel(stem), let last = stem.last else { continue }
      for (end, replacement) in [("at", "ate"), ("bl", "ble"), ("iz", "ize")] where ends(stem, end) {
        return without(stem, end) + CodePoints(replacement)
      }
      if endsInDoubleConsonant(stem) { return ["l", "s", "z"].contains(last) ? stem : CodePoints(stem.dropLast()) }
      return measure(stem) == 1 && endsInConsonantVowelConsonant(stem) ? stem + ["e"] : stem
    }
    return word
  }

  private static func step1c(_ word: CodePoints) -> CodePoints {
    apply([("y", "i", { $0.count > 1 && isConsonant($0, $0.count - 1) })], word)
  }

  private static func step2(_ word: CodePoints) -> CodePoints {
    if ends(word, "alli"), isLong(without(word, "alli")) { return step2(without(word, "alli") + ["a", "l"]) }
    let pairs = [
      ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
      ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
      ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
      ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ]
    let rules: [Rule] = pairs.map { ($0.0, $0.1, isLong) }
    return apply(rules + [("logi", "log", { isLong($0 + ["l"]) })], word)
  }

  private static func step3(_ word: CodePoints) -> CodePoints {
    apply(
      [
        ("icate", "ic", isLong), ("ative", "", isLong), ("alize", "al", isLong), ("iciti", "ic", isLong),
        ("ical", "ic", isLong), ("ful", "", isLong), ("ness", "", isLong),
      ], word)
  }

  private static func step4(_ word: CodePoints) -> CodePoints {
    let before = ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"]
    let after = ["ou", "ism", "ate", "iti", "ous", "ive", "ize"]
    let ion: Rule = ("ion", "", { isVeryLong($0) && ($0.last == "s" || $0.last == "t") })
    let rules: [Rule] = before.map { ($0, "", isVeryLong) } + [ion] + after.map { ($0, "", isVeryLong) }
    return apply(rules, word)
  }

  private static func step5a(_ word: CodePoints) -> CodePoints {
    guard word.last == "e" else { return word }
    let stem = CodePoints(word.dropLast())
    let measure = measure(stem)
    return measure > 1 || measure == 1 && !endsInConsonantVowelConsonant(stem) ? stem : word
  }

  private static func step5b(_ word: CodePoints) -> CodePoints {
    ends(word, "ll") && measure(CodePoints(word.dropLast())) > 1 ? CodePoints(word.dropLast()) : word
  }
}
