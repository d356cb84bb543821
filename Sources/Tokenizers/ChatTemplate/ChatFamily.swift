/// How one model family wraps a user's message, for checkpoints that have no template of their own.
///
/// The text never contains BOS: the tokenizer puts it there. Markers are public facts of the models.
struct ChatFamily: Sendable, Equatable {
  var beforeSystem = ""
  var afterSystem = ""
  var beforeUser = ""
  var afterUser = ""
  /// Whether the system message is part of the user's turn: what goes before the turn goes before it.
  var systemIsInUserTurn = false
  /// Whether the family's template removes white space around messages.
  var trims = false

  static let all: [String: ChatFamily] = [
    "none": ChatFamily(afterSystem: "\n\n"),
    "llama-2": ChatFamily(
      beforeSystem: "<<SYS>>\n", afterSystem: "\n<</SYS>>\n\n", beforeUser: "[INST] ", afterUser: " [/INST]",
      systemIsInUserTurn: true, trims: true),
    "llama-3": ChatFamily(
      beforeSystem: "<|start_header_id|>system<|end_header_id|>\n\n", afterSystem: "<|eot_id|>",
      beforeUser: "<|start_header_id|>user<|end_header_id|>\n\n",
      afterUser: "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n", trims: true),
    "vicuna": ChatFamily(afterSystem: " ", beforeUser: "USER: ", afterUser: " ASSISTANT:"),
    "mistral": ChatFamily(
      afterSystem: "\n\n", beforeUser: "[INST] ", afterUser: " [/INST]", systemIsInUserTurn: true),
    "chatml": chatML,
    "smollm2": chatML,
    "gemma": ChatFamily(
      afterSystem: "\n\n", beforeUser: "<start_of_turn>user\n", afterUser: "<end_of_turn>\n<start_of_turn>model\n",
      systemIsInUserTurn: true, trims: true),
    "phi": ChatFamily(
      beforeSystem: "<|system|>\n", afterSystem: "<|end|>\n", beforeUser: "<|user|>\n",
      afterUser: "<|end|>\n<|assistant|>\n"),
    "alpaca": ChatFamily(afterSystem: "\n\n", beforeUser: "### Instruction:\n", afterUser: "\n\n### Response:\n"),
    "solar": ChatFamily(
      beforeSystem: "### System:\n", afterSystem: "\n\n", beforeUser: "### User:\n",
      afterUser: "\n\n### Assistant:\n"),
    "zephyr": ChatFamily(
      beforeSystem: "<|system|>\n", afterSystem: "</s>\n", beforeUser: "<|user|>\n",
      afterUser: "</s>\n<|assistant|>\n"),
  ]

  private static let chatML = ChatFamily(
    beforeSystem: "<|im_start|>system\n", afterSystem: "<|im_end|>\n", beforeUser: "<|im_start|>user\n",
    afterUser: "<|im_end|>\n<|im_start|>assistant\n")

  /// The text of a conversation of one user message, up to where the model's answer begins.
  ///
  /// - Parameters:
  ///   - user: the user's message.
  ///   - system: the system message; an empty text leaves it out.
  /// - Returns: the text, without BOS.
  func render(user: String, system: String) -> RenderedChat {
    let user = JinjaText(user, isMessage: true)
    let system = JinjaText(system, isMessage: true)
    let message = trims ? system.stripped() : system
    let head =
      message.isEmpty ? JinjaText() : JinjaText(beforeSystem) + message + JinjaText(afterSystem)
    let opening = JinjaText(beforeUser)
    return RenderedChat(
      (systemIsInUserTurn ? opening + head : head + opening) + (trims ? user.stripped() : user) + JinjaText(afterUser))
  }
}
