import JSON

/// The eleven datasets of LV-Eval.
enum LVEvalDataset: String, CaseIterable, Hashable, Sendable {
  case hotpotWikiQA = "hotpotwikiqa_mixup"
  case loogleSD = "loogle_SD_mixup"
  case loogleCR = "loogle_CR_mixup"
  case loogleMIR = "loogle_MIR_mixup"
  case multiFieldQA = "multifieldqa_en_mixup"
  case factRecall = "factrecall_en"
  case multiFieldQAChinese = "multifieldqa_zh_mixup"
  case factRecallChinese = "factrecall_zh"
  case cmrc = "cmrc_mixup"
  case lic = "lic_mixup"
  case dureader = "dureader_mixup"

  /// True for a dataset in Chinese, which needs jieba.
  var isChinese: Bool {
    switch self {
    case .multiFieldQAChinese, .factRecallChinese, .cmrc, .lic, .dureader: true
    default: false
    }
  }

  /// True for recalled facts, whose F1 asks for no key words.
  var isFactRecall: Bool { self == .factRecall || self == .factRecallChinese }

  /// The official limit on new tokens.
  var maxNewTokens: Int { isFactRecall ? 16 : 64 }

  /// The questions of each level.
  var officialRowCount: Int {
    switch self {
    case .hotpotWikiQA: 124
    case .loogleSD: 160
    case .loogleCR: 99
    case .loogleMIR: 139
    case .multiFieldQA: 101
    case .multiFieldQAChinese: 133
    case .lic: 197
    case .dureader: 176
    case .factRecall, .factRecallChinese, .cmrc: 200
    }
  }

  /// The levels of length.
  static let levels = ["16k", "32k", "64k", "128k", "256k"]
}

/// A row: `input, context, answers, length, dataset, language, answer_keywords, confusing_facts`.
struct LVEvalRow: Sendable {
  let input: String
  let context: String
  /// The accepted answer: only the first counts, as in the official program.
  let answer: String
  /// What must be recalled before the F1 counts; nil for none.
  let keywords: String?

  init(_ fields: RowFields) throws(RowFieldProblem) {
    input = try fields.text("input")
    context = try fields.text("context")
    guard let first = try fields.texts("answers").first else { throw fields.problem("answers", "at least one text") }
    answer = first
    keywords = fields.value["answer_keywords"]?.text
  }
}
