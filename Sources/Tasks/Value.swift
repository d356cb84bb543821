/// One value of a sample's facts, a cell's coordinates or a task's settings: what YAML, JSON and a table cell can hold.
public enum Value: Hashable, Sendable, Codable {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([Value])
}
