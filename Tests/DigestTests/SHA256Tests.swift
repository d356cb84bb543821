import CDigest
import Digest
import Testing

@Suite struct SHA256Tests {
  @Test("the examples of FIPS 180-4")
  func examples() {
    #expect(SHA256.hexadecimal(of: "") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.hexadecimal(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexadecimal(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test("any way of cutting the message gives the same digest", arguments: 0..<130)
  func chunks(length: Int) {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var whole = SHA256()
    whole.update(message)
    var cut = SHA256()
    cut.update(Array(message[..<length]))
    cut.update(Array(message[length...]))
    #expect(whole.hexadecimal() == cut.hexadecimal())
  }

  @Test("the processor's instructions and plain C give the same state", arguments: [1, 2, 3, 17])
  func instructions(blocks: Int) {
    let message = (0..<64 * blocks).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ blocks) }
    var states: [[UInt32]] = [Array(1...8), Array(1...8)]
    unsafe cdigest_sha256_blocks(&states[0], message, blocks)
    unsafe cdigest_sha256_blocks_portable(&states[1], message, blocks)
    #expect(states[0] == states[1] && states[0] != Array(1...8))
  }

  @Test("a million letters, the long example of FIPS 180-4")
  func million() {
    #expect(
      SHA256.hexadecimal(of: String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}
