import Foundation
import Store
import Synchronization
import TestSupport
import Testing

@testable import se_eval

/// A store on a local disk and its copies.
@Suite struct ScratchTests {
  private let folder: TemporaryFolder
  private let place: String
  private let scratch: String
  private let warnings = Warnings()

  /// What was warned of.
  private final class Warnings: Sendable {
    private let kept = Mutex<[String]>([])
    var texts: [String] { kept.withLock { $0 } }
    func add(_ text: String) { kept.withLock { $0.append(text) } }
  }

  init() throws {
    folder = try TemporaryFolder()
    place = folder.file("results/a.sqlite")
    scratch = folder.file("scratch")
  }

  private func local(every interval: Duration = .zero) throws -> ScratchStore {
    try ScratchStore(place, in: scratch, every: interval) { [warnings] in warnings.add($0) }
  }

  private func begin(_ path: String, configuration: String = #"{"seed":7}"#) throws -> ResultStore {
    let store = try ResultStore.open(path, mode: .create)
    _ = try store.beginRun(
      RunRecord(
        name: "a", configuration: configuration, configurationHash: configuration, environment: [:], warnings: []))
    return store
  }

  private func runCount(_ path: String) throws -> Int { try ResultStore.open(path, mode: .readOnly).runs().count }

  private func names(_ path: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path) }

  @Test("a copy comes when its time has come, and not before")
  func inTime() throws {
    let patient = try local(every: .seconds(1000))
    let store = try begin(patient.path)
    patient.copyInTime(store)
    #expect(!FileManager.default.fileExists(atPath: place))
    let local = try local()
    local.copyInTime(store)
    #expect(try runCount(place) == 1)
    _ = try begin(local.path)
    local.copyInTime(store)
    #expect(try runCount(place) == 2)
    #expect(try names(folder.file("results")).contains { $0.hasSuffix(".part") } == false)
    #expect(warnings.texts.isEmpty)
  }

  @Test("a copy that fails is told once, with its place, and once more when it failed again; the last one is an error")
  func failing() throws {
    let local = try local()
    let store = try begin(local.path)
    let away = folder.file("away")
    try FileManager.default.moveItem(atPath: folder.file("results"), toPath: away)
    for _ in 0..<3 { local.copyInTime(store) }
    #expect(warnings.texts.count == 1)
    #expect(warnings.texts.allSatisfy { $0.contains(place) && !$0.contains(local.path) }, "\(warnings.texts)")
    try FileManager.default.moveItem(atPath: away, toPath: folder.file("results"))
    local.copyInTime(store)
    #expect(try runCount(place) == 1)
    try FileManager.default.moveItem(atPath: folder.file("results"), toPath: away)
    local.copyInTime(store)
    #expect(warnings.texts.count == 2)
    let error = try #require(#expect(throws: StoreError.self) { try local.copy(store) })
    #expect("\(error)".hasPrefix("\(place): "))
    #expect(
      warnings.texts.last?.contains("whole in \(local.path), and the same command copies them to \(place)") == true)
    #expect(try runCount(local.path) == 1)
  }

  @Test("a copy that is not taken leaves no part of it")
  func part() throws {
    let local = try local()
    let store = try begin(local.path)
    // Nothing can be put in the place of a folder.
    try FileManager.default.createDirectory(atPath: place + "/x", withIntermediateDirectories: true)
    local.copyInTime(store)
    #expect(warnings.texts.count == 1)
    #expect(try names(folder.file("results")) == ["a.sqlite"])
  }

  @Test("a place that cannot be written is said before the first sample, by the option that names it")
  func unwritable() throws {
    try "a file".write(toFile: folder.file("file"), atomically: true, encoding: .utf8)
    let inside = folder.file("file/x")
    let first = try #require(#expect(throws: FileError.self) { _ = try ScratchStore(place, in: inside) })
    #expect(first.description.contains("name another place with --scratch"))
    let second = try #require(
      #expect(throws: FileError.self) { _ = try ScratchStore(inside + "/a.sqlite", in: scratch) })
    #expect(second.description.contains("name another place with --db"))
    // A name that is too long for a file is one that a folder cannot have.
    let long = folder.file(String(repeating: "x", count: 300))
    let third = try #require(#expect(throws: FileError.self) { _ = try ScratchStore(long, in: scratch) })
    #expect(third.description.hasPrefix(long) && third.description.contains("name another place with --db"))
    #expect(try names(scratch).isEmpty)
  }

  @Test("what was left on the disk is taken along; of another configuration it is said what to do")
  func leftover() throws {
    let path = try local().path
    _ = try begin(path)
    _ = try begin(place)
    _ = try local()
    #expect(try runCount(path) == 2)
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    _ = try begin(path, configuration: #"{"seed":8}"#)
    let error = try #require(#expect(throws: FileError.self) { _ = try local() })
    #expect(!error.description.contains("--force"))
    #expect(error.description.contains("(seed is 8 in the one and 7 in the other)"), "\(error)")
    #expect(error.description.contains("Then remove it, and give the same command again"))
  }
}
