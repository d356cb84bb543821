/// What a report shows of a task beyond one table of its cells; declared by the task and handed to the report by name,
/// so that a store needs no column for it and an old one is shown as a new one.
public struct TaskReport: Sendable {
  /// True where the entries of the task are told apart by their protocols' names and not by numbers.
  public var namesEntriesByProtocol = false
  /// Means of columns, in place of the mean of all.
  public var means: MeanTable?
  /// Scores of parts of the samples, told apart by a fact.
  public var parts: PartTable?
  /// Several metrics side by side with their geometric mean.
  public var product: ProductTable?
  /// Scores by length, and the length up to which a method copes.
  public var lengths: LengthTable?
  /// Numbers of others that the benchmark's own people give.
  public var references: ReferenceTable?
  /// The table in the Self-Extend paper that measured numbers are laid beside.
  public var published: PublishedColumns?

  /// The layout of `export` in which the benchmark's own program scores the samples; nil where there is none.
  public var exportLayout: String?

  /// A task whose cells say everything.
  public init() {}

  /// Means over values of the axis `dataset`.
  public struct MeanTable: Sendable {
    /// The end of the table's name, which is that of its file.
    public let id: String
    /// What the means are, for example `means of the categories`.
    public let title: String
    /// The means, in order.
    public let means: [Mean]
    /// What stands below the table.
    public let note: String

    /// A table of means.
    public init(id: String, title: String, means: [Mean], note: String) {
      self.id = id
      self.title = title
      self.means = means
      self.note = note
    }
  }

  /// A mean with its heading; there is one only where all that it is of is complete.
  public struct Mean: Sendable {
    /// What a mean is of.
    public enum Source: Sendable {
      /// Columns of the measured table.
      case columns([String])
      /// Means that stand before this one, by their places from 0.
      case means(Range<Int>)
    }

    /// The heading.
    public let title: String
    /// What it is of.
    public let source: Source

    /// A mean.
    public init(_ title: String, of source: Source) {
      self.title = title
      self.source = source
    }
  }

  /// A row for each method, a column for each length with the mean of the datasets, and what follows from them.
  public struct LengthTable: Sendable {
    /// How it is told that a length is coped with.
    public enum Rule: Sendable {
      /// The score, on the scale of 100 and rounded to so many decimals, is at least this.
      case atLeast(Double, decimals: Int)
      /// The score is above this.
      case above(Double)
      /// The score is at least a share of the base score: the mean over groups of samples with an equal fact of the best
      /// mean among some lengths. Lengths from `least` on are judged.
      case shareOfBase(Double, fact: String, lengths: [Int], least: Int)
    }

    /// Published numbers of a model.
    public struct Published: Sendable {
      /// The model.
      public let label: String
      /// Scores by length.
      public let scores: [Int: Double]
      /// The effective length as it is published.
      public let effective: String

      /// A row.
      public init(_ label: String, _ scores: [Int: Double], effective: String) {
        self.label = label
        self.scores = scores
        self.effective = effective
      }
    }

    /// The end of the table's name, which is that of its file.
    public let id: String
    /// What the scores are.
    public let title: String
    /// The datasets that all must be there; empty for those that are.
    public let datasets: [String]
    /// Whether each dataset has a row of its own beside the mean.
    public let hasRowPerDataset: Bool
    /// Whether there are means over lengths: plain, and weighted by their places up and down.
    public let hasWeightedMeans: Bool
    /// When a length is coped with; nil for a table without an effective length.
    public let rule: Rule?
    /// Published rows.
    public let published: [Published]
    /// What stands below the table.
    public let note: String

    /// A table of lengths.
    public init(
      id: String, title: String, datasets: [String] = [], hasRowPerDataset: Bool = false,
      hasWeightedMeans: Bool = false, rule: Rule?, published: [Published] = [], note: String
    ) {
      self.id = id
      self.title = title
      self.datasets = datasets
      self.hasRowPerDataset = hasRowPerDataset
      self.hasWeightedMeans = hasWeightedMeans
      self.rule = rule
      self.published = published
      self.note = note
    }
  }

  /// A row for each method and dataset, a column for each value of a fact.
  public struct PartTable: Sendable {
    /// The end of the table's name, which is that of its file.
    public let id: String
    /// What the parts are, for example `by the documents' length in words`.
    public let title: String
    /// The fact that tells samples apart; a sample whose fact is a list belongs to each part that the list names.
    public let fact: String
    /// Its values, in order.
    public let values: [String]
    /// The end of the names of the datasets that have the table.
    public let datasetSuffix: String
    /// What stands below the table.
    public let note: String

    /// A table of parts.
    public init(id: String, title: String, fact: String, values: [String], datasetSuffix: String, note: String) {
      self.id = id
      self.title = title
      self.fact = fact
      self.values = values
      self.datasetSuffix = datasetSuffix
      self.note = note
    }
  }

  /// Numbers of other models by dataset, as a benchmark's own people publish them.
  public struct ReferenceTable: Sendable {
    /// A model's numbers by dataset.
    public struct Row: Sendable {
      /// The model.
      public let label: String
      /// Its numbers on the benchmark's scale.
      public let scores: [String: Double]

      /// A row.
      public init(_ label: String, _ scores: [String: Double]) {
        self.label = label
        self.scores = scores
      }
    }

    /// The end of the table's name, which is that of its file.
    public let id: String
    /// Whose numbers they are.
    public let title: String
    /// The rows.
    public let rows: [Row]
    /// What stands below the table.
    public let note: String

    /// A table of numbers.
    public init(id: String, title: String, rows: [Row], note: String) {
      self.id = id
      self.title = title
      self.rows = rows
      self.note = note
    }
  }

  /// A row for each method and dataset that has all of some metrics, with the geometric mean of their values.
  public struct ProductTable: Sendable {
    /// The end of the table's name, which is that of its file.
    public let id: String
    /// What the metrics are.
    public let title: String
    /// The metrics.
    public let metrics: [String]
    /// The heading of the geometric mean.
    public let total: String
    /// What stands below the table.
    public let note: String

    /// A table of metrics.
    public init(id: String, title: String, metrics: [String], total: String, note: String) {
      self.id = id
      self.title = title
      self.metrics = metrics
      self.total = total
      self.note = note
    }
  }

  /// The columns of a published table.
  public struct PublishedColumns: Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
      /// The heading in the published table.
      public let title: String
      /// The dataset's name in a sweep.
      public let dataset: String
      /// The samples of the whole dataset.
      public let officialCount: Int

      /// A column.
      public init(title: String, dataset: String, officialCount: Int) {
        self.title = title
        self.dataset = dataset
        self.officialCount = officialCount
      }
    }

    /// What the table is of, for example `L-Eval, closed-ended tasks`.
    public let title: String
    /// The columns, in the published order.
    public let columns: [Column]
    /// The heading of the mean over all columns.
    public let averageTitle: String
    /// Its name in the table of published numbers.
    public let publishedAverage: String
    /// The published numbers.
    public let numbers: [PublishedNumber]

    /// A published table's columns.
    public init(
      title: String, columns: [Column], averageTitle: String, publishedAverage: String, numbers: [PublishedNumber]
    ) {
      self.title = title
      self.columns = columns
      self.averageTitle = averageTitle
      self.publishedAverage = publishedAverage
      self.numbers = numbers
    }
  }
}

/// The reports' declarations of all tasks, in the order of the registry.
public struct TaskReports: Sendable {
  /// Names and declarations.
  public let all: [(task: String, report: TaskReport)]

  /// Declarations by the tasks' names.
  public init(_ all: [(task: String, report: TaskReport)]) { self.all = all }

  /// No declarations: every task's cells say everything.
  public static let none = TaskReports([])

  /// The declaration of a task; an empty one for a task that is not known.
  public subscript(task: String) -> TaskReport { all.first { $0.task == task }?.report ?? TaskReport() }

  /// The published tables with their tasks.
  public var published: [(task: String, columns: TaskReport.PublishedColumns)] {
    all.compactMap { entry in entry.report.published.map { (entry.task, $0) } }
  }
}
