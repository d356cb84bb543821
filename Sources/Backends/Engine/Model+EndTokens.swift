public import Tokenizers
public import Transformer

extension Model {
  /// Every token that ends a text: those of the weights' configuration and those of the tokenizer.
  ///
  /// - Parameter tokenizer: the model's tokenizer; nil where there is none.
  /// - Returns: the ids.
  public func endTokens(with tokenizer: Tokenizer?) -> Set<Int> {
    Set(endOfTextTokens).union(tokenizer?.endTokens ?? [])
  }
}
