import Evaluation
import Text

/// Lines over a number line, with bands or bars for intervals, a mark at the context window and names at the lines' ends.
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
    /// The method, which a page can hide.
    let method: String
    /// What stands at its end.
    let name: String
    let style: LineStyle
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
  /// Whether the vertical axis makes room for all intervals; where they are many and wide, they go over its ends.
  var fitsIntervals = true
  /// The pretraining window, marked by a vertical line.
  var contextWindow: Double?
  var note = ""

  /// Bars of more lines than these would hide each other; the tables have the intervals.
  static let barLimit = 4
  /// Bands of more lines than these are one grey field.
  static let bandLimit = 12
  private static let labelHeight = 14.5

  /// Where the axes are.
  private struct Plot {
    let left = 66.0
    let top = 66.0
    let width = 500.0
    let height: Double

    var right: Double { left + width }
    var bottom: Double { top + height }
  }

  private var plot: Plot { Plot(height: max(290, Self.labelHeight * Double(lines.count + 1))) }

  /// The picture.
  func picture() -> Canvas {
    let plot = plot
    let (x, y) = (xScale(plot), yScale(plot))
    let labels = (lines.map { Canvas.width(of: label(of: $0), size: 12) }.max() ?? 0) * 1.1 + 72
    let heading = max(Canvas.width(of: title, size: 15) * 1.25, Canvas.width(of: subtitle, size: 12)) + 24
    var canvas = Canvas(
      width: max(plot.right + labels, heading), height: plot.bottom + 54 + (note.isEmpty ? 0 : 20), title: title)
    canvas.text(title, at: .init(12, 22), size: 15, bold: true)
    if !subtitle.isEmpty { canvas.text(subtitle, at: .init(12, 41), fill: .muted) }
    drawAxes(&canvas, plot, x, y)
    drawContextWindow(&canvas, plot, x)
    // Solid lines first: dashed ones show them through their gaps.
    let order = lines.indices.sorted { (lines[$0].style.dash, $0) < (lines[$1].style.dash, $1) }
    let places = labelPlaces(plot, y)
    for index in order {
      canvas.group(method: lines[index].method) { canvas in
        if uncertainty == .bands, showsIntervals { drawBand(lines[index], &canvas, x, y) }
        draw(lines[index], &canvas, x, y)
        drawLabel(index, at: places[index], &canvas, plot, x, y)
      }
    }
    if !note.isEmpty { canvas.text(note, at: .init(12, plot.bottom + 62), size: 11, fill: .muted) }
    return canvas
  }

  private var showsIntervals: Bool {
    Self.showsIntervals(uncertainty, lineCount: lines.count)
  }

  /// Whether intervals of that kind are drawn of so many lines.
  static func showsIntervals(_ uncertainty: Uncertainty, lineCount: Int) -> Bool {
    lineCount <= (uncertainty == .bands ? bandLimit : barLimit)
  }

  private func xScale(_ plot: Plot) -> Scale {
    var values = lines.flatMap { $0.points.map(\.x) }
    if let contextWindow { values.append(contextWindow) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if xIsLogarithmic, low > 0, high > low {
      return Scale(.logarithmic, low: low / 1.08, high: high * 1.02, start: plot.left, end: plot.right)
    }
    return Scale(.linear, low: low, high: high, start: plot.left, end: plot.right)
  }

  private func yScale(_ plot: Plot) -> Scale {
    if let yRange { return Scale(.linear, low: yRange.low, high: yRange.high, start: plot.bottom, end: plot.top) }
    let values = lines.flatMap { $0.points.compactMap(\.y) }
    let around = Scale.around(values, start: plot.bottom, end: plot.top)
    guard showsIntervals, fitsIntervals else { return around }
    let bounds = lines.flatMap { $0.points.flatMap { [$0.low, $0.high].compactMap { $0 } } }
      .filter { around.kind == .linear || $0 > 0 }
    return Scale.around(values + bounds, start: plot.bottom, end: plot.top)
  }

  private func drawAxes(_ canvas: inout Canvas, _ plot: Plot, _ x: Scale, _ y: Scale) {
    for tick in y.ticks(6) {
      let at = y.pixel(tick)
      canvas.line(from: .init(plot.left, at), to: .init(plot.right, at), .init(paint: .gridLine))
      canvas.text(NumberText.tick(tick), at: .init(plot.left - 8, at + 4), fill: .muted, anchor: .end)
    }
    canvas.line(from: .init(plot.left, plot.bottom), to: .init(plot.right, plot.bottom), .init(paint: .muted))
    var occupied = -Double.infinity
    for tick in xTicks.isEmpty ? x.ticks(8) : xTicks.sorted() {
      let at = x.pixel(tick)
      canvas.line(from: .init(at, plot.bottom), to: .init(at, plot.bottom + 5), .init(paint: .muted))
      let label = NumberText.tokens(tick)
      let half = Canvas.width(of: label, size: 12) / 2
      guard at - half > occupied + 6 else { continue }
      canvas.text(label, at: .init(at, plot.bottom + 19), fill: .muted, anchor: .middle)
      occupied = at + half
    }
    canvas.text(xTitle, at: .init(plot.left + plot.width / 2, plot.bottom + 41), anchor: .middle)
    canvas.text(yTitle, at: .init(18, plot.top + plot.height / 2), anchor: .middle, rotation: -90)
  }

  private func drawContextWindow(_ canvas: inout Canvas, _ plot: Plot, _ x: Scale) {
    guard let contextWindow else { return }
    let at = x.pixel(contextWindow)
    canvas.line(
      from: .init(at, plot.top - 4), to: .init(at, plot.bottom), .init(paint: .accent, width: 1.5, dash: [5, 4]))
    canvas.text(
      "L = \(NumberText.short(contextWindow))", at: .init(at, plot.top - 8), size: 11, fill: .accent, anchor: .middle)
  }

  private func drawBand(_ line: Line, _ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
    for run in runs(line) where run.count > 1 {
      let bounded = run.compactMap { point in
        point.low.flatMap { low in point.high.map { (x: point.x, low: low, high: $0) } }
      }
      guard bounded.count == run.count else { continue }
      let upper = bounded.map { Canvas.Point(x.pixel($0.x), y.pixel($0.high)) }
      let lower = bounded.reversed().map { Canvas.Point(x.pixel($0.x), y.pixel($0.low)) }
      canvas.polygon(upper + lower, fill: line.style.paint, opacity: max(0.03, min(0.13, 0.5 / Double(lines.count))))
    }
  }

  private func draw(_ line: Line, _ canvas: inout Canvas, _ x: Scale, _ y: Scale) {
    let hasBars = uncertainty == .bars && showsIntervals
    for run in runs(line) {
      let points = run.compactMap { point in point.y.map { Canvas.Point(x.pixel(point.x), y.pixel($0)) } }
      if points.count > 1 {
        canvas.polyline(points, .init(paint: line.style.paint, width: 2, dash: line.style.dashes))
      }
      guard hasMarkers || points.count == 1 else { continue }
      for (point, place) in zip(run, points) {
        if hasBars || run.count == 1, let low = point.low, let high = point.high {
          canvas.line(
            from: .init(place.x, y.pixel(low)), to: .init(place.x, y.pixel(high)),
            .init(paint: line.style.paint, width: 1.2))
        }
        canvas.marker(line.style.marker, at: place, fill: line.style.paint, tooltip: point.tooltip)
      }
    }
  }

  /// The points of a line without its gaps.
  private func runs(_ line: Line) -> [[Point]] {
    line.points.sorted { $0.x < $1.x }.split { $0.y == nil }.map(Array.init)
  }

  private func end(_ line: Line, _ x: Scale, _ y: Scale) -> Canvas.Point? {
    guard let last = line.points.filter({ $0.y != nil }).max(by: { $0.x < $1.x }), let value = last.y else {
      return nil
    }
    return Canvas.Point(x.pixel(last.x), y.pixel(value))
  }

  /// The heights of the names: beside their lines' ends where there is room, else above and below each other.
  private func labelPlaces(_ plot: Plot, _ y: Scale) -> [Double] {
    let ends = lines.map { line in
      line.points.filter { $0.y != nil }.max { $0.x < $1.x }.flatMap(\.y).map(y.pixel) ?? plot.bottom
    }
    let order = lines.indices.sorted { (ends[$0], $0) < (ends[$1], $1) }
    var places = ends
    var free = plot.top
    for index in order {
      places[index] = max(ends[index], free)
      free = places[index] + Self.labelHeight
    }
    var ceiling = plot.bottom + 4
    for index in order.reversed() {
      places[index] = min(places[index], ceiling)
      ceiling = places[index] - Self.labelHeight
    }
    return places
  }

  private func drawLabel(
    _ index: Int, at place: Double, _ canvas: inout Canvas, _ plot: Plot, _ x: Scale, _ y: Scale
  ) {
    let line = lines[index]
    guard let end = end(line, x, y) else { return }
    let left = plot.right + 28
    // Beside the plot alone: across it a leader would look like more of the line.
    if reachesEnd(line) {
      canvas.polyline(
        [.init(end.x + 6, end.y), .init(plot.right + 12, place), .init(left - 4, place)],
        .init(paint: .muted, width: 0.7, dash: [1, 2.5]))
    }
    // The line's own look before its name: the name of one that ends early has no leader.
    canvas.line(
      from: .init(left, place), to: .init(left + 28, place),
      .init(paint: line.style.paint, width: 2, dash: line.style.dashes))
    if hasMarkers { canvas.marker(line.style.marker, at: .init(left + 14, place), fill: line.style.paint, tooltip: "") }
    canvas.text(label(of: line), at: .init(left + 33, place + 4))
  }

  private func lastPlace(_ line: Line) -> Double? { line.points.filter { $0.y != nil }.map(\.x).max() }

  /// True for a line that goes on to the last place that any line has.
  private func reachesEnd(_ line: Line) -> Bool { lastPlace(line) == lines.compactMap(lastPlace).max() }

  /// A line's name; one that ends early says where.
  private func label(of line: Line) -> String {
    guard let last = lastPlace(line), !reachesEnd(line) else { return line.name }
    return "\(line.name) (to \(NumberText.tokens(last)))"
  }
}

extension LineChart {
  /// The chart as a pgfplots picture, to be read with `\input`; it needs `\usepackage{pgfplots}`.
  func pgfplots() -> String {
    var lines = ["% \(LaTeX.escaped(title))", "\\begin{tikzpicture}"]
    var options = [
      "width=0.64\\textwidth", "height=0.45\\textwidth", "xlabel={\(LaTeX.escaped(xTitle))}",
      "ylabel={\(LaTeX.escaped(yTitle))}", "legend pos=outer north east",
      "legend style={font=\\scriptsize,cells={anchor=west}}",
    ]
    if xIsLogarithmic { options.append("xmode=log,log basis x=2") }
    if !xTicks.isEmpty {
      options.append("xtick={\(xTicks.map(NumberText.short).joined(separator: ","))}")
      options.append("xticklabels={\(xTicks.map(NumberText.tokens).joined(separator: ","))}")
    }
    if let yRange { options.append("ymin=\(NumberText.short(yRange.low)),ymax=\(NumberText.short(yRange.high))") }
    if yRange == nil, yScale(plot).kind == .logarithmic {
      let ticks = yScale(plot).ticks(6)
      options.append("ymode=log")
      options.append("ytick={\(ticks.map { NumberText.fixed($0, 5) }.joined(separator: ","))}")
      options.append("yticklabels={\(ticks.map(NumberText.tick).joined(separator: ","))}")
      options.append("minor tick style={draw=none}")
    }
    lines.append("\\begin{axis}[\(options.joined(separator: ",\n  "))]")
    let marks = ["*", "square*", "triangle*", "diamond*", "triangle*", "pentagon*", "+", "x"]
    for line in self.lines {
      let color = line.style.paint.light.dropFirst().uppercased()
      let name = "se\(line.style.color)"
      let dash = line.style.dashes.enumerated().map {
        "\($0.offset % 2 == 0 ? "on" : "off") \(NumberText.short($0.element / 2))pt"
      }
      lines.append("\\definecolor{\(name)}{HTML}{\(color)}")
      var look = "color=\(name),thick,mark=\(hasMarkers ? marks[line.style.marker.rawValue] : "none")"
      if !dash.isEmpty { look += ",dash pattern=\(dash.joined(separator: " "))" }
      look += ",mark options={solid\(line.style.marker == .wedge ? ",rotate=180" : "")}"
      if showsIntervals { lines += pgfplotsBands(line, color: name) }
      let points = line.points.compactMap { point in point.y.map { "(\(NumberText.short(point.x)),\(number($0)))" } }
      lines.append("\\addplot[\(look)] coordinates {\(points.joined(separator: " "))};")
      lines.append("\\addlegendentry{\(LaTeX.escaped(line.name))}")
    }
    if let contextWindow {
      let at = NumberText.short(contextWindow)
      lines.append(
        "\\draw[dashed,red!70!black] ({axis cs:\(at),0}|-{rel axis cs:0,0}) -- ({axis cs:\(at),0}|-{rel axis cs:0,1});")
    }
    return (lines + ["\\end{axis}", "\\end{tikzpicture}"]).joined(separator: "\n") + "\n"
  }

  /// The intervals of a line as bands below it.
  private func pgfplotsBands(_ line: Line, color: String) -> [String] {
    runs(line).compactMap { run in
      let bounded = run.compactMap { point in
        point.low.flatMap { low in point.high.map { (x: NumberText.short(point.x), low: number(low), high: number($0)) }
        }
      }
      // A logarithm has no place for 0.
      guard run.count > 1, bounded.count == run.count, yRange != nil || run.allSatisfy({ ($0.low ?? 0) > 0.0001 })
      else {
        return nil
      }
      let corners = bounded.map { "(\($0.x),\($0.high))" } + bounded.reversed().map { "(\($0.x),\($0.low))" }
      return "\\addplot[draw=none,mark=none,fill=\(color),fill opacity=0.1,forget plot] coordinates "
        + "{\(corners.joined(separator: " "))} -- cycle;"
    }
  }

  private func number(_ value: Double) -> String { NumberText.fixed(value, 5) }
}
