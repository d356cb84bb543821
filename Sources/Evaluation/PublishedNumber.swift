extension TaskReport {
  /// A number that a paper is said to report, with where that is said.
  public struct PublishedNumber: Hashable, Sendable {
    /// A method and a context of a model: one row of a published table.
    public struct Row: Hashable, Sendable {
      /// The model as it was published.
      public let model: String
      /// The method as it was published.
      public let method: String
      /// The group size; empty where it is not known.
      public let groupSize: String
      /// The neighbor window; empty where it is not known.
      public let neighborWindow: String
      /// The context, for example `16k`; empty where it is not known.
      public let context: String

      /// `SelfExtend, 16k`.
      public var label: String {
        let parameters = [("G", groupSize), ("W", neighborWindow)].filter { !$0.1.isEmpty }.map { "\($0.0)=\($0.1)" }
        return ([method] + (context.isEmpty ? [] : [context]) + parameters).joined(separator: ", ")
      }
    }

    /// Where a number comes from.
    public struct Source: Hashable, Sendable {
      /// The text that gives it.
      public let text: String
      /// How sure it is that the paper reports it.
      public let confidence: String
    }

    /// The row.
    public let row: Row
    /// The column as it was published.
    public let dataset: String
    /// The number.
    public let value: Double
    /// Where it comes from.
    public let source: Source

    /// The numbers of a table.
    ///
    /// - Parameters:
    ///   - text: a line for each, with model, method, G, W, context, dataset, value and the place of its note between `|`.
    ///   - notes: where numbers come from.
    /// - Returns: the numbers; lines of another form are left out.
    public static func table(
      _ text: String, notes: [(source: String, confidence: String)]
    ) -> [PublishedNumber] {
      text.split(separator: "\n").compactMap { line in
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 8, let value = Double(fields[6]), let note = Int(fields[7]), notes.indices.contains(note)
        else { return nil }
        let row = Row(
          model: fields[0], method: fields[1], groupSize: fields[2], neighborWindow: fields[3], context: fields[4])
        return PublishedNumber(
          row: row, dataset: fields[5], value: value,
          source: Source(text: notes[note].source, confidence: notes[note].confidence))
      }
    }
  }
}

extension TaskReport.PublishedColumns {
  /// The published rows, each once, in the order of the table.
  public var rows: [TaskReport.PublishedNumber.Row] {
    var known: Set<TaskReport.PublishedNumber.Row> = []
    return numbers.map(\.row).filter { known.insert($0).inserted }
  }

  /// The published number of a row and column.
  public func published(_ row: TaskReport.PublishedNumber.Row, _ column: Column) -> TaskReport.PublishedNumber? {
    numbers.first { $0.row == row && Self.plain($0.dataset) == Self.plain(column.title) }
  }

  /// The published average of a row.
  public func publishedAverage(_ row: TaskReport.PublishedNumber.Row) -> TaskReport.PublishedNumber? {
    numbers.first { $0.row == row && $0.dataset == publishedAverage }
  }

  /// `RepoBench-P` and `repobench-p` are one name.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}
