import Evaluation
import JSON
import Text

extension Plan {
  /// The plan as a person reads it: one row per method and length, then memory, time and warnings.
  public var text: String {
    var lines: [String] = []
    for model in models {
      lines.append(title(of: model))
      lines += table(of: model.name)
      lines += model.isRemote ? requests(of: model) : [memory(of: model), speed(of: model)]
      if !model.missingWeights.isEmpty {
        lines.append("  weights that a sweep needs and that are not there:")
        lines += model.missingWeights.map { "    \($0)" }
      }
      lines.append("")
    }
    lines += judgeLines
    lines.append(total)
    lines += shardLines
    for input in missing { lines += ["", input.description] }
    if !choices.isEmpty { lines.append("") }
    lines += choices
    if !warnings.isEmpty { lines.append("") }
    lines += warnings.map { "warning: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private var total: String {
    var parts = [
      "total: \(NumberText.grouped(cells.count)) cells", "\(NumberText.grouped(sampleCount)) samples",
      "\(NumberText.grouped(promptTokenCount)) prompt tokens",
    ]
    if truncatedSampleCount > 0 { parts.append("\(NumberText.grouped(truncatedSampleCount)) prompts cut to fit") }
    if doneCount > 0 { parts.append("\(NumberText.grouped(doneCount)) samples done") }
    if equalToPlainCount > 0 {
      parts.append("\(NumberText.grouped(equalToPlainCount)) equal to plain by definition")
    }
    if models.allSatisfy({ isTimeKnown(of: $0.name) }) {
      parts.append("\(NumberText.duration(remainingSeconds)) left")
    } else {
      parts.append("time not known")
    }
    return parts.joined(separator: ", ")
  }

  /// One row for each shard, and how even they are.
  private var shardLines: [String] {
    guard let largest = shards.map(\.seconds).max(), !shards.isEmpty else { return [] }
    let mean = shards.reduce(0) { $0 + $1.seconds } / Double(shards.count)
    let rows = shards.map { shard in
      [
        "\(shard.index)/\(shards.count)", NumberText.grouped(shard.sampleCount),
        "\(NumberText.fixed(100 * shard.share, 1)) %", NumberText.duration(shard.seconds),
        shard.models.joined(separator: ", "),
      ]
    }
    let table = TextTable.lines([["shard", "samples", "work", "time", "models"]] + rows) { $0 == 4 ? .left : .right }
    let ratio = mean > 0 ? NumberText.fixed(largest / mean, 2) : "1"
    var line = "the largest shard takes \(ratio) times the mean"
    let share = shards.map(\.share).max() ?? 0
    if share * Double(shards.count) > 1.1, let least = shards[0].leastLargestShare, share <= 1.02 * least {
      line += ", and none could take less: samples are not divided; fewer shards are more even"
    } else if mean > 0, largest / mean > share * Double(shards.count) + 0.05 {
      // Every shard makes the division for itself, so that it must not depend on what was measured on a node.
      line +=
        " by the times measured; by multiply-adds, which alone divide the work so that all nodes divide it alike, it is "
        + "\(NumberText.fixed(share * Double(shards.count), 2)) times"
    }
    return [""] + table.map { "  " + $0 } + [line]
  }

  private func title(of model: ModelPlan) -> String {
    // Without weights norms and biases are not counted.
    let about = model.missingWeights.isEmpty ? "" : "about "
    let parameters =
      model.parameterCount > 0 ? ", \(about)\(NumberText.grouped(model.parameterCount)) parameters" : ""
    return "\(model.name): context window \(NumberText.grouped(model.contextWindow))" + parameters
  }

  /// What the judge is asked for.
  private var judgeLines: [String] {
    guard let judge else { return [] }
    let asked = cells.sum(\.judgments)
    var line =
      "  server: at most \(NumberText.grouped(asked.requestCount)) requests, about "
      + "\(NumberText.grouped(asked.promptTokenCount)) prompt tokens without the answers that are judged, at most "
      + "\(NumberText.grouped(asked.newTokenCount)) new ones"
    if asked.openRequestCount < asked.requestCount {
      line += "; at most \(NumberText.grouped(asked.openRequestCount)) requests are left"
    }
    return ["the judge \(judge.name):", line] + judge.remarks.map { "  \($0)" } + [""]
  }

  /// What a server is asked for; how long it takes is not known before it was asked.
  private func requests(of model: ModelPlan) -> [String] {
    let own = cells.filter { $0.model == model.name }
    let following = own.sum(\.following)
    let later = NumberText.grouped(following.promptTokenCount)
    let more = following.promptTokenCount > 0 ? " (and about \(later) in later calls)" : ""
    let line =
      "  server: \(NumberText.grouped(own.sum(\.requestCount) + following.requestCount)) requests, "
      + "\(NumberText.grouped(own.sum(\.promptTokenCount))) prompt tokens\(more), at most "
      + "\(NumberText.grouped(own.sum(\.newTokenCount) + following.newTokenCount)) new ones"
    var time: [String] = []
    switch model.rate.source {
    case .store(let samples): time = ["  time: as measured on \(samples) samples in the store"]
    case .measured, .assumed, .calibrated: time = ["  time: not known; nothing was measured on this server yet"]
    }
    return [line] + time + model.remarks.map { "  \($0)" }
  }

  private func isTimeKnown(of name: String) -> Bool {
    guard let model = models.first(where: { $0.name == name }), model.isRemote else { return true }
    if case .store = model.rate.source { return true }
    return false
  }

  private func memory(of model: ModelPlan) -> String {
    "  memory: \(NumberText.bytes(model.peakByteCount)) at \(NumberText.grouped(model.longestSequence)) tokens"
      + (model.heldTokenCount > model.longestSequence
        ? ", \(NumberText.grouped(model.heldTokenCount)) where several are decoded together" : "")
      + " (weights \(NumberText.bytes(model.weightByteCount)), keys and values \(NumberText.bytes(model.cacheByteCount)), "
      + "buffers \(NumberText.bytes(model.activationByteCount)))"
  }

  private func speed(of model: ModelPlan) -> String {
    let gigas = NumberText.fixed(2 * model.rate.multiplyAddsPerSecond / 1e9, 1)
    return switch model.rate.source {
    case .store(let samples): "  speed: \(gigas) GFLOP/s, measured on \(samples) samples in the store"
    case .measured(let tokens): "  speed: \(gigas) GFLOP/s, measured just now on \(tokens) tokens"
    case .calibrated(let machine, let threads, let tokens):
      "  speed: \(gigas) GFLOP/s on short prompts, calibrated up to \(NumberText.grouped(tokens)) tokens for \(threads) "
        + "thread\(threads == 1 ? "" : "s") of \(machine)"
    case .assumed(let threads):
      "  speed: \(gigas) GFLOP/s, assumed for \(threads) thread\(threads == 1 ? "" : "s"); nothing was measured yet"
    }
  }

  /// Rows of one model: the cells of one method and task that share their first coordinate are one row.
  private func table(of model: String) -> [String] {
    var rows: [(key: [String], cells: [CellPlan])] = []
    for cell in cells where cell.model == model {
      let place = cell.coordinates.first?.label ?? ""
      let key = [cell.task, place, cell.method]
      if let index = rows.firstIndex(where: { $0.key == key }) {
        rows[index].cells.append(cell)
      } else {
        rows.append((key, [cell]))
      }
    }
    let header = ["task", "", "method", "cells", "samples", "done", "= plain", "tokens", "longest", "cut", "time left"]
    let body = rows.map { key, cells in
      key + [
        NumberText.grouped(cells.count), NumberText.grouped(cells.sum(\.sampleCount)),
        NumberText.grouped(cells.sum(\.doneCount)), NumberText.grouped(cells.sum(\.equalToPlainCount)),
        NumberText.grouped(cells.sum(\.promptTokenCount)), NumberText.grouped(cells.map(\.longestPrompt).max() ?? 0),
        NumberText.grouped(cells.sum(\.truncatedSampleCount)),
        isTimeKnown(of: model) ? NumberText.duration(cells.reduce(0) { $0 + $1.remainingSeconds }) : "-",
      ]
    }
    return TextTable.lines([header] + body) { $0 < 3 ? .left : .right }.map { "  " + $0 }
  }
}

extension Plan {
  /// The plan for programs: one object with sorted keys; times in seconds, sizes in bytes.
  public var json: String {
    let models = models.map { model in
      var members: [String: JSONValue] = [
        "name": .string(model.name), "context_window": .integer(model.contextWindow),
        "parameters": .integer(model.parameterCount), "weight_bytes": .integer(model.weightByteCount),
        "cache_bytes": .integer(model.cacheByteCount), "buffer_bytes": .integer(model.activationByteCount),
        "peak_bytes": .integer(model.peakByteCount), "longest_sequence": .integer(model.longestSequence),
        "missing_weights": .array(model.missingWeights.map { .string($0) }),
        "multiply_adds_per_second": .number(model.rate.multiplyAddsPerSecond), "speed_source": .string(model.rate.name),
      ]
      if model.isRemote {
        let own = self.cells.filter { $0.model == model.name }
        let following = own.sum(\.following)
        members["requests"] = .integer(own.sum(\.requestCount) + following.requestCount)
        members["later_prompt_tokens"] = .integer(following.promptTokenCount)
        members["new_tokens"] = .integer(own.sum(\.newTokenCount) + following.newTokenCount)
        members["server"] = .array(model.remarks.map { .string($0) })
      }
      return JSONValue.object(members)
    }
    let cells = cells.map { cell in
      JSONValue.object([
        "model": .string(cell.model), "method": .string(cell.method), "task": .string(cell.task),
        "coordinates": .object(Dictionary(cell.coordinates.map { ($0.name, .string($0.text)) }) { $1 }),
        "total_samples": .integer(cell.totalSampleCount), "samples": .integer(cell.sampleCount),
        "done": .integer(cell.doneCount), "equal_to_plain": .integer(cell.equalToPlainCount),
        "prompt_tokens": .integer(cell.promptTokenCount), "longest_prompt": .integer(cell.longestPrompt),
        "truncated": .integer(cell.truncatedSampleCount), "remaining_seconds": .number(cell.remainingSeconds),
        "total_seconds": .number(cell.totalSeconds),
      ])
    }
    let missing = missing.map { input in
      JSONValue.object([
        "kind": .string(input.kind == .model ? "model" : "dataset"), "name": .string(input.name),
        "path": .string(input.writtenPath), "unset_variable": JSONValue(input.unsetVariable),
        "looked_for": .array(input.lookedFor.map { .string($0) }),
      ])
    }
    return JSONValue.object([
      "name": .string(name), "models": .array(models), "judge": judgeJSON ?? .null, "cells": .array(cells),
      "missing": .array(missing),
      "choices": .array(choices.map { .string($0) }), "warnings": .array(warnings.map { .string($0) }),
      "shards": .array(
        shards.map { shard in
          JSONValue.object([
            "shard": .integer(shard.index), "samples": .integer(shard.sampleCount), "share": .number(shard.share),
            "seconds": .number(shard.seconds), "models": .array(shard.models.map { .string($0) }),
          ])
        }),
      "samples": .integer(sampleCount), "done": .integer(doneCount),
      "equal_to_plain": .integer(equalToPlainCount), "prompt_tokens": .integer(promptTokenCount),
      "truncated": .integer(truncatedSampleCount), "remaining_seconds": .number(remainingSeconds),
    ]).spelling
  }
}

extension Plan {
  /// What the judge is asked for; null where there is none.
  private var judgeJSON: JSONValue? {
    judge.map { judge in
      let asked = cells.sum(\.judgments)
      return .object([
        "name": .string(judge.name), "requests": .integer(asked.requestCount),
        "requests_left": .integer(asked.openRequestCount), "prompt_tokens": .integer(asked.promptTokenCount),
        "new_tokens": .integer(asked.newTokenCount), "server": .array(judge.remarks.map { .string($0) }),
      ])
    }
  }
}

extension Rate {
  /// Where the figure comes from, in one word.
  fileprivate var name: String {
    switch source {
    case .store: "store"
    case .measured: "measured"
    case .calibrated: "calibrated"
    case .assumed: "assumed"
    }
  }
}

extension [Plan.CellPlan] {
  fileprivate func sum(_ count: (Plan.CellPlan) -> Int) -> Int { reduce(0) { $0 + count($1) } }

  fileprivate func sum(_ calls: (Plan.CellPlan) -> Plan.FollowingCalls) -> Plan.FollowingCalls {
    reduce(Plan.FollowingCalls()) { $0 + calls($1) }
  }
}
