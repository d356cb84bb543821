import Foundation
import JSON
import Reports
import Sweeps
import Text

/// How progress is shown.
enum ProgressMode: String, CaseIterable {
  case auto, plain, json, none
}

/// Turns the events of a sweep into a bar, plain lines or JSON lines on standard error.
///
/// A bar is one line, cut to the terminal, drawn at most ten times a second; a plain line comes at most once per cell and
/// once in half a minute, and one for each cell with failed samples.
final class ProgressPrinter {
  private enum Style { case bar, plain, json, none }

  private let style: Style
  private let clock = ContinuousClock()
  private var lastDrawn: ContinuousClock.Instant?
  private var failures = CellFailures()

  init(_ arguments: Arguments) throws(UsageError) {
    let mode = try arguments.word(GlobalOptions.progress, ProgressMode.self) ?? .auto
    switch mode {
    case .auto where arguments.has(GlobalOptions.quiet): style = .none
    case .auto: style = Terminal.canDrawBar ? .bar : .plain
    case .plain: style = .plain
    case .json: style = .json
    case .none: style = .none
    }
  }

  /// Shows that a plan is being made while it is.
  func whilePlanning<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    planning(name)
    defer { finish() }
    return try body()
  }

  /// Says that samples are made and counted, which takes a while where there are many; what follows takes a bar away.
  func planning(_ name: String) {
    switch style {
    case .none: return
    case .json: Terminal.line(JSONValue.text(of: Line(event: "planning", cell: name), .compact))
    case .bar: Terminal.status("\rplanning \(VisibleText.escaped(name))\u{1b}[K")
    case .plain: Terminal.message("planning \(name)")
    }
  }

  /// Shows one event.
  func show(_ event: ProgressEvent) {
    switch style {
    case .none: return
    case .json: json(event)
    case .bar: bar(event)
    case .plain: plain(event)
    }
  }

  /// True where failed samples are told when their cell ends, and need not be told again.
  var tellsFailures: Bool { style != .none }

  /// Removes what is left of a bar, and tells failures of a cell that was left unfinished.
  func finish() {
    if style == .bar { Terminal.status("\r\u{1b}[K") }
    for line in failures.takeAll() { Terminal.message(line) }
  }

  /// Tells what failed of a cell that ends.
  private func tellFailures(_ cell: CellProgress) {
    guard let line = failures.take(cell) else { return }
    if style == .bar { Terminal.status("\r\u{1b}[K") }
    Terminal.message(line)
  }

  private func bar(_ event: ProgressEvent) {
    switch event {
    case .started(let overall):
      finish()
      Terminal.message(heading(overall))
    case .loadingModel(let name):
      Terminal.status("\rloading \(VisibleText.escaped(name))\u{1b}[K")
    case .modelLoaded: break
    case .cellStarted(let cell, let overall): draw(cell, overall, detail: nil, force: false)
    case .sampleProgress(let sample, let overall):
      let detail = sample.totalTokenCount > 2048 ? "\(sample.tokenCount)/\(sample.totalTokenCount) tokens" : nil
      draw(sample.cell, overall, detail: detail, force: false)
    case .sampleFinished(let sample, let overall): draw(sample.cell, overall, detail: nil, force: false)
    case .sampleFailed(let cell, let id, let reason, let overall):
      failures.add(id, of: cell, reason)
      draw(cell, overall, detail: nil, force: true)
    case .cellFinished(let cell, _): tellFailures(cell)
    }
  }

  private func draw(_ cell: CellProgress, _ overall: OverallProgress, detail: String?, force: Bool) {
    let now = clock.now
    if !force, let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
    lastDrawn = now
    let width = 24
    let filled = Int((overall.fraction * Double(width)).rounded(.down))
    let blocks = String(repeating: "#", count: filled) + String(repeating: ".", count: max(0, width - filled))
    let tail = detail.map { ", \($0)" } ?? ""
    let numbers =
      "\(NumberText.fixed(100 * overall.fraction, 1)) %  \(overall.doneSampleCount)/"
      + "\(overall.sampleCount) samples  \(eta(overall))"
    let columns = Terminal.width(of: 2)
    // A narrow terminal has no room for blocks.
    let line = (columns >= 100 ? "[\(blocks)] " : "") + numbers + "  \(name(cell))\(tail)"
    // Room for the ^C that a terminal writes behind it: a line that went over the edge could not be taken away.
    Terminal.status("\r\(line.prefix(max(1, columns - 3)))\u{1b}[K")
  }

  private func plain(_ event: ProgressEvent) {
    switch event {
    case .started(let overall): Terminal.message(heading(overall))
    case .loadingModel(let name): Terminal.message("loading \(name)")
    case .modelLoaded(let name, let seconds): Terminal.message("loaded \(name) in \(NumberText.fixed(seconds, 1)) s")
    case .cellStarted: break
    case .sampleProgress(let sample, let overall): plainEvery(.seconds(60), sample.cell, overall)
    case .sampleFinished(let sample, let overall): plainEvery(.seconds(60), sample.cell, overall)
    case .sampleFailed(let cell, let id, let reason, let overall):
      failures.add(id, of: cell, reason)
      plainEvery(.seconds(60), cell, overall)
    case .cellFinished(let cell, let overall):
      tellFailures(cell)
      if overall.finishedCellCount < overall.cellCount { return plainEvery(.seconds(30), cell, overall) }
      lastDrawn = clock.now
      Terminal.message("\(NumberText.fixed(100 * overall.fraction, 1)) %  all \(overall.cellCount) cells")
    }
  }

  private func plainEvery(_ interval: Duration, _ cell: CellProgress, _ overall: OverallProgress) {
    let now = clock.now
    guard let last = lastDrawn else {
      lastDrawn = now
      return
    }
    guard now - last >= interval else { return }
    lastDrawn = now
    Terminal.message("\(NumberText.fixed(100 * overall.fraction, 1)) %  \(eta(overall))  \(name(cell))")
  }

  private func heading(_ overall: OverallProgress) -> String {
    let known = overall.doneSampleCount > 0 ? ", \(overall.doneSampleCount) already done" : ""
    return "\(overall.cellCount) cells, \(overall.sampleCount) samples\(known)"
  }

  private func name(_ cell: CellProgress) -> String {
    VisibleText.escaped("\(cell.model) \(cell.method) \(cell.task) \(cell.coordinates)")
  }

  private func eta(_ overall: OverallProgress) -> String {
    guard let seconds = overall.remainingSeconds else { return "no estimate yet" }
    let weak = overall.isEstimateWeak ? " (from fewer than 3 samples)" : ""
    return "\(NumberText.duration(seconds)) left\(weak)"
  }

  private struct Line: Encodable {
    var event: String
    var cell: String?
    var sample: String?
    var reason: String?
    var tokens: Int?
    var total_tokens: Int?
    var value: Double?
    var done: Int?
    var samples: Int?
    var fraction: Double?
    var seconds_left: Double?
  }

  private func json(_ event: ProgressEvent) {
    var line: Line
    switch event {
    case .started(let overall): line = self.line("started", nil, overall)
    case .loadingModel(let name): line = Line(event: "loading", cell: name)
    case .modelLoaded(let name, _): line = Line(event: "loaded", cell: name)
    case .cellStarted(let cell, let overall): line = self.line("cell-started", cell, overall)
    case .sampleProgress(let sample, let overall):
      let now = clock.now
      if let lastDrawn, now - lastDrawn < .milliseconds(250) { return }
      lastDrawn = now
      line = self.line("progress", sample.cell, overall)
      line.sample = sample.sampleID
      line.tokens = sample.tokenCount
      line.total_tokens = sample.totalTokenCount
    case .sampleFinished(let sample, let overall):
      line = self.line(sample.isReused ? "reused" : "sample", sample.cell, overall)
      line.sample = sample.sampleID
      line.value = sample.value
    case .sampleFailed(let cell, let id, let reason, let overall):
      line = self.line("failed", cell, overall)
      line.sample = id
      line.reason = reason
    case .cellFinished(let cell, let overall): line = self.line("cell-finished", cell, overall)
    }
    Terminal.line(JSONValue.text(of: line, .compact))
  }

  private func line(_ event: String, _ cell: CellProgress?, _ overall: OverallProgress) -> Line {
    Line(
      event: event, cell: cell.map(name), done: overall.doneSampleCount, samples: overall.sampleCount,
      fraction: overall.fraction, seconds_left: overall.remainingSeconds)
  }
}
