/// What the help and the documentation say of a task; settings and data are declared by themselves.
public struct TaskDescription: Hashable, Sendable {
  /// A name and what it stands for.
  public struct Entry: Hashable, Sendable {
    /// The name.
    public let name: String
    /// What it is, in one line.
    public let text: String

    /// An entry.
    public init(_ name: String, _ text: String) {
      self.name = name
      self.text = text
    }
  }

  /// What the task measures, in one line.
  public let summary: String
  /// The protocols: the beginnings of their names, to which deviations are added.
  public let protocols: [Entry]
  /// The metrics of the tables.
  public let metrics: [Entry]
  /// Settings of an entry that can be run, as a configuration writes them behind the task's name.
  public let example: String

  /// A description.
  public init(summary: String, protocols: [Entry], metrics: [Entry], example: String) {
    self.summary = summary
    self.protocols = protocols
    self.metrics = metrics
    self.example = example
  }
}
