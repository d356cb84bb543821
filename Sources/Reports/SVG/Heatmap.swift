import Evaluation
import Foundation

/// Panels of coloured cells with the number printed in each.
struct Heatmap {
  struct Cell {
    /// What is printed; empty for a place that was not planned.
    let text: String
    /// Nil where there is no number, or none that a test could say anything of.
    let color: Palette.Color?
    var tooltip = ""
  }
  struct Panel {
    let title: String
    /// The method that it is of, which a page can hide; nil for several.
    var method: String?
    /// `cells[row][column]`.
    let cells: [[Cell]]
  }
  /// What the colours mean.
  struct Legend {
    let low: String
    let high: String
    let color: @Sendable (Double) -> Palette.Color
  }

  var title: String
  var subtitle = ""
  var xTitle: String
  var yTitle: String
  var columns: [String]
  var rows: [String]
  var panels: [Panel]
  var legend: Legend
  /// Columns from this one on lie beyond the context window.
  var firstColumnBeyond: Int?
  var contextWindow = 0

  /// The picture.
  func picture() -> Canvas {
    let layout = Layout(self)
    var canvas = Canvas(width: layout.width, height: layout.height, title: title)
    canvas.text(title, at: .init(16, 26), size: 15, bold: true)
    if !subtitle.isEmpty { canvas.text(subtitle, at: .init(16, 45), fill: .muted) }
    for (index, panel) in panels.enumerated() {
      if let method = panel.method {
        canvas.group(method: method, slot: layout.origin(of: index)) {
          draw(panel, at: layout.origin(of: index), layout, &$0)
        }
      } else {
        draw(panel, at: layout.origin(of: index), layout, &canvas)
      }
    }
    drawLegend(&canvas, layout)
    return canvas
  }

  /// Where things are.
  private struct Layout {
    let cellWidth: Double
    let cellHeight = 26.0
    let left: Double
    let panelWidth: Double
    let panelHeight: Double
    let panelsInRow: Int
    let width: Double
    let height: Double
    let top = 58.0

    init(_ map: Heatmap) {
      let printed = map.panels.flatMap { $0.cells.flatMap { $0.map(\.text) } }
      let widest = ((printed + map.columns).map { Canvas.width(of: $0, size: 12) }.max() ?? 0) + 14
      cellWidth = max(42, widest)
      left = (map.rows.map { Canvas.width(of: $0, size: 12) }.max() ?? 0) + 42
      let columnsWidth = cellWidth * Double(map.columns.count)
      let titles = map.panels.map { Canvas.width(of: $0.title, size: 13) * 1.2 }.max() ?? 0
      panelWidth = max(left + columnsWidth, left + titles, left + Canvas.width(of: map.xTitle, size: 12)) + 28
      panelHeight = 28 + cellHeight * Double(map.rows.count) + 58
      panelsInRow = max(1, min(map.panels.count, Int(880 / panelWidth)))
      let rows = (map.panels.count + panelsInRow - 1) / panelsInRow
      let heading = max(
        Canvas.width(of: map.title, size: 15) * 1.25, Canvas.width(of: map.subtitle, size: 12))
      width = max(16 + panelWidth * Double(panelsInRow), heading + 32, 430)
      height = top + panelHeight * Double(rows) + 40
    }

    func origin(of index: Int) -> Canvas.Point {
      .init(16 + panelWidth * Double(index % panelsInRow), top + panelHeight * Double(index / panelsInRow))
    }
  }

  private func draw(_ panel: Panel, at origin: Canvas.Point, _ layout: Layout, _ canvas: inout Canvas) {
    let (left, top) = (origin.x + layout.left, origin.y + 28)
    let size = (
      width: layout.cellWidth * Double(columns.count), height: layout.cellHeight * Double(rows.count)
    )
    canvas.text(panel.title, at: .init(left, origin.y + 14), size: 13, bold: true)
    for (row, label) in rows.enumerated() {
      let y = top + layout.cellHeight * Double(row)
      canvas.text(label, at: .init(left - 7, y + layout.cellHeight / 2 + 4), fill: .muted, anchor: .end)
      for column in columns.indices {
        draw(
          panel.cells[row][column], at: .init(left + layout.cellWidth * Double(column), y), layout, &canvas)
      }
    }
    for (column, label) in columns.enumerated() {
      canvas.text(
        label, at: .init(left + layout.cellWidth * (Double(column) + 0.5), top + size.height + 17), fill: .muted,
        anchor: .middle)
    }
    canvas.text(xTitle, at: .init(left + size.width / 2, top + size.height + 38), anchor: .middle)
    canvas.text(
      yTitle, at: .init(origin.x + 12, top + size.height / 2), anchor: .middle, rotation: -90)
    if let first = firstColumnBeyond, contextWindow > 0 {
      let x = left + layout.cellWidth * Double(first)
      canvas.line(
        from: .init(x, top - 5), to: .init(x, top + size.height + 5), .init(paint: .accent, width: 2, dash: [5, 4]))
    }
  }

  private func draw(_ cell: Cell, at origin: Canvas.Point, _ layout: Layout, _ canvas: inout Canvas) {
    canvas.rectangle(
      at: origin, width: layout.cellWidth, height: layout.cellHeight,
      fill: cell.color.map { .fixed($0.hexadecimal) } ?? .missing, stroke: .gridLine)
    canvas.text(
      cell.text, at: .init(origin.x + layout.cellWidth / 2, origin.y + layout.cellHeight / 2 + 4),
      fill: cell.color.map { .fixed($0.textColor) } ?? .ink, anchor: .middle)
  }

  private func drawLegend(_ canvas: inout Canvas, _ layout: Layout) {
    let y = layout.height - 30
    let start = 16 + Canvas.width(of: legend.low, size: 12) + 8
    canvas.text(legend.low, at: .init(start - 8, y + 11), fill: .muted, anchor: .end)
    let steps = 24
    for step in 0..<steps {
      let color = legend.color(Double(step) / Double(steps - 1)).hexadecimal
      canvas.rectangle(at: .init(start + 6 * Double(step), y), width: 6.2, height: 14, fill: .fixed(color))
    }
    let end = start + 6 * Double(steps)
    canvas.text(legend.high, at: .init(end + 8, y + 11), fill: .muted)
    guard firstColumnBeyond != nil, contextWindow > 0 else { return }
    let next = end + 8 + Canvas.width(of: legend.high, size: 12) + 22
    canvas.line(from: .init(next, y - 1), to: .init(next, y + 15), .init(paint: .accent, width: 2, dash: [5, 4]))
    canvas.text("L = \(contextWindow)", at: .init(next + 7, y + 11), fill: .accent)
  }
}
