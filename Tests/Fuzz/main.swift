import Foundation

// The driver of `make fuzz`: `Fuzz TARGET [libFuzzer's options] [corpus folders or inputs]`.
//
// libFuzzer owns the loop; a target gets each input. What stops the program is a fault: a trap, a bad access, too much
// memory, too much time. An error that a target's functions throw is none.

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// One input; libFuzzer's archive wants the name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  FuzzTarget.current([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}

private let names = FuzzTarget.all.keys.sorted()
guard CommandLine.arguments.count > 1, let chosen = FuzzTarget.all[CommandLine.arguments[1]] else {
  print(names.joined(separator: "\n"))
  exit(CommandLine.arguments.count > 1 ? 2 : 0)
}
FuzzTarget.current = chosen

// libFuzzer reads its options from the second argument on; the target's name takes the place of the program's.
private var count = CommandLine.argc - 1
private var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(runFuzzer(&count, &arguments, testOneInput))
