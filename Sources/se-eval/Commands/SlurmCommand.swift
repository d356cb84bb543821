import Backends
import Foundation
import Kernels
import Store
import Sweeps
import Text
import Transformer

/// `slurm`: the scripts of an array job over a sweep's shards, and their submission.
enum SlurmCommand {
  private static let shards = Option.value("--shards", "N", "shards, each a task of the array (default 4)")
  private static let out = Option.value("--out", "DIR", "where the scripts go (default Slurm/<name>)")
  private static let submit = Option.flag("--submit", "submit them: sbatch must be there")
  private static let missing = Option.flag(
    "--missing", "only the tasks whose shards are not done by their stores and not in the queue")
  private static let sbatch = Option.value(
    "--sbatch", "OPTIONS", "more options of sbatch, for example \"--partition=x --account=y\"; they win")
  private static let throttle = Option.value("--throttle", "K", "at most K tasks at a time")
  private static let largestArray = Option.value(
    "--max-array", "N", "tasks of the array at most; more shards are folded (default: what the cluster allows)")
  private static let time = Option.value("--time", "MINUTES", "time limit of a task (default: from the plan)")
  private static let memory = Option.value("--mem", "MIB", "memory of a task (default: from the plan)")
  private static let requeues = Option.value(
    "--requeues", "R", "how often a task that ran out of time is queued again (default 20)")

  private static let resources = Option.value(
    "--gres", "LIST", "graphics cards of a task (default gpu:1 where a model computes on OpenCL)")
  private static let scratch = Option.value(
    "--scratch", "DIR",
    "write a shard's store on the node's own disk, for example '$TMPDIR', and copy it to its place every minute")

  static let command = Command(
    name: "slurm", summary: "Write, and submit, an array job over a sweep's shards and a job that joins them",
    details: [
      "Writes array.sbatch, merge.sbatch and submit.sh, to read and to change. A task that is preempted, loses its node\n"
        + "or runs out of time is queued again and goes on after the last stored sample. See Docs/cluster.md.",
      "--threads is the number of processors of a task.",
    ],
    positionals: [SweepArguments.config, SweepArguments.overrides],
    options: [shards, submit, missing, sbatch, throttle, largestArray, time, memory, requeues, resources, scratch, out]
      + EngineOptions.devices + [
        MachineFile.option, SweepArguments.memory, SweepArguments.limit, SweepArguments.only,
        SweepArguments.skipMissing, SweepArguments.allowUnverified,
      ]
  ) { arguments in
    let configuration = try SweepArguments.configuration(arguments)
    let kind = try? FileManager.default.attributesOfItem(atPath: configuration.file)[.type] as? FileAttributeType
    guard kind == .typeRegular || kind == .typeSymbolicLink && !configuration.file.hasPrefix("/dev/") else {
      throw UsageError("'slurm' needs a file that its jobs can read again, and \(configuration.file) is none")
    }
    let threads = try arguments.integer(GlobalOptions.threads) ?? min(8, Allocation.threadCount)
    var settings = try settings(arguments, configuration, threads: threads)
    if arguments.has(missing) {
      guard let tasks = try missingTasks(settings) else { return .complete }
      settings.tasks = tasks
    } else {
      try refuseOtherDivision(settings)
    }
    try estimate(&settings, arguments, configuration, threads: threads)
    try write(SlurmScripts(settings), settings)
    let folder = settings.folder
    guard arguments.has(submit) else {
      Terminal.print("\(folder)/\(SlurmScripts.submitName)")
      Terminal.message("\(described(settings)); look at the scripts, then run \(folder)/\(SlurmScripts.submitName)")
      return .complete
    }
    guard let answer = Subprocess.run(["bash", "\(folder)/\(SlurmScripts.submitName)"]), answer.status == 0 else {
      let problem =
        Subprocess.run(["bash", "-c", "command -v sbatch"])?.status == 0 ? "see above" : "there is no sbatch here"
      throw FileError(path: "\(folder)/\(SlurmScripts.submitName)", problem: "it failed: \(problem)", isInput: false)
    }
    Terminal.write(answer.output)
    Terminal.message(
      "\(described(settings)); how far it is: se-eval status \(settings.shardFolder) --watch; the report will be "
        + "\(settings.report)/report.md; what is missing at the end: the same command with --missing")
    return .complete
  }

  private static func described(_ settings: SlurmScripts.Settings) -> String {
    let tasks = settings.tasks?.count ?? settings.taskCount
    return
      "\(settings.shardCount) shards in \(tasks) task\(tasks == 1 ? "" : "s") of \(settings.processors) processors, "
      + "\(NumberText.duration(Double(settings.minutes) * 60)) and \(settings.mebibytes) MiB each"
  }

  private static func settings(
    _ arguments: Arguments, _ configuration: Configuration, threads: Int
  ) throws -> SlurmScripts.Settings {
    let here = FileManager.default.currentDirectoryPath
    func absolute(_ path: String) -> String {
      URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: here)).standardizedFileURL.path
    }
    let name = configuration.name
    var settings = SlurmScripts.Settings(
      name: name, program: programPath(), version: "se-eval \(Version.current)",
      configuration: absolute(configuration.file), workingFolder: here, shardFolder: absolute(StorePlaces.shards(name)),
      store: absolute(StorePlaces.whole(name)), report: absolute("Reports/\(name)"),
      folder: absolute(arguments.text(out) ?? "Slurm/\(name)"),
      shardCount: try arguments.integer(shards) ?? 4, processors: threads, minutes: 60, mebibytes: 1024)
    guard settings.shardCount <= Shard.largestCount else {
      throw UsageError("--shards is \(settings.shardCount), expected at most \(Shard.largestCount)")
    }
    // In a script a line end would begin a command.
    let places =
      [here, settings.configuration, settings.folder, settings.program]
      + [resources, sbatch, scratch].compactMap { arguments.text($0) }
    if let bad = places.first(where: { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } }) {
      throw UsageError("'slurm' writes no scripts with '\(bad)', which holds a line end or a control character")
    }
    settings.arguments = Array(arguments.positionals.dropFirst())
    let passedOn = [SweepArguments.limit, SweepArguments.only, SweepArguments.memory] + EngineOptions.devices
    for option in passedOn {
      if let value = arguments.text(option) { settings.arguments += [option.name, value] }
    }
    for option in [SweepArguments.skipMissing, SweepArguments.allowUnverified] where arguments.has(option) {
      settings.arguments.append(option.name)
    }
    settings.variables = variables(configuration)
    settings.throttle = try arguments.integer(throttle)
    settings.largestArray = try arguments.integer(largestArray) ?? clusterLimit() ?? 1000
    settings.requeueLimit = try arguments.integer(requeues, atLeast: 0) ?? 20
    settings.options = SlurmScripts.options(arguments.text(sbatch) ?? "")
    settings.scratch = arguments.text(scratch)
    settings.resources = try arguments.text(resources) ?? defaultResources(configuration, arguments, settings.options)
    settings.hasGates = !configuration.gates.isEmpty
    return settings
  }

  /// A card for each task where a model computes on one; a shard has one, so that several cards are used by shards.
  private static func defaultResources(
    _ configuration: Configuration, _ arguments: Arguments, _ options: [String]
  ) throws -> String? {
    let commandLine = try EngineOptions.deviceChoice(arguments)
    let own = configuration.models.filter { $0.server == nil }
    guard own.contains(where: { (commandLine ?? $0.device ?? .cpu) != .cpu }),
      !options.contains(where: { $0.hasPrefix("--gres") || $0.hasPrefix("--gpu") || $0.hasPrefix("-G") })
    else { return nil }
    return "gpu:1"
  }

  private static func programPath() -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The variables that a job needs: those that the configuration names, the program's own, the loader's.
  private static func variables(_ configuration: Configuration) -> [String: String] {
    let environment = ProcessInfo.processInfo.environment
    let text = configuration.resolved
    return environment.filter { name, _ in
      text.contains("${\(name)}") || name.hasPrefix("SE_EVAL_") || name == "LD_LIBRARY_PATH" || name == "PATH"
    }
  }

  /// The tasks that an array job may have on this cluster; nil where there is none to ask.
  private static func clusterLimit() -> Int? {
    guard let answer = Subprocess.run(["scontrol", "show", "config"]), answer.status == 0 else { return nil }
    let line = answer.output.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
    // It is the first number that no task may have.
    return line?.split(separator: "=").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }.map {
      max(1, $0 - 1)
    }
  }

  /// What is in the shards' stores is of this number of shards, or must not go on.
  private static func refuseOtherDivision(_ settings: SlurmScripts.Settings) throws {
    for part in try parts(settings) {
      guard let shard = part.run.record.shard, shard.count != settings.shardCount else { continue }
      throw UsageError(
        "\(settings.shardFolder) holds stores of \(shard.count) shards; say --shards \(shard.count), or move them away")
    }
  }

  private static func parts(_ settings: SlurmScripts.Settings) throws -> [PartProgress] {
    guard FileManager.default.fileExists(atPath: settings.shardFolder),
      let files = try? ResultStore.storeFiles(settings.shardFolder)
    else { return [] }
    var parts: [PartProgress] = []
    for file in files {
      do throws(StoreError) {
        parts += try ResultStore.open(file, mode: .readOnly).progress().parts
      } catch {
        guard case .empty = error else { throw error }
      }
    }
    return parts
  }

  /// The tasks of shards that are neither done nor at work nor queued; nil, with words, where there is none.
  private static func missingTasks(_ settings: SlurmScripts.Settings) throws -> [Int]? {
    try refuseOtherDivision(settings)
    // The queue first: what ends between the two questions has said so in its store.
    let jobs = jobs(settings)
    let queue = queuedTasks(jobs)
    let queued = queue ?? []
    let now = Date().timeIntervalSince1970
    var states: [Int: PartProgress] = [:]
    for part in try parts(settings) { if let shard = part.run.record.shard { states[shard.index] = part } }
    var wanted: Set<Int> = []
    var atWork = 0
    for shard in 1...settings.shardCount {
      let task = settings.task(ofShard: shard)
      let state = states[shard]?.state(at: now)
      if state == .ended(0) { continue }
      let isGone = queue != nil && isTask(states[shard], of: jobs)
      if state == .running && !isGone || queued.contains(task) {
        atWork += 1
        continue
      }
      wanted.insert(task)
      // Its last sign of life may be younger than two minutes: cancelled, or lost with its node.
      let what = state == .running ? "ended without a word, and is no longer in Slurm's queue" : nil
      let words = what ?? states[shard].map { StatusText.state($0, now: now) } ?? "not started"
      Terminal.message("shard \(shard)/\(settings.shardCount): \(words)")
    }
    if atWork > 0 { Terminal.message("\(atWork) shards are at work or in the queue") }
    if wanted.isEmpty {
      Terminal.message(atWork > 0 ? "nothing more to submit" : "nothing is missing: every shard is done")
      return nil
    }
    return wanted.sorted()
  }

  /// The array jobs that were submitted from the folder.
  private static func jobs(_ settings: SlurmScripts.Settings) -> [String] {
    let text = (try? Files.readText(settings.folder + "/jobs")) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  /// True where a run is a task of one of the jobs.
  private static func isTask(_ part: PartProgress?, of jobs: [String]) -> Bool {
    guard let job = part?.heartbeat?.heartbeat.job else { return false }
    return jobs.contains { job.hasPrefix("\($0)_") }
  }

  /// Tasks of jobs that are still in Slurm's queue; nil where there is none to ask, or it does not know.
  private static func queuedTasks(_ jobs: [String]) -> Set<Int>? {
    guard !jobs.isEmpty else { return nil }
    let question = ["squeue", "--noheader", "--array", "--format=%K", "--jobs=\(jobs.joined(separator: ","))"]
    guard let answer = Subprocess.run(question), answer.status == 0 else { return nil }
    return Set(answer.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) })
  }

  /// Time and memory from the plan, with room, unless they are given; where both are, no device is asked, for the machine
  /// on which jobs are submitted seldom has one.
  private static func estimate(
    _ settings: inout SlurmScripts.Settings, _ arguments: Arguments, _ configuration: Configuration, threads: Int
  ) throws {
    let options = try SweepArguments.options(arguments, threads: threads)
    let isGiven = try arguments.integer(time) != nil && arguments.integer(memory) != nil
    let backends: ModelBackends
    do {
      backends = try ModelBackends(arguments, Workers(threads: threads), configuration, opensDevices: !isGiven)
    } catch let failure as DeviceFailure {
      throw DeviceFailure(
        "\(failure); where jobs are submitted from a machine without it, say --time and --mem", fault: failure.fault)
    }
    let sweep = try Sweep(configuration, options: options, purpose: .plan, backend: backends.backend(of:))
    if !options.skipsMissing, !sweep.missing.isEmpty { throw SweepError.missing(sweep.missing) }
    let plan = try sweep.plan(store: nil, measuresRate: !isGiven)
    let loads = try sweep.shardLoads(settings.shardCount, plan: plan)
    var seconds = Array(repeating: 0.0, count: settings.taskCount)
    for load in loads { seconds[settings.task(ofShard: load.index) - 1] += load.seconds }
    let longest = min(seconds.max() ?? 0, 1e8)
    settings.minutes = try arguments.integer(time) ?? 10 + Int((longest * 1.5 / 60).rounded(.up))
    let bytes = plan.models.map(\.peakByteCount).max() ?? 0
    settings.mebibytes = try arguments.integer(memory) ?? (512 + Int(Double(bytes) * 1.2 / 1_048_576)) / 100 * 100 + 100
  }

  private static func write(_ scripts: SlurmScripts, _ settings: SlurmScripts.Settings) throws {
    let folder = settings.folder
    try SweepCommand.makeFolder(of: folder + "/logs/x")
    for (name, text) in [
      (SlurmScripts.arrayName, scripts.array), (SlurmScripts.mergeName, scripts.merge),
      (SlurmScripts.submitName, scripts.submit),
    ] {
      try Files.write(Data(text.utf8), to: "\(folder)/\(name)")
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
  }
}
