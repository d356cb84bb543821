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

  @Test("one setting with a short value is enough, where it tells all entries apart")
  func shortest() {
    let closed = #"{"documents":3,"lengths":[512,1024],"tasks":["tpo","gsm100","quality","coursera"]}"#
    let open = #"{"documents":2,"judged":false,"lengths":[1024],"tasks":["financial_qa","legal_contract_qa"]}"#
    let two = TaskEntries([("leval", closed), ("leval", open)])
    #expect(two.label("leval", closed) == "leval (documents=3)")
    #expect(two.label("leval", open) == "leval (documents=2)")
    // No setting alone tells three apart.
    let third = #"{"documents":2,"lengths":[512,1024],"tasks":["tpo"]}"#
    let three = TaskEntries([("leval", closed), ("leval", open), ("leval", third)])
    #expect(Set([closed, open, third].map { three.label("leval", $0) }).count == 3)
  }

  @Test("no two entries are called alike")
  func distinct() {
    let long = String(repeating: "x", count: 60)
    let all = (0..<4).map { #"{"path":"\#(long)\#($0)"}"# }
    let entries = TaskEntries(all.map { ("pg19", $0) })
    #expect(Set(all.map { entries.label("pg19", $0) }).count == 4)
  }

  @Test("a name holds no JSON and can be typed after --only, commas in it included")
  func typed() throws {
    let first = #"{"datasets":["trec","lcc"],"length":1024}"#
    let second = #"{"datasets":["qasper"],"depths":{"from":0,"to":1},"length":1024}"#
    let third = #"{"datasets":["qasper"],"length":2048}"#
    let two = TaskEntries([("longbench", first), ("longbench", second)])
    #expect(two.label("longbench", first) == "longbench (datasets=trec+lcc)")
    let three = TaskEntries([first, second, third].map { ("longbench", $0) })
    let name = three.label("longbench", second)
    #expect(name == "longbench (datasets=qasper, depths=from:0+to:1, length=1024)")
    let syntax = Selection.MethodSyntax(canonical: { _ in nil }, isParameter: { _, _ in false })
    let selection = try Selection(parsing: ["task=\(name),method=plain"], syntax)
    #expect(selection.accepted(under: "task") == [name] && selection.accepted(under: "method") == ["plain"])
    #expect(throws: SelectionError.self) { try Selection(parsing: ["task=a (b,c"], syntax) }
  }
}
