import Text

/// The scripts that run a sweep's shards as an array job of Slurm, and join and report what they stored; texts only.
///
/// Everything that a job needs stands in them, so that they run where a job inherits no environment: absolute paths, the
/// number of shards, the variables that the configuration uses, and the program's version.
public struct SlurmScripts: Sendable {
  /// What the scripts say.
  public struct Settings: Sendable {
    /// The sweep's name.
    public var name: String
    /// The program, as an absolute path.
    public var program: String
    /// What `se-eval --version` prints, without the commit.
    public var version: String
    /// The configuration, as an absolute path.
    public var configuration: String
    /// More arguments of `sweep`: overrides, `--limit` and the like.
    public var arguments: [String] = []
    /// The folder that relative paths are relative to.
    public var workingFolder: String
    /// The folder of the shards' stores.
    public var shardFolder: String
    /// The store that they are joined into.
    public var store: String
    /// The report's folder.
    public var report: String
    /// The folder of the scripts, with `logs` in it.
    public var folder: String
    /// Variables that jobs get, by name; their values stand in the scripts, for everybody to read.
    public var variables: [String: String] = [:]
    /// Variables whose values are secrets: Slurm takes them from where the array is submitted, by name.
    public var keyVariables: Set<String> = []
    /// The number of shards.
    public var shardCount: Int
    /// Tasks of an array job at most; more shards are folded into fewer tasks.
    public var largestArray = 1000
    /// Tasks that run at once at most; nil for no limit.
    public var throttle: Int?
    /// Processors of each task.
    public var processors: Int
    /// Minutes that the largest task needs, with room.
    public var minutes: Int
    /// MiB that a task needs, with room.
    public var mebibytes: Int
    /// How often a task that ran out of time is queued again.
    public var requeueLimit = 20
    /// Graphics cards and the like of each task, as `--gres` has them, for example `gpu:1`; nil for none.
    public var resources: String?
    /// A folder of the node's own disk where a shard's store is written; variables in it are those of the job.
    public var scratch: String?
    /// More `#SBATCH` options, for example `--partition=x`; they win over those written here.
    ///
    /// Those that only tasks can mean, such as `--array`, are left out of the job that joins.
    public var options: [String] = []
    /// The tasks of the array that are asked for; nil for all.
    public var tasks: [Int]?

    /// Settings from what has no default.
    public init(
      name: String, program: String, version: String, configuration: String, workingFolder: String,
      shardFolder: String, store: String, report: String, folder: String, shardCount: Int, processors: Int,
      minutes: Int, mebibytes: Int
    ) {
      self.name = name
      self.program = program
      self.version = version
      self.configuration = configuration
      self.workingFolder = workingFolder
      self.shardFolder = shardFolder
      self.store = store
      self.report = report
      self.folder = folder
      self.shardCount = shardCount
      self.processors = processors
      self.minutes = minutes
      self.mebibytes = mebibytes
    }

    /// Samples of each cell at most, where they are limited; it is among `arguments`, too.
    public var limit: Int?
    /// Overrides of the configuration, for commands that take no arguments of `sweep`; they are among `arguments`, too.
    public var overrides: [String] = []

    /// Tasks of the array: as many as shards, or as the array may have.
    public var taskCount: Int { min(shardCount, max(1, largestArray)) }

    /// The task that does a shard.
    public func task(ofShard shard: Int) -> Int { (shard - 1) % taskCount + 1 }
  }

  private let settings: Settings

  /// Scripts for settings.
  public init(_ settings: Settings) { self.settings = settings }

  /// The name of the array job's script in the folder.
  public static let arrayName = "array.sbatch"
  /// The name of the script that joins and reports.
  public static let mergeName = "merge.sbatch"
  /// The name of the script that submits both.
  public static let submitName = "submit.sh"

  /// The tasks that are asked for, as Slurm lists them.
  private var tasks: String {
    settings.tasks.map(Self.ranges) ?? (settings.taskCount > 1 ? "1-\(settings.taskCount)" : "1")
  }

  /// What a job of these scripts gets of the environment that it is submitted in.
  private var export: String {
    settings.keyVariables.isEmpty
      ? "--export=NONE" : "--export=\(settings.keyVariables.sorted().joined(separator: ","))"
  }

  /// The array job.
  public var array: String {
    let throttle = settings.throttle.map { "%\($0)" } ?? ""
    var text = head(
      "One task for each shard" + (settings.taskCount < settings.shardCount ? ", or for several" : "")
        + "; a task that is preempted, loses its node or runs out of time goes on where it was.",
      [
        "--job-name=\(settings.name)", "--array=\(tasks)\(throttle)", "--ntasks=1",
        "--cpus-per-task=\(settings.processors)", "--time=\(Self.time(minutes: settings.minutes))",
        "--mem=\(settings.mebibytes)M", "--output=\(settings.folder)/logs/%x-%A_%a.log", "--open-mode=append",
        // The signal that a time limit is near goes to this shell, which passes it on.
        "--requeue", "--signal=B:TERM@90",
      ] + (settings.resources.map { ["--gres=\($0)"] } ?? []), export: export, own: settings.options)
    if !settings.keyVariables.isEmpty {
      text += keyCheck("give it where the array is submitted: it is not in this script")
    }
    // Each shard's store has a name of its own there, and is copied to its place every minute and at the end.
    let check = #"[ -n "$scratch" ] || { echo "--scratch is empty on this node" >&2; exit 2; }"#
    let scratch =
      settings.scratch.map { "scratch=\(Self.quotedForTheJob($0))\n\(check)\nmkdir -p \"$scratch\"\n" } ?? ""
    text += """
      \(scratch)shards=\(settings.shardCount)
      tasks=\(settings.taskCount)
      stores=\(Self.quoted(settings.shardFolder))
      mkdir -p "$stores"

      # SIGTERM (a time limit, preemption, scancel) is passed on: the sample in flight is dropped, all others are stored.
      child=
      stopped=
      trap 'stopped=1; [ -z "$child" ] || kill -TERM "$child"' TERM

      worst=0
      for ((shard = SLURM_ARRAY_TASK_ID; shard <= shards; shard += tasks)); do
        [ -z "$stopped" ] || break
        "$program" sweep "$configuration"\(arguments) --shard "$shard/$shards" \\
          --db "$stores/shard-$shard-of-$shards.sqlite"\(settings.scratch == nil ? "" : " --scratch \"$scratch\"") --progress plain &
        child=$!
        wait "$child"
        status=$?
        # A signal ends the waiting, not the program: wait until that has ended, too.
        while kill -0 "$child" 2>/dev/null; do
          wait "$child"
          status=$?
        done
        child=
        [ "$status" -le "$worst" ] || worst=$status
      done

      if [ -n "$stopped" ]; then
        worst=143
        job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
        # Cancelled is cancelled, and after preemption Slurm queues it again by itself.
        if ! scontrol show job "$job" | grep -q JobState=RUNNING; then
          echo "se-eval: stopped by a signal; the same job, or se-eval slurm ... --missing, goes on"
        elif [ "${SLURM_RESTART_COUNT:-0}" -lt \(settings.requeueLimit) ]; then
          echo "se-eval: stopped by a signal; queued again (restart $((${SLURM_RESTART_COUNT:-0} + 1)) of \(settings.requeueLimit))"
          scontrol requeue "$job" || true
        else
          echo "se-eval: stopped by a signal after \(settings.requeueLimit) restarts; se-eval slurm ... --missing goes on"
        fi
      fi
      exit "$worst"

      """
    return text
  }

  /// The job that joins the stores and writes the report; it ends with 4 where something is missing.
  public var merge: String {
    var text = head(
      "Joins what the shards stored, whatever became of them, and writes the report. Exit status 4: incomplete.",
      [
        "--job-name=\(settings.name)-merge", "--ntasks=1", "--cpus-per-task=1", "--time=01:00:00", "--mem=2048M",
        "--output=\(settings.folder)/logs/%x-%j.log", "--open-mode=append",
      ], export: "--export=NONE", own: settings.options.filter { !Self.isOfTasks($0) })
    let limit = settings.limit.map { " --limit \($0)" } ?? ""
    let changes = settings.overrides.map { " --set " + Self.quoted($0) }.joined()
    text += """
      store=\(Self.quoted(settings.store))
      report=\(Self.quoted(settings.report))
      # Only what is of the configuration as it is now: a shard that is not yet is missing.
      "$program" merge \(Self.quoted(settings.shardFolder)) --into "$store" --config "$configuration"\(changes) --strict\(limit)
      status=$?
      [ "$status" -eq 0 ] || [ "$status" -eq 4 ] || exit "$status"

      """
    text += """
      # The gates are judged, too, from what is stored: no model and no device is needed. Where something is missing, that
      # decides the status.
      "$program" report "$store" --out "$report" --config "$configuration"\(changes)
      written=$?
      [ "$status" -ne 0 ] || [ "$written" -eq 0 ] || exit "$written"

      """
    text += """
      [ "$status" -eq 0 ] || echo "se-eval: incomplete; se-eval slurm ... --missing submits what is missing"
      exit "$status"

      """
    return text
  }

  /// Submits both.
  public var submit: String {
    let hasExport = settings.options.contains { Self.name(ofOption: $0) == "--export" }
    // On the command line, for SBATCH_EXPORT of a site wins over what stands in a script.
    let export = settings.keyVariables.isEmpty || hasExport ? "" : " \(export)"
    let keys =
      settings.keyVariables.isEmpty
      ? "" : keyCheck("the array gets it by name from here, and it is written into no script")
    return """
      #!/bin/bash
      # Written by \(settings.version). Submits the array job and, after it, the job that joins and reports.
      set -eu
      cd \(Self.quoted(settings.folder))
      mkdir -p logs
      \(keys)tasks=\(tasks)
      is_wanted() {
        local IFS=, part
        for part in $tasks; do
          [ "$1" -lt "${part%-*}" ] || [ "$1" -gt "${part#*-}" ] || return 0
        done
        return 1
      }

      # What was submitted from here before and is still in the queue must not be done twice. A line of `jobs`: the array
      # job's number, and into how many tasks it divides the shards.
      touch jobs
      earlier=$(cut -d " " -f 1 jobs | paste -s -d , -)
      if [ -n "$earlier" ]; then
        if ! queued=$(squeue --noheader --array --format=%K --jobs="$earlier" 2>&1); then
          case $queued in
          *"Invalid job id"*) queued= ;;
          *)
            echo "se-eval: Slurm's queue could not be asked, and $earlier may still be in it; nothing is submitted: $queued" >&2
            exit 1
            ;;
          esac
        fi
        for task in $queued; do
          case $task in *[!0-9]*) continue ;; esac
          if is_wanted "$task"; then
            echo "se-eval: task $task of an earlier job from here ($earlier) is still in the queue; nothing is submitted" >&2
            exit 2
          fi
        done
      fi

      array=$(sbatch --parsable\(export) \(Self.arrayName))
      array=${array%%;*}
      echo "$array \(settings.taskCount)" >>jobs
      if ! merge=$(sbatch --parsable --dependency="afterany:$array" \(Self.mergeName)); then
        echo "array job $array"
        echo "se-eval: the array job $array is submitted, the job that joins and reports is not; submit it with" >&2
        echo "  sbatch --dependency=afterany:$array" \(Self.quoted(settings.folder + "/" + Self.mergeName)) >&2
        exit 1
      fi
      merge=${merge%%;*}
      echo "array job $array, merge job $merge"

      """
  }

  /// Ends a script where a variable with a server's key is not set.
  private func keyCheck(_ advice: String) -> String {
    let problem = "se-eval: the variable $name is not set, which holds a server's key (key-env); \(advice)"
    return """
      for name in \(settings.keyVariables.sorted().joined(separator: " ")); do
        [ -n "${!name:-}" ] || { echo "\(problem)" >&2; exit 5; }
      done

      """
  }

  /// The name of an option of sbatch: `--mem` of `--mem=5`, `-c` of `-c4`.
  static func name(ofOption option: String) -> String {
    option.hasPrefix("--") ? String(option.prefix { $0 != "=" && $0 != " " }) : String(option.prefix(2))
  }

  /// What is said for the tasks and makes no sense for the job that joins: how many there are, what each computes on and
  /// how long, and where it writes.
  private static let optionsOfTasks: Set<String> = [
    "--array", "-a", "--gres", "--gres-flags", "-G", "--exclusive", "--mem", "--cpus-per-task", "-c", "--cpus-per-gpu",
    "--mincpus", "--ntasks", "-n", "--ntasks-per-node", "--nodes", "-N", "--time", "-t", "--time-min", "--signal",
    "--output", "-o", "--error", "-e", "--tmp", "--hint", "--distribution", "-m", "--cores-per-socket",
    "--sockets-per-node", "--threads-per-core", "--job-name", "-J", "--dependency", "-d",
  ]

  /// True for an option that is the array's alone.
  static func isOfTasks(_ option: String) -> Bool {
    let name = name(ofOption: option)
    return optionsOfTasks.contains(name) || name.hasPrefix("--gpu") || name.hasPrefix("--mem-")
      || name.hasPrefix("--tres-per-")
  }

  private func head(_ what: String, _ options: [String], export: String, own added: [String]) -> String {
    let own = (options + ["--chdir=\(settings.workingFolder)", export]).map(Self.escaped)
    let lines = (own + added)
      .map { "#SBATCH \($0)\n" }.joined()
    let variables = settings.variables.sorted { $0.key < $1.key }
      .map { "export \($0.key)=\(Self.quoted($0.value))\n" }.joined()
    return """
      #!/bin/bash
      # Written by \(settings.version). \(what)
      \(lines)
      program=\(Self.quoted(settings.program))
      configuration=\(Self.quoted(settings.configuration))
      \(variables)version=$("$program" --version)
      # Without the commit, which changes with every commit of a checkout that the program lies in.
      version=${version%% (commit *}
      if [ "$version" != \(Self.quoted(settings.version)) ]; then
        echo "se-eval: $program is now $version, and these scripts are of \(settings.version): write them anew with se-eval slurm"
        exit 2
      fi

      """
  }

  private var arguments: String { settings.arguments.map { " " + Self.quoted($0) }.joined() }

  /// An option as sbatch reads it from an `#SBATCH` line: blanks, quotes, `#` and backslashes in a path with a backslash.
  static func escaped(_ option: String) -> String {
    option.map { " \t\"'\\#".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  /// A text as one word of the shell.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./=:,+@%-".contains($0)) }
    return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
  }

  /// A text as one word of the shell, in which `$NAME` stands for what the job has.
  static func quotedForTheJob(_ text: String) -> String {
    "\"" + text.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("`", with: #"\`"#) + "\""
  }

  /// Numbers as Slurm lists them: `1-3,7`.
  static func ranges(_ numbers: [Int]) -> String {
    var parts: [String] = []
    var rest = numbers.sorted()[...]
    while let first = rest.popFirst() {
      var last = first
      while let next = rest.first, next <= last + 1 {
        last = next
        rest.removeFirst()
      }
      parts.append(first == last ? "\(first)" : "\(first)-\(last)")
    }
    return parts.joined(separator: ",")
  }

  /// Minutes as Slurm writes a time: `1-02:30:00`.
  static func time(minutes: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let days = minutes / 1440
    return (days > 0 ? "\(days)-" : "") + "\(two(minutes / 60 % 24)):\(two(minutes % 60)):00"
  }

  /// The options of a text such as `--partition=x --comment "two words"`, one for each `#SBATCH` line.
  public static func options(_ text: String) -> [String] {
    var options: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      if word.hasPrefix("-") || options.isEmpty {
        options.append(word)
      } else {
        options[options.count - 1] += " " + word
      }
    }
    return options
  }
}
