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

  @Test("every family wraps the messages in its markers", arguments: expected)
  func rendering(name: String, text: String) throws {
    let template = try #require(ChatTemplate.named(name))
    #expect(template.render(user: "What now?", system: "Be brief.") == text)
    #expect(!template.render(user: "What now?").contains("brief"))
  }

  @Test("the table of expected texts covers every name, and no other name is known")
  func names() {
    #expect(ChatTemplate.names == Self.expected.map(\.name).sorted())
    #expect(ChatTemplate.named("chat-ml") == nil)
  }

  @Test(
    "a checkpoint's template is recognised by its markers",
    arguments: [
      ("{{'<|im_start|>' + message['role'] + '\\n'}}", "chatml"), ("{{ '[INST] <<SYS>>\\n' }}", "llama-2"),
      ("{{ ' [INST] ' + m }}", "mistral"), ("<|start_header_id|>", "llama-3"), ("<start_of_turn>", "gemma"),
      ("{{'<|user|>\\n' + c + '<|end|>\\n'}}", "phi"), ("{{'<|user|>\\n' + c + eos_token}}", "zephyr"),
      ("'### Instruction:\\n'", "alpaca"), ("'### User:\\n'", "solar"), ("'USER: ' + c", "vicuna"),
    ])
  func recognition(jinja: String, name: String) {
    #expect(ChatTemplate.recognised(from: jinja)?.name == name)
  }

  @Test("the default system message is the checkpoint's, in its template as the file spells it")
  func defaultSystem() throws {
    let jinja =
      "{% if loop.first %}{{ '<|im_start|>system\\nAnswer in rhymes<|im_end|>\\n' }}{% endif %}{{'<|im_start|>' + r}}"
    let template = try #require(ChatTemplate.recognised(from: jinja))
    #expect(template.defaultSystem == "Answer in rhymes")
    #expect(template.render(user: "Hi").hasPrefix("<|im_start|>system\nAnswer in rhymes<|im_end|>\n"))
    #expect(template.render(user: "Hi", system: "").hasPrefix("<|im_start|>user\nHi"))
    let computed = "{{ '<|im_start|>system\\n' + system + '<|im_end|>\\n' }}"
    #expect(ChatTemplate.recognised(from: computed)?.defaultSystem == nil)
    #expect(ChatTemplate.recognised(from: "{{ messages }}") == nil)
  }

  @Test("exactly one BOS goes before a conversation", arguments: BOSPolicy.allCases)
  func oneBOS(policy: BOSPolicy) throws {
    let tokenizer = try Fixtures.load("byte-level")
    let template = try #require(ChatTemplate.named("llama-2"))
    let ids = template.encode(user: "the gate", tokenizer: tokenizer, bos: policy)
    #expect(ids.filter { $0 == tokenizer.bosToken }.count == (policy == .never ? 0 : 1))
    let closing = try Fixtures.load("metaspace")
    #expect(closing.addsEOS)
    #expect(template.encode(user: "the gate", tokenizer: closing).last != closing.eosToken)
  }
}
