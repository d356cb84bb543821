import Backends
public import Evaluation
public import Positions

/// One number of a table: model x method x task entry x the task's own coordinates.
public struct Cell: Hashable {
  /// The model.
  public let model: PreparedModel
  /// The method.
  public let method: Method
  /// The task.
  public let task: PreparedTask
  /// The coordinates inside the task.
  public let place: Coordinates
  /// The spelling that the method was chosen for automatically, nil where the configuration states the method itself.
  public let choice: String?

  init(model: PreparedModel, method: Method, task: PreparedTask, place: Coordinates, choice: String? = nil) {
    self.model = model
    self.method = method
    self.task = task
    self.place = place
    self.choice = choice
  }

  /// Equality without the choice: a method that was chosen is the method.
  public static func == (a: Cell, b: Cell) -> Bool {
    a.model === b.model && a.method == b.method && a.task === b.task && a.place == b.place
  }

  /// Model, method, task and place.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(model))
    hasher.combine(method)
    hasher.combine(ObjectIdentifier(task))
    hasher.combine(place)
  }

  /// For messages.
  var name: String { "\(model.name) \(method) \(task.entry.label) \(place.label)" }

  /// The same place under plain.
  var plainTwin: Cell { Cell(model: model, method: .plain, task: task, place: place) }

  /// True where the method is by definition plain attention for a sample, and not called so.
  func isEqualToPlain(_ key: SampleKey) -> Bool {
    method != .plain && method.isPlain(forLength: key.sequenceLength, slidingWindow: model.facts.slidingWindow)
  }
}
