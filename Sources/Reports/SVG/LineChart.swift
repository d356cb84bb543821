import Evaluation
import Text

/// Lines over a number line, with bands for intervals and a mark at the context window.
struct LineChart {
  struct Point {
    let x: Double
    /// Nil interrupts the line: a gap is shown as one.
    let y: Double?
    var low: Double?
    var high: Double?
    var tooltip = ""
  }
  enum Uncertainty { case bands, bars }
  struct Line {
    let name: String
    let points: [Point]
  }

  var title: String
  var subtitle = ""
  var xTitle: String
  var yTitle: String
  var lines: [Line]
  /// Places that get a tick of their own; round ones where empty.
  var xTicks: [Double] = []
  var xIsLogarithmic = false
  /// A fixed range for the vertical axis, for shares; otherwise around the data.
  var yRange: (low: Double, high: Double)?
  /// How intervals are drawn: bands for few values close together, bars for wide intervals that overlap.
  var uncertainty = Uncertainty.bands
  var hasMarkers = true
  /// The pretraining window, marked by a vertical line.
  var contextWindow: Double?
  var note = ""

  private static let plot = (left: 72.0, top: 68.0, width: 560.0, height: 300.0)

  /// The picture.
  func svg() -> String {
    let plot = Self.plot
    let legendWidth = (lines.map { Canvas.width(of: $0.name, size: 12) }.max() ?? 0) + 58
    let noteHeight = note.isEmpty ? 0.0 : 22
    let height = max(plot.top + plot.height + 58 + noteHeight, plot.top + 20 + 20 * Double(lines.count))
    var canvas = Canvas(width: plot.left + plot.width + 20 + legendWidth, height: height, title: title)
    canvas.text(title, at: .init(plot.left, 24), size: 15, bold: true)
    if !subtitle.isEmpty { canvas.text(subtitle, at: .init(plot.left, 43), fill: Canvas.muted) }
    let (x, y) = (xScale(), yScale())
    drawAxes(&canvas, x, y)
    if uncertainty == .bands {
      for (index, line) in lines.enumerated() { drawBand(line, index, &canvas, x, y) }
    }
    drawContextWindow(&canvas, x)
    let order = lines.indices.sorted { (Palette.dashKind($0), $0) < (Palette.dashKind($1), $1) }
    for index in order { draw(lines[index], index, &canvas, x, y) }
    drawLegend(&canvas)
    if !note.isEmpty {
      canvas.text(note, at: .init(plot.left, plot.top + plot.height + 66), size: 11, fill: Canvas.muted)
    }
    return canvas.svg
  }

  private func xScale() -> Scale {
    var values = lines.flatMap { $0.points.map(\.x) }
    if let contextWindow { values.append(contextWindow) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let (start, end) = (Self.plot.left, Self.plot.left + Self.plot.width)
    if xIsLogarithmic, low > 0, high > low {
      return Scale(.logarithmic, low: low / 1.14, high: high * 1.14, start: start, end: end)
    }
    return Scale(.linear, low: low, high: high, start: start, end: end)
  }

  private func yScale() -> Scale {
    let (start, end) = (Self.plot.top + Self.plot.height, Self.plot.top)
    if let yRange { return Scale(.linear, low: yRange.low, high: yRange.high, start: start, end: end) }
    let values = lines.flatMap { $0.points.compactMap(\.y) }
    let around = Scale.around(values, start: start, end: end)
    let bounds = lines.flatMap { $0.points.flatMap { [$0.low, $0.high].compactMap { $0 } } }
      .filter { around.kind == .linear || $0 > 0 }
    return Scale.around(values + bounds, start: start, end: end)
  }

  private func drawAxes(_ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
    let plot = Self.plot
    let (bottom, right) = (plot.top + plot.height, plot.left + plot.width)
    for tick in y.ticks(6) {
      let at = y.pixel(tick)
      canvas.line(from: .init(plot.left, at), to: .init(right, at), stroke: Canvas.gridLine)
      canvas.text(NumberText.tick(tick), at: .init(plot.left - 8, at + 4), fill: Canvas.muted, anchor: .end)
    }
    canvas.line(from: .init(plot.left, bottom), to: .init(right, bottom), stroke: Canvas.muted)
    var occupied = -Double.infinity
    for tick in xTicks.isEmpty ? x.ticks(8) : xTicks.sorted() {
      let at = x.pixel(tick)
      canvas.line(from: .init(at, bottom), to: .init(at, bottom + 5), stroke: Canvas.muted)
      let label = NumberText.tokens(tick)
      let half = Canvas.width(of: label, size: 12) / 2
      guard at - half > occupied + 6 else { continue }
      canvas.text(label, at: .init(at, bottom + 19), fill: Canvas.muted, anchor: .middle)
      occupied = at + half
    }
    canvas.text(xTitle, at: .init(plot.left + plot.width / 2, bottom + 42), anchor: .middle)
    canvas.text(yTitle, at: .init(20, plot.top + plot.height / 2), anchor: .middle, rotation: -90)
  }

  private func drawContextWindow(_ canvas: inout Canvas, _ x: Scale) {
    guard let contextWindow else { return }
    let (at, top) = (x.pixel(contextWindow), Self.plot.top)
    canvas.line(
      from: .init(at, top - 5), to: .init(at, top + Self.plot.height), stroke: "#c0392b", width: 1.5, dash: "5 4")
    canvas.text(
      "L = \(NumberText.short(contextWindow))", at: .init(at, top - 9), size: 11, fill: "#c0392b", anchor: .middle)
  }

  /// Lines with bars stand a little beside each other, so that bars at one place can be told apart.
  private func shift(_ index: Int) -> Double {
    guard uncertainty == .bars, lines.count > 1 else { return 0 }
    let step = min(7, 42 / Double(lines.count - 1))
    return step * (Double(index) - Double(lines.count - 1) / 2)
  }

  private func drawBand(_ line: Line, _ index: Int, _ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
    for run in runs(line) where run.count > 1 {
      let bounded = run.compactMap { point in
        point.low.flatMap { low in point.high.map { (x: point.x, low: low, high: $0) } }
      }
      guard bounded.count == run.count else { continue }
      let upper = bounded.map { Canvas.Point(x.pixel($0.x), y.pixel($0.high)) }
      let lower = bounded.reversed().map { Canvas.Point(x.pixel($0.x), y.pixel($0.low)) }
      canvas.polygon(upper + lower, fill: Palette.line(index), opacity: 0.13)
    }
  }

  private func draw(_ line: Line, _ index: Int, _ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
    let color = Palette.line(index)
    for run in runs(line) {
      let points = run.compactMap { point in
        point.y.map { Canvas.Point(x.pixel(point.x) + shift(index), y.pixel($0)) }
      }
      if points.count > 1 { canvas.polyline(points, stroke: color, width: 2, dash: Palette.dash(index)) }
      guard hasMarkers || points.count == 1 else { continue }
      for (point, place) in zip(run, points) {
        if uncertainty == .bars || run.count == 1, let low = point.low, let high = point.high {
          canvas.line(
            from: .init(place.x, y.pixel(low)), to: .init(place.x, y.pixel(high)), stroke: color, width: 1.2)
        }
        canvas.marker(index, at: place, fill: color, tooltip: point.tooltip)
      }
    }
  }

  /// The points of a line without its gaps.
  private func runs(_ line: Line) -> [[Point]] {
    line.points.sorted { $0.x < $1.x }.split { $0.y == nil }.map(Array.init)
  }

  private func drawLegend(_ canvas: inout Canvas) {
    let left = Self.plot.left + Self.plot.width + 20
    for (index, line) in lines.enumerated() {
      let at = Self.plot.top + 10 + 20 * Double(index)
      let color = Palette.line(index)
      canvas.polyline(
        [.init(left, at), .init(left + 26, at)], stroke: color, width: 2, dash: Palette.dash(index))
      if hasMarkers { canvas.marker(index, at: .init(left + 13, at), fill: color, tooltip: "") }
      canvas.text(line.name, at: .init(left + 34, at + 4))
    }
  }
}
