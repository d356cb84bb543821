/// The program's exit statuses; scripts rely on them.
enum ExitStatus: Int32, Sendable {
  case done = 0
  case runtimeError = 1
  case usage = 2
  case gateFailed = 3
  case incomplete = 4
  case missing = 5
  case interrupted = 130
  case terminated = 143
}
