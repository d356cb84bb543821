import Backends
import Testing

@Suite struct DeviceChoiceTests {
  @Test(
    "spellings of devices",
    arguments: [
      ("cpu", DeviceChoice.cpu), ("opencl", .opencl(0)), ("opencl:0", .opencl(0)), ("opencl:12", .opencl(12)),
    ])
  func spellings(text: String, choice: DeviceChoice) {
    #expect(DeviceChoice(text) == choice)
    #expect(DeviceChoice(choice.description) == choice)
  }

  @Test(
    "what is no device",
    arguments: [
      "", "gpu", "CPU", "cpu:0", "opencl:", "opencl:-1", "opencl:+1", "opencl:01", "opencl:1:2", "opencl:9999",
    ])
  func refused(text: String) {
    #expect(DeviceChoice(text) == nil)
  }
}
