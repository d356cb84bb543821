import Backends
import Foundation
import Gates
import Kernels
import Reports
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
    try refuseUnsetKeys(configuration)
    try configuration.checkGates { try Baseline(json: Files.readText($0), path: $0) }
    var settings = try settings(arguments, configuration, threads: threads)
    try refuseOtherDivision(settings, configuration)
    if arguments.has(submit), !arguments.has(missing) { try refuseSecondArray(settings) }
    let isGiven = try arguments.integer(time) != nil && arguments.integer(memory) != nil
    let sweep = try prepare(arguments, configuration, threads: threads, isGiven: isGiven)
    if !arguments.has(SweepArguments.skipMissing) { try refuseUnsetVariables(configuration) }
    if arguments.has(missing) {
      let search = MissingShards(
        settings: settings, configuration: configuration, sweep: sweep,
        unopened: isGiven ? try computingModels(configuration, arguments) : [])
      guard let tasks = try search.tasks() else { return .complete }
      settings.tasks = tasks
    }
    try estimate(&settings, arguments, sweep, isGiven: isGiven)
    try write(SlurmScripts(settings), settings)
    let folder = settings.folder
    guard arguments.has(submit) else {
      Terminal.print("\(folder)/\(SlurmScripts.submitName)")
      Terminal.message("\(described(settings)); look at the scripts, then run \(folder)/\(SlurmScripts.submitName)")
      return .complete
    }
    let answer = Subprocess.run(["bash", "\(folder)/\(SlurmScripts.submitName)"])
    // What it submitted before it failed stands there, and why it failed.
    if let answer { Terminal.write(answer.output) }
    if let errors = answer?.errors, !errors.isEmpty {
      Terminal.message(String(errors.dropLast(errors.hasSuffix("\n") ? 1 : 0)))
    }
    guard let answer, answer.status == 0 else {
      let problem =
        Subprocess.run(["bash", "-c", "command -v sbatch"])?.status == 0 ? "see above" : "there is no sbatch here"
      throw FileError(path: "\(folder)/\(SlurmScripts.submitName)", problem: "it failed: \(problem)", isInput: false)
    }
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
    settings.overrides = Array(arguments.positionals.dropFirst())
    settings.arguments = settings.overrides
    settings.limit = try arguments.integer(SweepArguments.limit)
    let passedOn = [SweepArguments.limit, SweepArguments.only, SweepArguments.memory] + EngineOptions.devices
    for option in passedOn {
      if let value = arguments.text(option) { settings.arguments += [option.name, value] }
    }
    for option in [SweepArguments.skipMissing, SweepArguments.allowUnverified] where arguments.has(option) {
      settings.arguments.append(option.name)
    }
    settings.variables = variables(configuration)
    settings.keyVariables = configuration.keyVariables
    settings.throttle = try arguments.integer(throttle)
    // What is missing goes into tasks as those before, so that a task's number means the same shards.
    let before = arguments.has(missing) ? SubmittedJobs(settings.folder).jobs.last?.taskCount : nil
    settings.largestArray = try arguments.integer(largestArray) ?? before ?? clusterLimit() ?? 1000
    settings.requeueLimit = try arguments.integer(requeues, atLeast: 0) ?? 20
    settings.options = SlurmScripts.options(arguments.text(sbatch) ?? "")
    settings.scratch = arguments.text(scratch)
    settings.resources = try arguments.text(resources) ?? defaultResources(configuration, arguments, settings.options)
    return settings
  }

  /// A card for each task where a model computes on one; a shard has one, so that several cards are used by shards.
  private static func defaultResources(
    _ configuration: Configuration, _ arguments: Arguments, _ options: [String]
  ) throws -> String? {
    guard try !computingModels(configuration, arguments).isEmpty,
      !options.contains(where: { $0.hasPrefix("--gres") || $0.hasPrefix("--gpu") || $0.hasPrefix("-G") })
    else { return nil }
    return "gpu:1"
  }

  /// The models that compute on another device than the processor.
  private static func computingModels(_ configuration: Configuration, _ arguments: Arguments) throws -> Set<String> {
    let commandLine = try EngineOptions.deviceChoice(arguments)
    return Set(
      configuration.models.filter { $0.server == nil && (commandLine ?? $0.device ?? .cpu) != .cpu }.map(\.name))
  }

  private static func programPath() -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The variables that a job needs: those that the configuration names, the program's own, the loader's; no secrets.
  private static func variables(_ configuration: Configuration) -> [String: String] {
    ProcessInfo.processInfo.environment.filter { name, _ in
      guard !configuration.keyVariables.contains(name) else { return false }
      return configuration.variables.contains(name) || name.hasPrefix("SE_EVAL_") || name == "LD_LIBRARY_PATH"
        || name == "PATH"
    }
  }

  private static func isUnset(_ name: String) -> Bool { ProcessInfo.processInfo.environment[name]?.isEmpty ?? true }

  /// Refuses a configuration whose jobs would have no key for a server.
  private static func refuseUnsetKeys(_ configuration: Configuration) throws {
    guard let name = configuration.keyVariables.sorted().first(where: isUnset) else { return }
    throw FileError(
      path: configuration.file,
      problem:
        "the variable \(name) is not set, which holds a server's key (key-env); jobs get it by name from where they "
        + "are submitted, and it is written into no script")
  }

  /// Refuses a configuration whose jobs would all miss a variable.
  private static func refuseUnsetVariables(_ configuration: Configuration) throws {
    guard let name = configuration.variables.sorted().first(where: isUnset) else { return }
    throw FileError(
      path: configuration.file,
      problem: "the variable \(name) is not set, which the configuration uses: jobs would not have it; set it first:\n"
        + "    export \(name)=...")
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
  private static func refuseOtherDivision(_ settings: SlurmScripts.Settings, _ configuration: Configuration) throws {
    for (_, store) in try MissingShards.stores(settings, configuration.ofRuns) {
      guard let shard = store.part.run.record.shard, shard.count != settings.shardCount else { continue }
      throw UsageError(
        "\(settings.shardFolder) holds stores of \(shard.count) shards; say --shards \(shard.count), or move them away")
    }
  }

  /// Two arrays at work on the same shards do everything twice.
  private static func refuseSecondArray(_ settings: SlurmScripts.Settings) throws {
    let jobs = SubmittedJobs(settings.folder)
    switch jobs.queue() {
    case .unknown(let reason): throw jobs.notAsked(reason)
    case .tasks(let tasks):
      let count = tasks.values.reduce(0) { $0 + $1.count }
      guard count > 0 else { return }
      throw UsageError(
        "\(count) task\(count == 1 ? "" : "s") of job \(tasks.keys.sorted().joined(separator: ", ")), submitted from "
          + "\(settings.folder), are in the queue or running, and a second array would do their shards twice; --missing "
          + "submits what nothing works at, scancel ends them")
    }
  }

  /// Time and memory from the plan, with room, unless they are given.
  private static func estimate(
    _ settings: inout SlurmScripts.Settings, _ arguments: Arguments, _ sweep: Sweep, isGiven: Bool
  ) throws {
    let plan = try sweep.plan(store: nil, measuresRate: !isGiven)
    try refuseWhatCannotFit(plan, sweep, arguments)
    let loads = try sweep.shardLoads(settings.shardCount, plan: plan)
    var seconds = Array(repeating: 0.0, count: settings.taskCount)
    for load in loads { seconds[settings.task(ofShard: load.index) - 1] += load.seconds }
    let longest = min(seconds.max() ?? 0, 1e8)
    settings.minutes = try arguments.integer(time) ?? 10 + Int((longest * 1.5 / 60).rounded(.up))
    let bytes = plan.models.map(\.peakByteCount).max() ?? 0
    settings.mebibytes = try arguments.integer(memory) ?? (512 + Int(Double(bytes) * 1.2 / 1_048_576)) / 100 * 100 + 100
  }

  /// A configuration made ready; where time and memory are given, no device is asked, for the machine on which jobs are
  /// submitted seldom has one.
  private static func prepare(
    _ arguments: Arguments, _ configuration: Configuration, threads: Int, isGiven: Bool
  ) throws -> Sweep {
    let options = try SweepArguments.options(arguments, threads: threads)
    let backends: ModelBackends
    do {
      backends = try ModelBackends(arguments, Workers(threads: threads), configuration, opensDevices: !isGiven)
    } catch let failure as DeviceFailure {
      throw DeviceFailure(
        "\(failure); where jobs are submitted from a machine without it, say --time and --mem", fault: failure.fault)
    }
    let sweep = try Sweep(configuration, options: options, purpose: .plan, backend: backends.backend(of:))
    if !options.skipsMissing, !sweep.missing.isEmpty { throw SweepError.missing(sweep.missing) }
    return sweep
  }

  /// Refuses what `sweep` would refuse in every task, and what a task could not hold; a machine on which jobs are
  /// submitted may be smaller than those that compute, so that its own memory is a warning.
  private static func refuseWhatCannotFit(_ plan: Plan, _ sweep: Sweep, _ arguments: Arguments) throws {
    if sweep.options.memoryByteCount != nil {
      try sweep.refuseWhatCannotFit(plan)
    } else {
      do throws(SweepError) { try sweep.refuseWhatCannotFit(plan) } catch {
        Terminal.message("warning: on this machine it would not fit: \(error)", event: "warning")
      }
    }
    guard let limit = try arguments.integer(memory) else { return }
    let devices = try computingModels(sweep.configuration, arguments)
    for model in plan.models where !model.isRemote && !devices.contains(model.name) {
      guard model.leastByteCount >> 20 >= limit else { continue }
      throw UsageError(
        "--mem is \(limit) MiB, and \(model.name) needs \(NumberText.bytes(model.leastByteCount)) for keys, values and the "
          + "buffers of a pass at \(NumberText.grouped(model.longestSequence)) tokens, beside "
          + "\(NumberText.bytes(model.weightByteCount)) of weights; give tasks more, or leave --mem out: it is then from the plan"
      )
    }
  }

  private static func write(_ scripts: SlurmScripts, _ settings: SlurmScripts.Settings) throws {
    let folder = settings.folder
    try SweepCommand.makeFolder(of: folder + "/logs/x", named: out.name)
    for (name, text) in [
      (SlurmScripts.arrayName, scripts.array), (SlurmScripts.mergeName, scripts.merge),
      (SlurmScripts.submitName, scripts.submit),
    ] {
      do throws(ReportError) { try Files.write(Data(text.utf8), to: "\(folder)/\(name)") } catch {
        guard case .cannotWrite(_, let problem) = error else { throw error }
        throw FileError(
          path: "\(folder)/\(name)", problem: "it cannot be written: \(problem); name another place with \(out.name)",
          isInput: false)
      }
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
  }
}
