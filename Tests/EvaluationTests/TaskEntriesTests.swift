import Evaluation
import Testing

@Suite struct TaskEntriesTests {
  @Test("an entry is called by its name, else by its task, else by what tells it from another entry")
  func labels() {
    let train = #"{"trials":5,"wording":"train"}"#
    let unseen = #"{"trials":5,"wording":"unseen"}"#
    let named = #"{"name":"hard keys","trials":9}"#
    #expect(TaskEntries([("passkey", train)]).label("passkey", train) == "passkey")
    let two = TaskEntries([("passkey", train), ("passkey", unseen), ("pg19", "{}")])
    #expect(two.label("passkey", train) == "passkey (wording=train)")
    #expect(two.label("passkey", unseen) == "passkey (wording=unseen)")
    #expect(two.label("pg19", "{}") == "pg19")
    let three = TaskEntries([("passkey", train), ("passkey", named)])
    #expect(three.label("passkey", named) == "hard keys")
    #expect(TaskEntries([]).label("passkey", named) == "hard keys")
    #expect(TaskEntries([]).label("passkey", train) == "passkey")
  }

  @Test("no two entries are called alike")
  func distinct() {
    let long = String(repeating: "x", count: 60)
    let all = (0..<4).map { #"{"path":"\#(long)\#($0)"}"# }
    let entries = TaskEntries(all.map { ("pg19", $0) })
    #expect(Set(all.map { entries.label("pg19", $0) }).count == 4)
  }
}
