/// The text of a conversation as the model reads it, up to where its answer begins.
public struct RenderedChat: Sendable, Equatable {
  /// The text, with a BOS where the template itself writes one.
  public let text: String
  /// The parts of the text that messages wrote, as ranges of its UTF-8, in order: special tokens count outside of them
  /// alone.
  public let messageRanges: [Range<Int>]

  init(_ text: JinjaText) {
    self.text = text.string
    messageRanges = text.messageRanges
  }
}

extension Tokenizer {
  /// The ids of a conversation, without EOS: the model goes on from here.
  ///
  /// They are the ids of the whole text, but for special tokens that a message spells: those stay text. BOS goes first
  /// where the checkpoint asks for it, exactly once, whether the template writes it or not.
  ///
  /// - Parameters:
  ///   - chat: the conversation as a template renders it.
  ///   - bos: whether BOS goes first where the template does not write it.
  /// - Returns: the ids.
  public func encode(_ chat: RenderedChat, bos: BOSPolicy = .auto) -> [Int] {
    let ids = core.encode(chat.text, bos: .never, parseSpecial: true, spared: chat.messageRanges)
    let wantsBOS = bos == .always || bos == .auto && addsBOS
    guard wantsBOS, let bosToken, ids.first != bosToken else { return ids }
    return [bosToken] + ids
  }
}
