import Backends
import Evaluation
import JSON
import Positions
import Store
import Synchronization
import Tasks

/// The judge of a sweep: a server that is asked once the models have answered, and the answers that it compares with.
final class PreparedJudge {
  let entry: Configuration.JudgeEntry
  /// The server as a model.
  let model: PreparedModel
  private let answers: BaselineAnswers?
  private var loaded: (any LoadedModel)?

  init(_ entry: Configuration.JudgeEntry, _ backend: any Backend) throws(SweepError) {
    self.entry = entry
    model = try PreparedModel(entry.model, path: "", backend)
    answers = entry.baseline.map { BaselineAnswers($0) }
  }

  /// Looks for a baseline without a store of its own in the sweep's.
  func use(_ store: ResultStore?) { answers?.use(store) }

  /// What tasks know of it.
  var view: Judge {
    Judge(
      name: model.name, tokenizer: model.tokenizer,
      baseline: answers.map { answers in
        Judge.Baseline(name: answers.name) { answers.answer(task: $0, sampleID: $1) }
      })
  }

  /// Whose sample it is that is judged.
  func place(of cell: Cell) -> FollowUp.Place {
    let isBaseline =
      entry.baseline.map { baseline in
        baseline.store == nil && baseline.model == cell.model.name
          && baseline.method == cell.model.shownMethod(cell.method)
      } ?? false
    return FollowUp.Place(isBaseline: isBaseline)
  }

  /// The server, asked who it is.
  func load() throws(SweepError) -> any LoadedModel {
    if let loaded { return loaded }
    do {
      let made = try model.backend.load(model.specification, hashes: NoHashes())
      loaded = made
      return made
    } catch {
      throw .backend(error)
    }
  }

  /// What identifies its judgments beside the prompt.
  func identity() throws(SweepError) -> EvaluationIdentity { model.identity(modelHash: try load().modelHash) }

  /// Fails where another server answers than at the beginning.
  func verify() throws(BackendError) { try loaded?.verify() }

  /// What the cells of a judged task say.
  func notes(on task: any EvaluationTask) -> [String] {
    model.notes.map { "the judge \(model.name): \($0)" } + task.judgedNotes(view)
  }
}

/// Hashes are asked once in a run.
private struct NoHashes: FileHashCache {
  func hash(ofFile path: String, byteCount: Int, modified: Double) -> String? { nil }
  func remember(_ hash: String, ofFile path: String, byteCount: Int, modified: Double) {}
}

/// The stored answers that a judge compares with.
final class BaselineAnswers: Sendable {
  /// Model and method.
  let name: String
  private let baseline: Configuration.JudgeEntry.Baseline
  private let state = Mutex(State())

  private struct State {
    var store: ResultStore?
    var known: [String: [String: String]] = [:]
  }

  init(_ baseline: Configuration.JudgeEntry.Baseline) {
    self.baseline = baseline
    name = "\(baseline.model) \(baseline.method)"
  }

  /// The store in which to look where the baseline names none.
  func use(_ store: ResultStore?) {
    guard baseline.store == nil else { return }
    state.withLock { $0 = State(store: store) }
  }

  /// The answer to a sample of a task; nil where none is stored.
  func answer(task: String, sampleID: String) -> String? {
    state.withLock { state in
      if let answer = state.known[task]?[sampleID] { return answer }
      if state.store == nil, let path = baseline.store?.resolved {
        state.store = try? ResultStore.open(path, mode: .readOnly)
      }
      // What is not known may have been stored since.
      state.known[task] = state.store.flatMap { try? answers(task, $0) }
      return state.known[task]?[sampleID]
    }
  }

  private func answers(_ task: String, _ store: ResultStore) throws(StoreError) -> [String: String] {
    var answers: [String: String] = [:]
    for cell in try store.currentCells()
    where cell.record.model == baseline.model && cell.record.method == baseline.method && cell.record.task == task {
      for result in try store.results(in: cell.id, withPrompts: false, withLogProbabilities: false) {
        // Of one that was judged itself, what was judged.
        let judged = JSONValue(json: result.facts)?[Judge.answerFact]?.text
        answers[result.sampleID] = judged ?? result.output
      }
    }
    return answers
  }
}
