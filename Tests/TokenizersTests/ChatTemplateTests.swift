import Testing
import Tokenizers

@Suite struct ChatTemplateTests {
  private static let expected: [(name: String, text: String)] = [
    ("none", "Be brief.\n\nWhat now?"),
    ("llama-2", "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nWhat now? [/INST]"),
    (
      "llama-3",
      "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
        + "What now?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    ("vicuna", "Be brief. USER: What now? ASSISTANT:"), ("mistral", "[INST] Be brief.\n\nWhat now? [/INST]"),
    (
      "chatml",
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat now?<|im_end|>\n<|im_start|>assistant\n"
    ),
    (
      "smollm2",
      "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat now?<|im_end|>\n<|im_start|>assistant\n"
    ),
    ("gemma", "<start_of_turn>user\nBe brief.\n\nWhat now?<end_of_turn>\n<start_of_turn>model\n"),
    ("phi", "<|system|>\nBe brief.<|end|>\n<|user|>\nWhat now?<|end|>\n<|assistant|>\n"),
    ("alpaca", "Be brief.\n\n### Instruction:\nWhat now?\n\n### Response:\n"),
    ("solar", "### System:\nBe brief.\n\n### User:\nWhat now?\n\n### Assistant:\n"),
    ("zephyr", "<|system|>\nBe brief.</s>\n<|user|>\nWhat now?</s>\n<|assistant|>\n"),
  ]
  private static let conversation: [ChatMessages.Turn] = [("system", "Be brief."), ("user", "What now?")]

  // MARK: Families

  @Test("every family wraps the messages in its markers", arguments: expected)
  func rendering(name: String, text: String) throws {
    let template = try #require(ChatTemplate.named(name))
    #expect(try template.render(ChatMessages(Self.conversation)).text == text)
    #expect(try !template.render(ChatMessages([("user", "What now?")])).text.contains("brief"))
  }

  @Test("the table of expected texts covers every name, and no other name is known")
  func names() {
    #expect(ChatTemplate.names == Self.expected.map(\.name).sorted())
    #expect(ChatTemplate.named("chat-ml") == nil)
  }

  @Test("a family takes one user message; more turns are refused")
  func oneMessage() throws {
    let template = try #require(ChatTemplate.named("chatml"))
    let turns = [("user", "One"), ("assistant", "Two"), ("user", "Three")] as [ChatMessages.Turn]
    #expect(throws: ChatTemplateError.self) { try template.render(ChatMessages(turns)) }
  }

  // MARK: The checkpoint's own

  private static let own =
    "{% for m in messages %}{{ '<s>' if loop.first }}<|{{ m['role'] }}|>{{ m['content'] | trim }}</s>{% endfor %}"
    + "{% if add_generation_prompt %}<|assistant|>{% endif %}"

  @Test("a template renders turns, and says with its name which one it is")
  func ownTemplate() throws {
    let template = try ChatTemplate(source: Self.own)
    let turns = [("user", " One "), ("assistant", "Two"), ("user", "Three")] as [ChatMessages.Turn]
    let text = "<s><|user|>One</s><|assistant|>Two</s><|user|>Three</s>"
    #expect(try template.render(ChatMessages(turns)).text == text + "<|assistant|>")
    var variables = ChatTemplate.Variables()
    variables.addsGenerationPrompt = false
    #expect(try template.render(ChatMessages(turns), variables).text == text)
    // printf '%s' SOURCE | sha256sum
    #expect(template.name.hasPrefix("own ") && template.name.count == 16)
    #expect(try ChatTemplate(source: Self.own + " ").name != template.name)
  }

  @Test("messages of any form reach the template as maps")
  func maps() throws {
    let json = #"[{"role": "user", "content": [{"type": "text", "text": "Hé"}], "n": 1.5, "b": true, "z": null}]"#
    let source = "{% for m in messages %}{{ m | tojson }}{{ m.content[0].text }}{{ m.keys() | list }}{% endfor %}"
    let text = try ChatTemplate(source: source).render(ChatMessages(json: Array(json.utf8))).text
    #expect(text == json.dropFirst().dropLast() + "Hé['role', 'content', 'n', 'b', 'z']")
  }

  @Test("what messages wrote is told from what the template wrote")
  func ranges() throws {
    let source =
      "<é>{{ messages[0].role }}:{{ messages[0].content | trim | upper | replace('X', '<s>') }}|"
      + "{{ messages | tojson }}"
    let chat = try ChatTemplate(source: source).render(ChatMessages([("user", " aéx\"b ")]))
    let parts = chat.messageRanges.map { String(decoding: Array(chat.text.utf8)[$0], as: UTF8.self) }
    #expect(chat.text == #"<é>user:AÉ<s>"B|[{"role": "user", "content": " aéx\"b "}]"#)
    #expect(parts == ["AÉ", "\"B", #" aéx\"b "#])
  }

  @Test("a template that takes no system message is known by what it renders")
  func systemMessage() throws {
    #expect(try ChatTemplate(source: Self.own).takesSystemMessage())
    let refusing =
      "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].content }}"
    #expect(try !ChatTemplate(source: refusing).takesSystemMessage())
    #expect(try !ChatTemplate(source: "{{ messages[-1].content }}").takesSystemMessage())
    #expect(ChatTemplate.names.allSatisfy { ChatTemplate.named($0)?.takesSystemMessage() == true })
  }

  // MARK: Tokens

  @Test("exactly one BOS goes before a conversation, whoever writes it", arguments: BOSPolicy.allCases)
  func oneBOS(policy: BOSPolicy) throws {
    let tokenizer = try Fixtures.load("byte-level")
    let bos = try #require(tokenizer.bosToken)
    let template = try #require(ChatTemplate.named("llama-2"))
    let ids = tokenizer.encode(try template.render(ChatMessages([("user", "the gate")])), bos: policy)
    #expect(ids.count { $0 == bos } == (policy == .never ? 0 : 1))
    let writing = try ChatTemplate(source: "{{ bos_token }}[INST]{{ messages[0].content }}[/INST]")
    let chat = try writing.render(ChatMessages([("user", "the gate")]), ChatTemplate.Variables(tokenizer))
    let written = tokenizer.encode(chat, bos: policy)
    #expect(written.count { $0 == bos } == 1 && written.first == bos)
    let closing = try Fixtures.load("metaspace")
    #expect(closing.addsEOS)
    #expect(closing.encode(try template.render(ChatMessages([("user", "the gate")]))).last != closing.eosToken)
  }

  @Test(
    "the ids are those of the whole text, but that a message's special tokens stay text",
    arguments: ["byte-level", "metaspace", "split-regex"])
  func identity(fixture: String) throws {
    let tokenizer = try Fixtures.load(fixture)
    let template = try ChatTemplate(source: Self.own)
    for example in try Fixtures.cases(fixture).prefix(80) {
      let chat = try template.render(ChatMessages([("user", example.text)]))
      let ids = tokenizer.encode(chat, bos: .never)
      let whole = tokenizer.encode(chat.text, bos: .never)
      let content = String(decoding: chat.messageRanges.flatMap { Array(chat.text.utf8)[$0] }, as: UTF8.self)
      func specialCount(_ ids: [Int]) -> Int { ids.count { tokenizer.isSpecial($0) } }
      let spelled = specialCount(tokenizer.encode(content, bos: .never))
      if spelled == specialCount(tokenizer.encode(content, bos: .never, parseSpecial: false)) {
        #expect(ids == whole, "\(example.text)")
      } else {
        #expect(specialCount(ids) < specialCount(whole), "\(example.text)")
      }
    }
  }
}
