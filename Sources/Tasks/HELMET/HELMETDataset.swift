import Metrics

/// The datasets of HELMET, by their names in its configurations.
enum HELMETDataset: String, CaseIterable, Hashable, Sendable {
  case rulerMultikey2 = "ruler_niah_mk_2"
  case rulerMultikey3 = "ruler_niah_mk_3"
  case rulerMultivalue = "ruler_niah_mv"
  case keyValue = "json_kv"
  case naturalQuestions = "kilt_nq"
  case triviaQA = "kilt_triviaqa"
  case hotpotQA = "kilt_hotpotqa"
  case popQA = "kilt_popqa_3"
  case rerank = "msmarco_rerank_psg"
  case asqa = "alce_asqa"
  case qampari = "alce_qampari"
  case bookQuestion = "infbench_qa_eng"
  case bookChoice = "infbench_choice_eng"
  case trecCoarse = "icl_trec_coarse"
  case trecFine = "icl_trec_fine"
  case banking77 = "icl_banking77"
  case clinic150 = "icl_clinic150"
  case nlu = "icl_nlu"
  case narrativeQA = "narrativeqa"
  case bookSummary = "infbench_sum_eng"
  case lawSummary = "multi_lexsum"

  /// True where HELMET's column is a judge's.
  var isJudged: Bool { self == .narrativeQA || category == .summary }

  /// True where HELMET cuts the text to a number of Llama-2 tokens before anything else.
  var isCutFirst: Bool { category == .longQA || category == .summary }

  /// Those of a category that are scored without a judge.
  static func unjudged(_ category: Category) -> [HELMETDataset] {
    allCases.filter { $0.category == category && !$0.isJudged }
  }

  /// HELMET's categories.
  enum Category: String, CaseIterable, Hashable, Sendable {
    case recall = "Recall"
    case rag = "RAG"
    case inContextLearning = "ICL"
    case cite = "Cite"
    case rerank = "Re-rank"
    case longQA = "LongQA"
    case summary = "Summ"
  }

  /// The category.
  var category: Category {
    switch self {
    case .rulerMultikey2, .rulerMultikey3, .rulerMultivalue, .keyValue: .recall
    case .naturalQuestions, .triviaQA, .hotpotQA, .popQA: .rag
    case .rerank: .rerank
    case .asqa, .qampari: .cite
    case .bookQuestion, .bookChoice, .narrativeQA: .longQA
    case .bookSummary, .lawSummary: .summary
    case .trecCoarse, .trecFine, .banking77, .clinic150, .nlu: .inContextLearning
    }
  }

  /// True for a needle task of RULER.
  var isRuler: Bool { self == .rulerMultikey2 || self == .rulerMultikey3 || self == .rulerMultivalue }

  /// The column of HELMET's tables; of what is judged the judge's.
  var headline: String {
    switch category {
    case .recall: isRuler ? "ruler_recall" : "substring_exact_match"
    case .rag: "substring_exact_match"
    case .rerank: "NDCG@10"
    case .cite: self == .asqa ? "str_em" : "qampari_rec_top5"
    case .longQA where isJudged, .summary: "judged"
    case .longQA: self == .bookQuestion ? "rougeL_f1" : "exact_match"
    case .inContextLearning: "exact_match"
    }
  }

  /// The official limit on new tokens.
  var maxNewTokens: Int {
    switch self {
    case .rulerMultikey3, .keyValue: 100
    case .rulerMultikey2, .rulerMultivalue: 50
    case .rerank: 200
    case .asqa, .qampari: 300
    case .bookQuestion, .bookChoice: 10
    case .narrativeQA: 100
    case .bookSummary: 1200
    case .lawSummary: 400
    default: 20
    }
  }

  /// True where the configurations ask for the model's chat template.
  var usesChat: Bool { category == .cite || category == .longQA || category == .summary }

  /// True where an empty line, and not a line end, stands between the two parts of a prompt.
  var isSpaced: Bool { usesChat && self != .narrativeQA }

  /// The name of a file's amount (pairs, documents, shots) at the official lengths 4k, 8k, 16k, 32k, 64k, 128k.
  private var amounts: [Int]? {
    switch self {
    case .keyValue: [50, 105, 220, 440, 900, 1800]
    case .naturalQuestions, .triviaQA, .hotpotQA, .popQA: [20, 50, 105, 220, 440, 1000]
    case .rerank: [14, 50, 130, 285, 600, 1000]
    case .asqa, .qampari: [8, 30, 75, 165, 345, 700]
    case .trecCoarse: [200, 400, 800, 1600, 3300, 6600]
    case .trecFine: [200, 400, 800, 1600, 3200, 6400]
    case .banking77: [180, 360, 720, 1450, 2900, 5900]
    case .clinic150: [220, 440, 880, 1750, 3525, 7050]
    case .nlu: [250, 510, 1020, 2040, 4080, 8296]
    default: nil
    }
  }

  /// The official lengths.
  static let lengths = [4096, 8192, 16384, 32768, 65536, 131072]

  /// How many pairs, documents or shots an official length has.
  func amount(at length: Int) -> Int? {
    Self.lengths.firstIndex(of: length).flatMap { index in amounts.map { $0[index] } }
  }

  /// The labels of a classification.
  var labelCount: Int {
    switch self {
    case .trecCoarse: 6
    case .trecFine: 50
    case .banking77: 77
    case .clinic150: 151
    default: 68
    }
  }

  /// The most rows, or for questions and rankings the most keys, that HELMET takes.
  var officialSampleCount: Int { category == .inContextLearning ? 500 : 100 }
}
