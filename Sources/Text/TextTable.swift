/// Aligned columns for a terminal.
public enum TextTable {
  /// The side on which the cells of a column begin.
  public enum Side: Hashable, Sendable {
    case left, right
  }

  /// The rows as lines: two spaces between columns, each as wide as its widest cell, nothing at the end of a line.
  ///
  /// - Parameters:
  ///   - rows: cells; rows may differ in their number.
  ///   - hasRule: whether a line of dashes stands below the first row.
  ///   - headCount: how many first rows stand above a line of dashes; nil for what `hasRule` says.
  ///   - side: the side of each column, by its index from 0.
  /// - Returns: one line for each row, and one for the rule.
  public static func lines(
    _ rows: [[String]], hasRule: Bool = false, headCount: Int? = nil, side: (Int) -> Side = { _ in .left }
  ) -> [String] {
    let widths = widths(of: rows)
    var all = rows
    let heads = headCount ?? (hasRule ? 1 : 0)
    if heads > 0, heads <= rows.count { all.insert(widths.map { String(repeating: "-", count: $0) }, at: heads) }
    return all.map { row in
      var line = row.indices.map { padded(row[$0], widths[$0], side($0)) }.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// A text with spaces up to a width in characters; longer ones stay as they are.
  public static func padded(_ text: String, _ width: Int, _ side: Side) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return side == .left ? text + space : space + text
  }

  private static func widths(of rows: [[String]]) -> [Int] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return widths
  }
}
