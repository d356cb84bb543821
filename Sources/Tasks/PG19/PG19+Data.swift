extension PG19 {
  /// The official files: the books of the test and the validation split.
  public static let benchmark: Benchmark? = Benchmark(
    name: name, source: "github.com/google-deepmind/pg19 (its bucket's test/ and validation/ books)",
    takes: "a folder of books named after their Gutenberg ids, such as 10146.txt", wantsImport: false, files: books)

  /// The books; the hashes are of the texts with CRLF, as published.
  private static let books = PG19BookTable.text.split(separator: "\n").compactMap { line -> KnownFile? in
    let fields = line.split(separator: " ").map(String.init)
    guard fields.count == 4 else { return nil }
    return KnownFile(name: "\(fields[0])/\(fields[1]).txt", sha256: fields[3], hasCRLF: true)
  }

  /// The split whose official books some texts are, all of them and nothing else; nil for anything else.
  ///
  /// - Parameter texts: names such as `10146.txt`, and texts with LF.
  /// - Returns: the split with its official number of words, as PG-19's README gives it: what `pg19-word` divides by.
  static func officialSplit(_ texts: [(name: String, text: String)]) -> (name: String, wordCount: Int)? {
    guard let benchmark else { return nil }
    return [("test", 6_966_499), ("validation", 3_007_061)].first { split, _ in
      texts.count == books.count { $0.name.hasPrefix(split + "/") }
        && texts.allSatisfy { text in
          guard let known = benchmark.known("\(split)/\(text.name)"),
            let check = try? FileCheck(known, of: benchmark, Array(text.text.utf8), path: text.name)
          else { return false }
          return check.standing == .official
        }
    }.map { ($0.0, $0.1) }
  }
}
