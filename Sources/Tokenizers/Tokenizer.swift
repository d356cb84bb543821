/// A model's tokenizer. (The type's contract; the tokenizer work fills it in.)
public struct Tokenizer: Sendable {}
