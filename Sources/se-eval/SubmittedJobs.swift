import Foundation
import Text

/// The array jobs that were submitted from a folder of scripts, by its file `jobs`, and what Slurm still has of them.
struct SubmittedJobs {
  /// An array job.
  struct Job {
    /// Its number.
    let number: String
    /// Into how many tasks it divides the shards; nil in a line of an earlier version, which did not say it.
    let taskCount: Int?
  }

  /// What Slurm has of them in its queue.
  enum Queue {
    /// The tasks, running or waiting, of each job.
    case tasks([String: Set<Int>])
    /// It could not be asked, and why.
    case unknown(String)
  }

  /// The file.
  let path: String
  /// In the order in which they were submitted.
  let jobs: [Job]

  /// Reads the file of a folder; without one nothing was submitted.
  init(_ folder: String) {
    path = folder + "/jobs"
    let text = (try? Files.readText(path)) ?? ""
    jobs = text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let number = words.first else { return nil }
      return Job(number: String(number), taskCount: words.count > 1 ? Int(words[1]).flatMap { $0 > 0 ? $0 : nil } : nil)
    }
  }

  /// The jobs' numbers, in words.
  var names: String { jobs.map(\.number).joined(separator: ",") }

  /// True where a run says that it is a task of one of the jobs.
  func includes(_ task: String?) -> Bool {
    guard let task else { return false }
    return jobs.contains { task.hasPrefix("\($0.number)_") }
  }

  /// Asks Slurm; where nothing was submitted it is not asked.
  func queue() -> Queue {
    guard !jobs.isEmpty else { return .tasks([:]) }
    guard let answer = Subprocess.run(["squeue", "--noheader", "--array", "--format=%F %K", "--jobs=\(names)"]) else {
      return .unknown("there is no squeue here")
    }
    guard answer.status == 0 else {
      // A job that ended some time ago is not known any more.
      if answer.errors.contains("Invalid job id") { return .tasks([:]) }
      let words = answer.errors.split(separator: "\n").last.map(String.init) ?? "status \(answer.status)"
      return .unknown("squeue failed: \(words)")
    }
    var tasks: [String: Set<Int>] = [:]
    for line in answer.output.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard words.count == 2, let task = Int(words[1]) else { continue }
      tasks[String(words[0]), default: []].insert(task)
    }
    return .tasks(tasks)
  }

  /// The shards that tasks in the queue do.
  ///
  /// - Parameters:
  ///   - tasks: what `queue` found.
  ///   - shardCount: the number of shards.
  ///   - taskCount: into how many tasks a job divides them that does not say it.
  /// - Returns: their numbers, from 1.
  func shards(of tasks: [String: Set<Int>], shardCount: Int, taskCount: Int) -> Set<Int> {
    var shards: Set<Int> = []
    for job in jobs {
      guard let own = tasks[job.number] else { continue }
      let count = job.taskCount ?? taskCount
      for task in own where task >= 1 && task <= shardCount {
        shards.formUnion(stride(from: task, through: shardCount, by: count))
      }
    }
    return shards
  }

  /// That Slurm could not be asked, and what to do.
  func notAsked(_ reason: String) -> FileError {
    FileError(
      path: path,
      problem:
        "job \(names) may still be in the queue, and \(reason); nothing was written or submitted. Ask again later, "
        + "or remove the file when they have ended", isInput: false)
  }
}
