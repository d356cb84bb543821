import Tasks

/// What the program offers a configuration.
enum Registry {
  static let tasks = TaskRegistry.types
}
