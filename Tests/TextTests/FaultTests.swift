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

  @Test("an error that says nothing is a runtime error")
  func silent() {
    #expect(Fault(of: Silent()) == .runtime)
    #expect(Fault(of: Speaking(fault: .usage)) == .usage)
  }
}
