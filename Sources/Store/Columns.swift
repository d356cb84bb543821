/// Reading columns whose values came from outside: a damaged or hostile store gives an error, never a trap.
///
/// The caps are far above what any model reads or any file holds, and low enough that sums over all rows fit an Int.
extension ResultStore {
  static let largestCount: Int64 = 1 << 40
  static let largestSeconds = 1e12
  /// Above the sum over all tokens of any text of the least log-probabilities that there are.
  private static let largestScore = 1e18

  /// A count from 0 to 2^40.
  func count(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> Int {
    // Asked of SQLite before the value, which a reading may change the kind of.
    guard row.isInteger(column) else {
      throw damaged(table, id, "\(row.name(column)) is no \(row.isNumber(column) ? "whole " : "")number")
    }
    let value = row.integer(column)
    guard value >= 0, value <= Self.largestCount else {
      throw damaged(table, id, "\(row.name(column)) is \(value), which is no count")
    }
    return Int(value)
  }

  /// A duration, or a time since 1970: a number from 0 to 1e12.
  func seconds(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> Double {
    let value = row.real(column)
    guard row.isNumber(column) else { throw damaged(table, id, "\(row.name(column)) is no number") }
    guard value >= 0, value <= Self.largestSeconds else {
      throw damaged(table, id, "\(row.name(column)) is \(value), which is no time in seconds")
    }
    return value
  }

  /// A JSON array of integers; nil for NULL.
  func integers(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> [Int]? {
    if row.isNull(column) { return nil }
    guard let values = row.withBytes(column, { Columns.integers($0) }) else {
      throw damaged(table, id, "\(row.name(column)) is not an array of integers")
    }
    return values
  }

  /// A JSON array of texts.
  func texts(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> [String] {
    if let plain = Columns.plainTexts(row.blob(column)) { return plain }
    guard let values = Encoding.decoded([String].self, row.text(column)) else {
      throw damaged(table, id, "\(row.name(column)) is not an array of texts")
    }
    return values
  }

  /// A text.
  func text(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> String {
    guard row.isText(column) else { throw damaged(table, id, "\(row.name(column)) is no text") }
    return row.text(column)
  }

  /// A share of work, 0 to 1.
  func share(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> Double {
    let value = row.real(column)
    guard row.isNumber(column) else { throw damaged(table, id, "\(row.name(column)) is no number") }
    guard value >= 0, value <= 1 else {
      throw damaged(table, id, "\(row.name(column)) is \(value), which is no share of 1")
    }
    return value
  }

  /// 0 or 1.
  func flag(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> Bool {
    let value = row.integer(column)
    guard row.isInteger(column), value == 0 || value == 1 else {
      throw damaged(table, id, "\(row.name(column)) is neither 0 nor 1")
    }
    return value == 1
  }

  /// The number of a row.
  func rowNumber(_ row: Statement, _ column: Int32, _ table: String, _ id: Int64) throws(StoreError) -> Int64 {
    let value = row.integer(column)
    guard row.isInteger(column), value > 0 else {
      throw damaged(table, id, "\(row.name(column)) is no number of a row")
    }
    return value
  }

  /// A number of a score; nil for NULL.
  func scoreValue(_ row: Statement, _ column: Int32, _ metric: String, _ id: Int64) throws(StoreError) -> Double? {
    guard let value = row.optionalReal(column) else { return nil }
    guard row.isNumber(column) else { throw damaged("scores", id, "the value of \(metric) is no number") }
    guard value.isFinite else { throw damaged("scores", id, "the value of \(metric) is not finite") }
    guard value.magnitude <= Self.largestScore else {
      throw damaged("scores", id, "the value of \(metric) is \(value), which is no score")
    }
    return value
  }
}

extension CellRecord {
  /// Whether its numbers can be counts of tokens and samples.
  var hasPossibleCounts: Bool {
    [contextWindow, sampleCount].allSatisfy { $0 >= 0 && $0 <= ResultStore.largestCount }
  }
}

/// Short JSON arrays without a detour over a general reader: a report reads two of them for each sample.
enum Columns {
  /// The integers of a JSON array, nil when it is damaged.
  static func integers(_ bytes: [UInt8]) -> [Int]? { integers(bytes.span) }

  /// The integers of a JSON array, nil when it is damaged.
  static func integers(_ bytes: Span<UInt8>) -> [Int]? {
    guard let end = end(of: bytes) else { return nil }
    var values: [Int] = []
    values.reserveCapacity(8)
    var at = 1
    while at < end {
      guard let value = integer(bytes, &at, end) else { return nil }
      values.append(value)
      guard isAtEndOrNext(bytes, &at, end) else { return nil }
    }
    return values
  }

  /// The texts of a JSON array in which nothing is escaped and no space stands between the texts; nil for any other.
  static func plainTexts(_ bytes: [UInt8]) -> [String]? {
    guard let end = end(of: bytes.span) else { return nil }
    var texts: [String] = []
    var at = 1
    while at < end {
      guard bytes[at] == UInt8(ascii: "\"") else { return nil }
      let start = at + 1
      at = start
      while at < end, bytes[at] != UInt8(ascii: "\"") {
        if bytes[at] == UInt8(ascii: "\\") || bytes[at] < 0x20 { return nil }
        at += 1
      }
      guard at < end else { return nil }
      texts.append(String(decoding: bytes[start..<at], as: UTF8.self))
      at += 1
      guard isAtEndOrNext(bytes.span, &at, end) else { return nil }
    }
    return texts
  }

  /// The place of the bracket that closes an array.
  private static func end(of bytes: Span<UInt8>) -> Int? {
    guard bytes.count >= 2, bytes[0] == UInt8(ascii: "["), bytes[bytes.count - 1] == UInt8(ascii: "]") else {
      return nil
    }
    return bytes.count - 1
  }

  /// Moves past a comma, after which another element must come; false where neither it nor the end stands.
  private static func isAtEndOrNext(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Bool {
    if at == end { return true }
    guard bytes[at] == UInt8(ascii: ","), at + 1 < end else { return false }
    at += 1
    return true
  }

  private static func integer(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> Int? {
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    let start = at
    // Downwards, because there is one more negative number than positive ones.
    var value = 0
    while at < end, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") {
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (next, isTooLargeToo) = tens.subtractingReportingOverflow(Int(bytes[at] - UInt8(ascii: "0")))
      if isTooLarge || isTooLargeToo { return nil }
      value = next
      at += 1
    }
    guard at > start, isNegative || value != Int.min else { return nil }
    return isNegative ? value : -value
  }
}
