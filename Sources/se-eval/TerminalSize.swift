import Glibc

/// The width of a terminal, which only the kernel knows; a file of its own, because it hands over a pointer.
enum TerminalSize {
  /// Columns of the terminal behind a descriptor; nil where there is none or it has none.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
