import Foundation
import Testing
import Text

@Suite struct FaultTests {
  private struct Silent: Error {}
  private struct Speaking: FaultReporting { let fault: Fault }

  @Test("exit statuses are the documented ones")
  func statuses() {
    // DESIGN.md, "Exit status".
    let documented: [Fault: Int32] = [
      .runtime: 1, .usage: 2, .gateFailed: 3, .incomplete: 4, .missingInput: 5, .damagedInput: 5, .interrupted: 130,
    ]
    #expect(Set(documented.keys) == Set(Fault.allCases))
    for (fault, status) in documented { #expect(ExitStatus(fault).rawValue == status) }
    #expect(ExitStatus.complete.rawValue == 0)
    #expect(ExitStatus.terminated.rawValue == 143)
  }

  @Test("what the system refuses is said in its words, none of Foundation's sentences")
  func reasons() {
    let manager = FileManager.default
    func reason(_ body: () throws -> Void) -> String {
      do { try body() } catch { return SystemReason.text(error) }
      return "no error"
    }
    let missing = "No such file or directory"
    #expect(
      reason { try manager.createDirectory(atPath: "/proc/nope/x", withIntermediateDirectories: true) } == missing)
    #expect(reason { _ = try manager.contentsOfDirectory(atPath: "/proc/nope") } == missing)
    #expect(reason { _ = try Data(contentsOf: URL(filePath: "/proc/nope/x")) } == missing)
    #expect(SystemReason.text(CocoaError(.fileWriteNoPermission)) == "Permission denied")
    #expect(SystemReason.text(CocoaError(.fileWriteUnknown)) == "the system refused it (NSCocoaErrorDomain 512)")
    #expect(SystemReason.text(POSIXError(.ENOSPC)) == "No space left on device")
  }

  @Test("an error that says nothing is a runtime error")
  func silent() {
    #expect(Fault(of: Silent()) == .runtime)
    #expect(Fault(of: Speaking(fault: .usage)) == .usage)
  }
}
