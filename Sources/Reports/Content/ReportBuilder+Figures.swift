import Evaluation
import Metrics
import Store
import Text

extension ReportBuilder {
  /// The metric against the columns, where they are numbers: perplexity or accuracy by length.
  mutating func addCurve(_ section: Section, _ grid: Grid) {
    for figure in curves(section, grid) { document.figure(figure) }
  }

  /// The curve of a table, and a second one without the methods that leave the others no room: `plain`, mostly.
  mutating func curves(_ section: Section, _ grid: Grid) -> [Figure] {
    guard grid.isNumeric, let metric = grid.metric else { return [] }
    let id = [section.model, section.title, grid.variant, "by", grid.axis]
    let lines = lines(section, grid, metric)
    var figures = [chart(section, grid, metric, lines, id: slugs.slug(id), caption: "")]
    func ratio(_ lines: [LineChart.Line]) -> Double {
      let values = lines.flatMap { $0.points.compactMap(\.y) }
      guard let low = values.min(), let high = values.max(), low > 0 else { return 1 }
      return high / low
    }
    guard metric.isPerplexity else { return figures }
    // As few as it takes, and never more than a third of the lines.
    let highest = lines.map { line in (line.name, line.points.compactMap(\.y).max() ?? 0) }.sorted { $0.1 > $1.1 }
    for count in 1...max(1, lines.count / 3) where lines.count - count > 1 {
      let runaways = highest.prefix(count).map(\.0)
      let others = lines.filter { !runaways.contains($0.name) }
      guard ratio(lines) > 3 * ratio(others) else { continue }
      figures.append(
        chart(
          section, grid, metric, others, id: slugs.slug(id + ["without"] + (count == 1 ? runaways : ["the-worst"])),
          caption: ", without " + (count < 4 ? runaways.joined(separator: ", ") : "the \(count) worst methods")))
      break
    }
    return figures
  }

  private func chart(
    _ section: Section, _ grid: Grid, _ metric: MetricDescription, _ lines: [LineChart.Line], id: String,
    caption: String
  ) -> Figure {
    let isBare = !LineChart.showsIntervals(metric.isPercentage ? .bars : .bands, lineCount: lines.count)
    let hasIntervals = lines.contains { $0.points.contains { $0.low != nil } }
    var chart = LineChart(
      title: "\(title(section, grid))\(caption)",
      subtitle: section.model
        + (!hasIntervals ? "" : isBare ? "; intervals stand in the table" : ", with 95 % intervals"),
      xTitle: grid.isLength ? "context length (tokens)" : grid.axis, yTitle: metric.title, lines: lines)
    chart.xTicks = grid.columns.compactMap(\.number)
    chart.xIsLogarithmic = (chart.xTicks.min() ?? 0) > 0
    if metric.isPercentage { chart.yRange = (0, 100) }
    chart.uncertainty = metric.isPercentage ? .bars : .bands
    if grid.isLength { chart.contextWindow = Double(section.contextWindow) }
    return Figure(
      id: id, caption: "\(section.model), \(title(section, grid))\(caption)", picture: chart.picture(),
      pgfplots: chart.pgfplots())
  }

  private func lines(_ section: Section, _ grid: Grid, _ metric: MetricDescription) -> [LineChart.Line] {
    let styles = LineStyle.styles(
      of: evaluations.names(\.method) + [evaluations.automatic?.spelling].compactMap(\.self))
    let scale = metric.isPercentage ? 100.0 : 1
    func point(_ method: String, _ column: Grid.Column) -> LineChart.Point? {
      let cells = grid.cells(method, column)
      guard !cells.isEmpty else { return nil }
      let aggregate = cells.aggregate(metric)
      return LineChart.Point(
        x: column.number ?? 0, y: aggregate.value.map { $0 * scale },
        low: aggregate.low.map { $0 * scale }, high: aggregate.high.map { $0 * scale },
        tooltip: "\(method), \(grid.axis) \(column.value): \(Table.Cell(aggregate, metric).plainText)")
    }
    // What `auto` chose, one method for each length, is one line.
    return MethodRow.rows(of: grid.methods, in: [grid], evaluations.automatic).map { row in
      LineChart.Line(
        method: row.label, name: row.shortName,
        style: styles[row.label] ?? styles[row.method(grid, grid.columns[0]) ?? ""]
          ?? .init(color: 0, dash: 0, marker: .circle),
        points: grid.columns.compactMap { column in row.method(grid, column).flatMap { point($0, column) } })
    }
  }

  /// Length by depth, one panel for each method: the picture of the passkey and needle tests.
  mutating func addDepthHeatmap(_ section: Section, _ grid: Grid) {
    let depths = grid.depths
    guard depths.count > 1, let metric = grid.metric else { return }
    let all = grid.methods.flatMap { method in
      grid.columns.flatMap { column in
        grid.cells(method, column).compactMap { metric.combined([$0].contributions(metric).scored) }
      }
    }
    let shares = Shares(metric, all)
    let panels = grid.methods.map { method in
      Heatmap.Panel(
        title: MethodText.short(method), method: method,
        cells: depths.map { depth in
          grid.columns.map { column in
            let cells = grid.cells(method, column).filter { $0.coordinate(Grid.depth) == depth }
            guard !cells.isEmpty else { return Heatmap.Cell(text: "", color: nil) }
            let scored = cells.contributions(metric).scored
            guard let value = metric.combined(scored) else {
              return Heatmap.Cell(text: cells.aggregate(metric).absence, color: nil)
            }
            let isComplete = scored.count == cells.reduce(0) { $0 + $1.wantedCount }
            let text = metric.isPercentage ? NumberText.fixed(100 * value, 0) : metric.text(value)
            return Heatmap.Cell(
              text: text + (isComplete ? "" : "*"), color: Palette.sequential(shares.share(value)))
          }
        })
    }
    let counts = Set(
      grid.methods.flatMap { method in
        grid.columns.flatMap { grid.cells(method, $0).map { [$0].contributions(metric).scored.count } }
      })
    let each = counts.count == 1 ? "; n=\(counts.first ?? 0) in each square" : "; * where samples have no score"
    var map = Heatmap(
      title: "\(section.title): \(metric.title) by \(grid.axis) and depth",
      subtitle: section.model + (grid.variant.isEmpty ? "" : ", \(grid.variant)") + each,
      xTitle: grid.isLength ? "context length (tokens)" : grid.axis, yTitle: "depth",
      columns: grid.columns.map { $0.number.map(NumberText.tokens) ?? $0.value },
      rows: depths.map(Self.depthLabel), panels: panels,
      legend: .init(
        low: metric.isPercentage ? "0 %" : "worst", high: metric.isPercentage ? "100 %" : "best",
        color: Palette.sequential))
    if grid.isLength {
      map.contextWindow = section.contextWindow
      map.firstColumnBeyond = grid.columns.firstIndex { ($0.number ?? 0) > Double(section.contextWindow) }
    }
    document.figure(
      Figure(
        id: slugs.slug([section.model, section.title, grid.variant, "heatmap"]),
        caption: "\(section.model), \(section.title): \(metric.title) by \(grid.axis) and depth",
        picture: map.picture(), pgfplots: map.tikz()))
  }

  /// A depth between 0 and 1 as a percentage.
  static func depthLabel(_ depth: String) -> String {
    guard let number = Double(depth), (0...1).contains(number) else { return depth }
    return NumberText.short((number * 1000).rounded() / 10) + " %"
  }

  /// Perplexity by absolute position, from the stored log-probabilities of the longest texts: a table and a curve.
  mutating func addPositions(_ section: Section) throws(ReportError) {
    for grid in section.grids {
      guard let column = grid.columns.last, column.metric.isPerplexity else { continue }
      var curves: [MethodCurve] = []
      for method in grid.methods {
        var curve = PositionCurve()
        for cell in grid.cells(method, column) {
          let results = try fromStore { () throws(StoreError) in
            try store.results(in: cell.id, withPrompts: false, withLogProbabilities: true)
          }
          let documents = Dictionary(
            cell.samples.map { ($0.result.sampleID, $0.document) }, uniquingKeysWith: { first, _ in first })
          // Intervals of one document are over its windows, in the text's order.
          for result in NaturalOrder.sorted(results, by: { $0.sampleID }) {
            curve.add(
              result.logProbabilities ?? [], unit: documents[result.sampleID].flatMap { $0 } ?? result.sampleID)
          }
        }
        if curve.tokenCount > 0 { curves.append(MethodCurve(method: method, curve: curve)) }
      }
      guard let longest = curves.map(\.curve.length).max(), longest > 1 else { continue }
      addPositionTable(section, grid, column, curves, longest: longest)
      addPositionCurve(section, grid, column, curves, longest: longest)
    }
  }

  private mutating func addPositionTable(
    _ section: Section, _ grid: Grid, _ column: Grid.Column, _ curves: [MethodCurve], longest: Int
  ) {
    let width = PositionCurve.width(for: longest, count: 8)
    let starts = Array(stride(from: 0, to: longest, by: width))
    var table = Table(
      id: slugs.slug([section.model, section.title, grid.variant, "positions"]),
      title: positionTitle(section, grid, column, "perplexity by position"), corner: "method",
      columns: starts.map { start in
        let beyond = section.contextWindow > 0 && start >= section.contextWindow ? " (beyond L)" : ""
        return "\(start + 1)-\(min(start + width, longest))\(beyond)"
      })
    table.coordinates = coordinates(section, grid).merging(["column": column.value]) { $1 }
    for curve in curves {
      table.rows.append(
        .init(
          label: curve.method,
          cells: starts.map { start in
            guard let mean = curve.curve.mean(start..<min(start + width, longest)) else { return Table.Cell("") }
            let kind = PerplexityKind.perTokens
            var cell = Table.Cell(NumberText.adaptive(kind.value(meanNLL: mean.mean)))
            cell.value = kind.value(meanNLL: mean.mean)
            cell.count = mean.count
            return cell
          }))
    }
    table.note =
      "exp(mean NLL) of the tokens at these positions of their windows, every token of every window, whether the "
      + "convention scores it or not."
    document.table(table)
  }

  private func positionTitle(_ section: Section, _ grid: Grid, _ column: Grid.Column, _ what: String) -> String {
    "\(section.title)\(variant(grid)): \(what)"
      + (grid.isLength ? ", length \(column.value)" : column.value.isEmpty ? "" : ", \(column.value)")
  }

  private mutating func addPositionCurve(
    _ section: Section, _ grid: Grid, _ column: Grid.Column, _ curves: [MethodCurve], longest: Int
  ) {
    let width = PositionCurve.width(for: longest, count: PositionCurve.bucketLimit)
    let excluded = curves.reduce(0) { $0 + $1.curve.excludedCount }
    let styles = LineStyle.styles(of: evaluations.names(\.method))
    let places = curves.map { $0.curve.perplexities(width: width) }
    let hasIntervals =
      LineChart.showsIntervals(.bands, lineCount: curves.count)
      && places.contains { $0.contains { $0.estimate.interval != nil } }
    var chart = LineChart(
      title: positionTitle(section, grid, column, "perplexity by position"),
      subtitle: "\(section.model); \(NumberText.count(width, "position")) together"
        + (hasIntervals ? ", with 95 % intervals" : ""),
      xTitle: "position of the predicted token", yTitle: "perplexity",
      lines: zip(curves, places).map { curve, places in
        .init(
          method: curve.method, name: MethodText.short(curve.method),
          style: styles[curve.method] ?? .init(color: 0, dash: 0, marker: .circle),
          points: places.map { place in
            .init(
              x: place.position, y: place.estimate.value, low: place.estimate.interval?.low,
              high: place.estimate.interval?.high)
          })
      })
    chart.hasMarkers = false
    chart.fitsIntervals = false
    chart.contextWindow = Double(section.contextWindow)
    if excluded > 0 { chart.note = "\(excluded) tokens with probability 0 or no number are left out." }
    document.figure(
      Figure(
        id: slugs.slug([section.model, section.title, grid.variant, "perplexity-by-position"]),
        caption: "\(section.model), \(positionTitle(section, grid, column, "perplexity by absolute position"))",
        picture: chart.picture(), pgfplots: chart.pgfplots()))
  }
}

/// The NLL of one method by position.
private struct MethodCurve {
  let method: String
  let curve: PositionCurve
}
