/// temporary
public struct ChatTemplate: Sendable {
  public static func named(_ n: String) -> ChatTemplate? { nil }
  public static func recognised(from: String) -> ChatTemplate? { nil }
  public static var names: [String] { [] }
  public func render(user: String, system: String?) -> String { user }
}
