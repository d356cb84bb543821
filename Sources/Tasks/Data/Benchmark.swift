import Evaluation

/// A benchmark whose official files a user brings, and what is known of them.
public enum Benchmark: String, CaseIterable, Sendable, Hashable, Codable {
  case longbench
  case leval
  case pg19
  case needle
  case kvRetrieval = "kv-retrieval"
  case mdqa
  case passkey

  /// The folder under the data folder.
  public var folder: String {
    switch self {
    case .longbench: "LongBench"
    case .leval: "LEval"
    default: rawValue
    }
  }

  /// Where the official files come from.
  public var source: String {
    switch self {
    case .longbench: "github.com/THUDM/LongBench (config/) and its data.zip"
    case .leval: "github.com/OpenLMLab/LEval (LEval-data/, Predictions/)"
    case .pg19: "github.com/google-deepmind/pg19 (its bucket's test/ and validation/ books)"
    case .needle: "github.com/gkamradt/LLMTest_NeedleInAHaystack (PaulGrahamEssays/)"
    case .kvRetrieval: "github.com/nelson-liu/lost-in-the-middle (kv_retrieval_data/, prompts)"
    case .mdqa: "github.com/nelson-liu/lost-in-the-middle (qa_data/, prompts)"
    case .passkey: "github.com/datamllab/LongLM (passkey_examples*.jsonl)"
    }
  }

  /// What the command line may be given.
  public var takes: String {
    switch self {
    case .longbench: "the repository's checkout, data.zip, or folders of them (both are needed: prompts and rows)"
    case .leval: "the repository's checkout (LEval-data/ and, for the prompts, Predictions/)"
    case .pg19: "a folder of books named after their Gutenberg ids, such as 10146.txt"
    case .needle: "the repository's checkout or its PaulGrahamEssays folder"
    case .kvRetrieval: "the repository's checkout or its kv-retrieval-*_keys.jsonl(.gz) and prompts"
    case .mdqa: "the repository's checkout or its nq-open-*.jsonl(.gz) and prompts"
    case .passkey: "the repository's checkout or its passkey_examples*.jsonl"
    }
  }

  /// The file that holds L-Eval's prompts, made at the import.
  static let promptsFile = "prompts.json"

  /// The files of a whole import.
  var wantedFiles: [String] { knownFiles.map(\.name) + (self == .leval ? [Self.promptsFile] : []) }

  /// What is known of the official files, by name under the benchmark's folder.
  var knownFiles: [KnownFile] { KnownFile.all.filter { $0.benchmark == self } }

  /// What is known of one file.
  func known(_ name: String) -> KnownFile? { KnownFile.byName[self]?[name] }

  /// The name under the benchmark's folder of a file of a source.
  ///
  /// - Parameter path: the path inside the source, `.gz` taken off.
  /// - Returns: the name; nil for a file that the benchmark does not use.
  func place(_ path: String) -> String? {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { return nil }
    let isOutput = parts.dropLast().contains { $0.lowercased().hasPrefix("pred") || $0.hasPrefix(".") }
    guard !isOutput, !name.hasPrefix(".") else { return nil }
    return knownFiles.first { $0.name == name || $0.name.hasSuffix("/" + name) }?.name
  }
}

/// What is known of an official file; facts from the official repositories.
struct KnownFile: Hashable, Sendable {
  let benchmark: Benchmark
  /// The path under the benchmark's folder.
  let name: String
  /// Rows of a JSONL file; nil where they are not known.
  let rows: Int?
  /// Hashes of the official file; usually one, none where it is not known.
  let sha256: String?
  /// The size of the official file.
  let byteCount: Int?

  static let all: [KnownFile] = files + books

  static let byName: [Benchmark: [String: KnownFile]] = Dictionary(grouping: all, by: \.benchmark).mapValues {
    Dictionary($0.map { ($0.name, $0) }) { first, _ in first }
  }

  private static let files = KnownFileTable.text.split(separator: "\n").compactMap { line -> KnownFile? in
    let fields = line.split(separator: " ").map(String.init)
    guard fields.count == 4, let benchmark = Benchmark(rawValue: fields[0]) else { return nil }
    return KnownFile(
      benchmark: benchmark, name: fields[1], rows: Int(fields[2]), sha256: fields[3] == "-" ? nil : fields[3],
      byteCount: nil)
  }

  /// The hashes of PG-19 are of the books with CRLF; the books are kept with LF.
  private static let books = PG19BookTable.text.split(separator: "\n").compactMap { line -> KnownFile? in
    let fields = line.split(separator: " ").map(String.init)
    guard fields.count == 4, let count = Int(fields[2]) else { return nil }
    return KnownFile(
      benchmark: .pg19, name: "\(fields[0])/\(fields[1]).txt", rows: nil, sha256: fields[3], byteCount: count)
  }
}

extension Benchmark {
  /// The official word counts of PG-19's splits, as its README gives them: what `pg19-word` divides by.
  public static func officialWordCount(split: String) -> Int? {
    ["validation": 3_007_061, "test": 6_966_499][split]
  }

  /// The official books of a PG-19 split: Gutenberg ids.
  public static func bookCount(split: String) -> Int {
    Benchmark.pg19.knownFiles.count { $0.name.hasPrefix(split + "/") }
  }
}
