import Store

extension ReportBuilder {
  /// The metric against the columns, where they are numbers: perplexity or accuracy by length.
  mutating func addCurve(_ section: Section, _ grid: Grid) {
    guard grid.isNumeric, let metric = grid.metric else { return }
    let lines = grid.methods.map { method in
      LineChart.Line(
        name: method,
        points: grid.columns.filter { !grid.cells(method, $0).isEmpty }.map { column in
          let aggregate = grid.cells(method, column).aggregate(metric)
          let scale = metric.isPercentage ? 100.0 : 1
          return LineChart.Point(
            x: column.number ?? 0, y: aggregate.value.map { $0 * scale },
            low: aggregate.low.map { $0 * scale }, high: aggregate.high.map { $0 * scale },
            tooltip: "\(method), \(grid.axis) \(column.value): \(Table.Cell(aggregate, metric).plainText)")
        })
    }
    let places = grid.columns.compactMap(\.number)
    var chart = LineChart(
      title: "\(title(section, grid))", subtitle: "\(section.model), with 95 % intervals",
      xTitle: grid.isLength ? "context length (tokens)" : grid.axis, yTitle: metric.title, lines: lines)
    chart.xTicks = places
    chart.xIsLogarithmic = (places.min() ?? 0) > 0
    if metric.isPercentage { chart.yRange = (0, 100) }
    chart.uncertainty = metric.isPercentage ? .bars : .bands
    if grid.isLength { chart.contextWindow = Double(section.contextWindow) }
    document.figure(
      Figure(
        id: slugs.slug([section.model, section.title, grid.variant, "by", grid.axis]),
        caption: "\(section.model), \(title(section, grid))", svg: chart.svg()))
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
        title: method,
        cells: depths.map { depth in
          grid.columns.map { column in
            let cells = grid.cells(method, column).filter { $0.coordinate(Grid.depth) == depth }
            guard !cells.isEmpty else { return Heatmap.Cell(text: "", share: nil) }
            let scored = cells.contributions(metric).scored
            guard let value = metric.combined(scored) else { return Heatmap.Cell(text: "missing", share: nil) }
            let isComplete = scored.count == cells.reduce(0) { $0 + $1.record.sampleCount }
            let text = metric.isPercentage ? NumberText.fixed(100 * value, 0) : metric.text(value)
            return Heatmap.Cell(text: text + (isComplete ? "" : "*"), share: shares.share(value))
          }
        })
    }
    var map = Heatmap(
      title: "\(section.title): \(metric.title) by \(grid.axis) and depth",
      subtitle: section.model + (grid.variant.isEmpty ? "" : ", \(grid.variant)") + "; * where samples are missing",
      xTitle: grid.isLength ? "context length (tokens)" : grid.axis, yTitle: "depth",
      columns: grid.columns.map { $0.number.map(NumberText.tokens) ?? $0.value },
      rows: depths.map(Self.depthLabel), panels: panels,
      legend: metric.isPercentage ? ("0 %", "100 %") : ("worst", "best"))
    if grid.isLength {
      map.contextWindow = section.contextWindow
      map.firstColumnBeyond = grid.columns.firstIndex { ($0.number ?? 0) > Double(section.contextWindow) }
    }
    document.figure(
      Figure(
        id: slugs.slug([section.model, section.title, grid.variant, "heatmap"]),
        caption: "\(section.model), \(section.title): \(metric.title) by \(grid.axis) and depth", svg: map.svg()))
  }

  /// A depth between 0 and 1 as a percentage.
  private static func depthLabel(_ depth: String) -> String {
    guard let number = Double(depth), (0...1).contains(number) else { return depth }
    return NumberText.short((number * 1000).rounded() / 10) + " %"
  }

  /// Mean NLL by absolute position, from the stored log-probabilities of the longest texts.
  mutating func addPositionCurve(_ section: Section) throws(ReportError) {
    for grid in section.grids {
      guard let column = grid.columns.last, column.metric.isPerplexity else { continue }
      var curves: [(method: String, buckets: PositionBuckets)] = []
      for method in grid.methods {
        var buckets = PositionBuckets()
        for cell in grid.cells(method, column) {
          let results = try fromStore { () throws(StoreError) in
            try store.results(in: cell.id, withPrompts: false, withLogProbabilities: true)
          }
          for result in results { buckets.add(result.logProbabilities ?? []) }
        }
        if buckets.tokenCount > 0 { curves.append((method, buckets)) }
      }
      guard let longest = curves.map(\.buckets.length).max(), longest > 1 else { continue }
      let width = PositionBuckets.width(for: longest)
      let excluded = curves.reduce(0) { $0 + $1.buckets.excludedCount }
      var chart = LineChart(
        title: "\(section.title): NLL by position"
          + (grid.isLength ? ", length \(column.value)" : column.value.isEmpty ? "" : ", \(column.value)"),
        subtitle: "\(section.model); mean over buckets of \(width) positions",
        xTitle: "position of the predicted token", yTitle: "mean NLL (nats per token)",
        lines: curves.map { method, buckets in
          .init(name: method, points: buckets.means(width: width).map { .init(x: $0.position, y: $0.mean) })
        })
      chart.hasMarkers = false
      chart.contextWindow = Double(section.contextWindow)
      if excluded > 0 { chart.note = "\(excluded) tokens with probability 0 or no number are left out." }
      document.figure(
        Figure(
          id: slugs.slug([section.model, section.title, grid.variant, "nll-by-position"]),
          caption: "\(section.model), \(section.title): mean negative log-likelihood by absolute position",
          svg: chart.svg()))
    }
  }
}

/// Sums of NLL by position, over texts.
struct PositionBuckets {
  private var sums: [Double] = []
  private var counts: [Int] = []
  /// Values that are not finite.
  private(set) var excludedCount = 0

  /// Positions that any text reaches: the token at index i of a text stands at position i + 1.
  var length: Int { sums.count }
  var tokenCount: Int { counts.reduce(0, +) }

  mutating func add(_ logProbabilities: [Float]) {
    if logProbabilities.count > sums.count {
      sums.append(contentsOf: [Double](repeating: 0, count: logProbabilities.count - sums.count))
      counts.append(contentsOf: [Int](repeating: 0, count: logProbabilities.count - counts.count))
    }
    for (index, value) in logProbabilities.enumerated() {
      if value.isFinite {
        sums[index] -= Double(value)
        counts[index] += 1
      } else {
        excludedCount += 1
      }
    }
  }

  /// A power of two that gives at most 64 buckets.
  static func width(for length: Int) -> Int {
    var width = 1
    while width * 64 < length { width *= 2 }
    return width
  }

  /// The mean of each bucket at its middle; buckets without a token are left out.
  func means(width: Int) -> [(position: Double, mean: Double)] {
    stride(from: 0, to: length, by: width).compactMap { start in
      let end = min(start + width, length)
      let count = counts[start..<end].reduce(0, +)
      guard count > 0 else { return nil }
      return (Double(start + end + 1) / 2, sums[start..<end].reduce(0, +) / Double(count))
    }
  }
}
