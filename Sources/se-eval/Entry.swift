@main
struct Entry {
  static func main() {
    print("se-eval")
  }
}
