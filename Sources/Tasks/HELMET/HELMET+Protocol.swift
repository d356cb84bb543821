extension HELMET {
  /// `helmet/v1`, or `/own` with the project's wording; every deviation is part of the name.
  public var protocolName: String {
    var name = isOwn ? "helmet/own" : "helmet/v1"
    if !isOwn, !unofficial.isEmpty { name += "+prompts" }
    if let samples { name += "+samples=\(samples)" }
    if shots != 2 { name += "+shots=\(shots)" }
    if rows.lengths.contains(where: { !HELMETDataset.lengths.contains($0) }) { name += "+own-lengths" }
    if firstCut == nil, sources.contains(where: { $0.dataset.isCutFirst }) { name += "+own-first-cut" }
    if sources.contains(where: { $0.files.examples != nil && $0.dataset.isJudged }) { name += "+own-examples" }
    name += rows.deviations
    if thinks { name += "+thinking" }
    if stopsAtNewline { name += "+stop-newline" }
    return name
  }

  /// The same with `+own-judge-prompts` where a checkout has none: the rest of the name would promise HELMET's.
  public var judgedProtocolName: String {
    protocolName + (!isOwn && hasOwnJudgePrompts ? "+own-judge-prompts" : "")
  }

  private var unofficial: [String] {
    var names: [String] = []
    for file in sources.flatMap(\.templates.files)
    where !(HELMETTemplates.official[file.name].map { file.sha256.hasPrefix($0) } ?? false) {
      if !names.contains(file.name) { names.append(file.name) }
    }
    return names
  }

  /// What a report says of the protocol.
  public var protocolNotes: [String] {
    var notes = [
      "score is the dataset's column in HELMET's tables: the better of the whole reply and of what is read out of it "
        + "(icl: only what is read; rankings: the longest chain of numbers, NDCG@10 as trec_eval)",
      "rows and examples are those that HELMET's seeds draw: Python's random for keys and labels, numpy's PCG64 for "
        + "shuffles; a question of rag comes with each position of its gold document",
      "without a chat template the whole prompt is completed, and the words that it ends with are put in front of the "
        + "reply before it is read; with one (cite, longqa, summ) only the user's part is sent; a server that wraps messages "
        + "itself gets the user's part of every dataset, as HELMET's do",
      "a prompt that is too long loses the end of its documents, once, without a second look",
      "not here, because they need another model: citation recall and precision",
      "a choice whose letter is A is right for an empty reply too, because A is an article: counted in article_artifact",
      "greedy; no newline stop unless `stop-newline` (HELMET's configurations name it otherwise than its program reads it)",
    ]
    if isOwn {
      notes.append("deviation: the wording is the project's own; give `checkout` for HELMET's")
    } else if !unofficial.isEmpty {
      notes.append("deviation: not the official files: \(unofficial.joined(separator: ", "))")
    }
    if let firstCut, sources.contains(where: { $0.dataset.isCutFirst }) {
      notes.append(
        "books and papers are cut first, to the length less the new tokens and 200 (multi_lexsum: 300) in the tokens of "
          + "\(firstCut.file.name) (identity \(firstCut.file.sha256.prefix(12))...); rows of fewer than \(HELMETFirstCut.least) "
          + "tokens by it, of narrativeqa up to \(HELMETFirstCut.leastOfStories), are left out, as in HELMET")
    } else if sources.contains(where: { $0.dataset.isCutFirst }) {
      notes.append(
        "deviation: books and papers are not cut to a number of Llama-2 tokens first: only the second cut, in the model's "
          + "own tokens, is made; rows that are short by that count, which HELMET drops, are asked too (`llama2-tokenizer` does "
          + "both)")
    }
    if sources.contains(where: \.dataset.isJudged) {
      notes.append(
        "score of narrativeqa, infbench_sum_eng and multi_lexsum is a judge's: where the sweep names none their answers "
          + "are stored and counted as not scored, with the string metrics of HELMET beside")
      if sources.contains(where: { $0.files.examples != nil && $0.dataset.isJudged }) {
        notes.append(
          "deviation: the examples of narrativeqa and multi_lexsum are the first of the shuffle of seed 42; HELMET draws "
            + "them without a seed")
      }
    }
    if rows.lengths.contains(where: { !HELMETDataset.lengths.contains($0) }) {
      notes.append("deviation: lengths that HELMET does not have take the largest file that is there")
    }
    if sources.contains(where: { $0.dataset == .nlu }) {
      notes.append(
        "icl_nlu: the rows of your train.jsonl and test.jsonl; HELMET's test rows are the first tenth of numpy's permutation "
          + "of seed 42")
    }
    if thinks {
      notes.append(
        "thinking: 32,768 new tokens more, which are no part of the length; of a reply what stands behind its last "
          + "`</think>` is read, all of it where there is none")
    }
    if let samples { notes.append("deviation: at most \(samples) rows or questions of a dataset") }
    return notes
  }

  /// How answers are marked.
  public func judgedNotes(_ judge: Judge) -> [String] {
    let own = hasOwnJudgePrompts
    let files = judgeFiles.map { "\($0.name) (SHA-256 \($0.sha256.prefix(12))...)" }.joined(separator: " and ")
    let prompts =
      own
      ? "the project's own"
      : "those of the checkout's \(files); whether these are HELMET's unchanged files is not known here"
    return [
      "score of narrativeqa: the judge \(judge.name) sees question, right answers and answer, and gives fluency (0, 1) and "
        + "correctness (0 to 3), of which the product counts; of summaries: fluency, key points found and right sentences "
        + "in three calls, fluency times F1; answers with a judgment that cannot be read are not scored and counted "
        + "(unreadable_judgments)",
      "\(own ? "deviation: " : "")the judge's prompts are \(prompts); greedy (HELMET: temperature 0.1); HELMET's judge is "
        + "gpt-4o-2024-05-13: scores of another one are not to be set beside its tables",
      "deviation: marks off their scale, or more right sentences than sentences, count as judgments that cannot be read; "
        + "HELMET's scripts take any number",
    ]
  }
}
