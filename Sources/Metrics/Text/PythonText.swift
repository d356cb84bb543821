/// What Python's `str` does to a text, for prompts that must come out as an official program makes them.
public enum PythonText {
  /// `text.strip()`.
  public static func stripped(_ text: String) -> String { CodePoints(text).stripped.text }

  /// `text.replace(old, new)`, code point by code point.
  public static func replacing(_ old: String, with new: String, in text: String) -> String {
    CodePoints(text).replacing(old, with: new).text
  }

  /// `text.lower()`.
  public static func lowercased(_ text: String) -> String { CodePoints(text).lowercased.text }
}
