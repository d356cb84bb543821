import Foundation
import Testing

@testable import Sweeps

@Suite struct SlurmScriptsTests {
  private func settings(_ shards: Int = 4) -> SlurmScripts.Settings {
    SlurmScripts.Settings(
      name: "demo", program: "/opt/se eval/se-eval", version: "se-eval 1", configuration: "/home/c.yaml",
      workingFolder: "/home", shardFolder: "/home/Results/demo.shards", store: "/home/Results/demo.sqlite",
      report: "/home/Reports/demo", folder: "/home/Slurm/demo", shardCount: shards, processors: 2, minutes: 95,
      mebibytes: 900)
  }

  @Test("the array job has a task for each shard, with time, memory and what the user adds last")
  func array() {
    var settings = settings()
    settings.throttle = 2
    settings.variables = ["SE_EVAL_MODELS": "/it's here"]
    settings.arguments = ["seed=7", "--only", "task=passkey,method=plain"]
    settings.options = SlurmScripts.options("--partition=x --comment two words -A y")
    let text = SlurmScripts(settings).array
    for line in [
      "#SBATCH --array=1-4%2", "#SBATCH --time=01:35:00", "#SBATCH --mem=900M", "#SBATCH --cpus-per-task=2",
      "#SBATCH --signal=B:TERM@90", "#SBATCH --requeue", "#SBATCH --export=NONE", "#SBATCH --open-mode=append",
      "#SBATCH --comment two words", "#SBATCH -A y", "program='/opt/se eval/se-eval'",
      #"export SE_EVAL_MODELS='/it'\''s here'"#, "shards=4", "tasks=4",
    ] {
      #expect(text.split(separator: "\n").contains { $0 == line }, "\(line) is not a line of\n\(text)")
    }
    #expect(text.contains("sweep \"$configuration\" seed=7 --only task=passkey,method=plain --shard"))
    let lines = text.split(separator: "\n")
    #expect(lines.lastIndex { $0.hasPrefix("#SBATCH") } == lines.firstIndex { $0 == "#SBATCH -A y" })
  }

  @Test("a path with blanks, quotes or `#` stays one option of sbatch")
  func oddFolder() {
    var settings = settings()
    settings.workingFolder = #"/home/two words#1\it's"#
    let lines = SlurmScripts(settings).array.split(separator: "\n")
    #expect(lines.contains { $0 == ##"#SBATCH --chdir=/home/two\ words\#1\\it\'s"## })
    #expect(lines.contains { $0 == "#SBATCH --array=1-4" })
  }

  @Test("a node's own disk and cards are asked for; variables of the folder are the job's")
  func nodes() throws {
    var settings = settings()
    #expect(!SlurmScripts(settings).array.contains("scratch") && !SlurmScripts(settings).array.contains("--gres"))
    settings.scratch = #"$TMPDIR/it"s `here`"#
    settings.resources = "gpu:a:1"
    settings.options = ["--partition=x"]
    let text = SlurmScripts(settings).array
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.contains("#SBATCH --gres=gpu:a:1"))
    #expect(lines.contains(##"scratch="$TMPDIR/it\"s \`here\`""##) && lines.contains(#"mkdir -p "$scratch""#))
    #expect(text.contains(#".sqlite" --scratch "$scratch" --progress plain &"#))
    #expect(!SlurmScripts(settings).merge.contains("scratch"))
  }

  @Test("more shards than an array may have tasks are folded, and a shard's task is known")
  func folded() {
    var settings = settings(10)
    settings.largestArray = 4
    #expect(settings.taskCount == 4)
    #expect((1...10).map { settings.task(ofShard: $0) } == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2])
    #expect(SlurmScripts(settings).array.contains("#SBATCH --array=1-4\n"))
    settings.tasks = [4, 1, 2]
    #expect(SlurmScripts(settings).array.contains("#SBATCH --array=1-2,4\n"))
  }

  @Test(
    "the merge job takes the configuration as it is now, judges its gates, and computes nothing")
  func merge() {
    var settings = settings()
    settings.overrides = ["tasks.passkey.trials=6", "seed=7"]
    settings.arguments = settings.overrides + ["--device", "opencl"]
    let changes = "--set tasks.passkey.trials=6 --set seed=7"
    let merge = "merge /home/Results/demo.shards --into \"$store\" --config \"$configuration\" \(changes) --strict\n"
    let judged = "report \"$store\" --out \"$report\" --config \"$configuration\" \(changes)\nwritten=$?\n"
    settings.limit = 5
    #expect(SlurmScripts(settings).merge.contains("\(changes) --strict --limit 5\n"))
    settings.limit = nil
    let text = SlurmScripts(settings).merge
    #expect(text.contains(merge) && text.contains(judged))
    #expect(!text.contains("\"$program\" sweep") && !text.contains("opencl"))
    #expect(SlurmScripts(settings).submit.contains("--dependency=\"afterany:$array\""))
  }

  @Test("what only tasks can mean stays out of the merge job")
  func optionsOfTasks() {
    var settings = settings()
    settings.options = SlurmScripts.options(
      "--partition=x --account y --array=1-2 --gres=gpu:1 --exclusive --mem=5G --mem-per-cpu=1G -c8 -t 30 --gpus-per-task=1 "
        + "-G 1 --qos=high --mail-user=me --output=x-%a --time 1-0")
    let lines = SlurmScripts(settings).merge.split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }.map(String.init)
    let kept = ["--partition=x", "--account y", "--qos=high", "--mail-user=me"].map { "#SBATCH \($0)" }
    #expect(Array(lines.suffix(4)) == kept)
    for option in settings.options where !kept.contains("#SBATCH \(option)") {
      #expect(!lines.contains("#SBATCH \(option)"), "\(option)")
    }
    for option in settings.options { #expect(SlurmScripts(settings).array.contains("#SBATCH \(option)\n")) }
  }

  @Test(
    "a server's key goes to the array by its name, on the command line too, but where a person says what is exported")
  func keys() {
    var settings = settings()
    settings.keyVariables = ["B_KEY", "A_KEY"]
    let scripts = SlurmScripts(settings)
    #expect(
      scripts.array.contains("#SBATCH --export=A_KEY,B_KEY\n") && scripts.merge.contains("#SBATCH --export=NONE\n"))
    #expect(scripts.submit.contains("sbatch --parsable --export=A_KEY,B_KEY array.sbatch"))
    #expect(scripts.submit.contains("for name in A_KEY B_KEY; do"))
    settings.options = ["--export=ALL"]
    #expect(SlurmScripts(settings).submit.contains("sbatch --parsable array.sbatch"))
  }

  @Test("the example for Kubernetes is YAML whose numbers of shards agree")
  func kubernetes() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Configs/cluster/kubernetes.yaml")
    let root = try YAMLReader.read(Array(Data(contentsOf: file)), file: file.path)
    func node(_ node: Node?, _ key: String) -> Node? {
      guard case .mapping(let entries)? = node?.content else { return nil }
      return entries.first { $0.key == key }?.value
    }
    let spec = node(root, "spec")
    let container = try #require(node(node(node(spec, "template"), "spec"), "containers")?.items?.first)
    let variables = try #require(node(container, "env")?.items)
    let shards = try #require(variables.first { node($0, "name")?.text == "SHARDS" })
    #expect(node(root, "kind")?.text == "Job" && node(spec, "completionMode")?.text == "Indexed")
    #expect(node(spec, "completions")?.text == "4" && node(shards, "value")?.text == "4")
  }

  @Test("times and texts are spelled as Slurm and the shell read them")
  func spelling() {
    #expect(
      [5, 60, 1439, 1440, 4321].map { SlurmScripts.time(minutes: $0) } == [
        "00:05:00", "01:00:00", "23:59:00", "1-00:00:00", "3-00:01:00",
      ])
    #expect(
      ["a-b", "a b", "", "$x", "it's"].map { SlurmScripts.quoted($0) } == [
        "a-b", "'a b'", "''", "'$x'", #"'it'\''s'"#,
      ])
    #expect(SlurmScripts.ranges([3, 1, 2, 9, 7, 8, 5]) == "1-3,5,7-9")
    #expect(SlurmScripts.options("").isEmpty)
  }
}
