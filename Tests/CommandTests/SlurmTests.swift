import Foundation
import Testing

@testable import Store
@testable import se_eval

/// What `slurm`, its scripts and `status --watch` do around an array, with stand-ins for Slurm's own programs.
@Suite(.serialized) struct SlurmTests {
  /// A folder with a configuration and stand-ins: `sbatch` counts from 101 and notes what it is asked, `squeue` knows the
  /// tasks of `$QUEUE` as those of `$JOB`.
  private func inFolder(_ body: (URL) throws -> Void) throws {
    try Program.inTemporaryFolder { folder in
      let fake = folder.appendingPathComponent("fake")
      try FileManager.default.createDirectory(at: fake, withIntermediateDirectories: true)
      for (name, text) in [("sbatch", Self.sbatch), ("squeue", Self.squeue), ("scontrol", "#!/bin/sh\nexit 1\n")] {
        let file = fake.appendingPathComponent(name).path
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
      }
      try body(folder)
    }
  }

  private static let sbatch = #"""
    #!/bin/sh
    echo "$*" >>"$WORK/asked"
    case "$*" in *merge.sbatch*) [ -z "$MERGE_FAILS" ] || { echo "sbatch: error: no merge today" >&2; exit 1; } ;; esac
    number=$(($(cat "$WORK/number" 2>/dev/null || echo 100) + 1))
    echo $number | tee "$WORK/number"

    """#

  private static let squeue = #"""
    #!/bin/sh
    [ "$QUEUE" != unknown ] || { echo "slurm_load_jobs error: Unable to contact slurm controller" >&2; exit 1; }
    [ "$QUEUE" != old ] || { echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1; }
    for task in $QUEUE; do
      case "$*" in *%F*) echo "${JOB:-101} $task" ;; *) echo "$task" ;; esac
    done

    """#

  private func configure(_ folder: URL, trials: Int = 2, model: String = "", more: String = "") throws {
    let root = Program.root.path
    let text = """
      name: small
      seed: 7
      models:
        - {name: demo, path: \(root)/Datasets/demo/model\(model)}
      methods: [plain]
      tasks:
        - pg19: {path: \(root)/Datasets/demo/stories, lengths: [128], stride: 64, books: 2, windows: 1}
        - passkey: {lengths: [200], depths: 2, trials: \(trials)}
      \(more)

      """
    try text.write(to: folder.appendingPathComponent("small.yaml"), atomically: true, encoding: .utf8)
  }

  /// Functions of the scripts of these tests; each ends with a status of its own where something is not as it must be.
  private static let common = #"""
    cd "$WORK" || exit 99
    export PATH="$WORK/fake:$PATH" QUEUE JOB MERGE_FAILS
    at() { echo "line $1: $(cat said 2>/dev/null)" >&2; exit 1; }
    slurm() { "$P" slurm small.yaml --shards 2 --threads 1 --time 9 --mem 500 "$@" >said 2>&1; }
    shard() { "$P" sweep small.yaml --shard $1/2 --threads 1 --progress none --device cpu >said 2>&1; }
    has() { grep -q -e "$1" said; }

    """#

  private func run(_ script: String, _ folder: URL, _ environment: [String: String] = [:]) throws -> Int32 {
    try Program.shell(Self.common + script, environment: environment.merging(["WORK": folder.path]) { $1 })
  }

  private func change(_ store: String, _ sql: String) throws {
    let connection = try Connection(path: store, access: .existing, busyTimeoutMilliseconds: 10_000, vfs: nil)
    try connection.execute(sql)
  }

  @Test("--missing compares what the division gives a shard with what its store holds, whatever the last run said")
  func missing() throws {
    try inFolder { folder in
      try configure(folder)
      let begin = #"""
        shard 1 && shard 2 || at 1
        slurm --missing && has 'nothing is missing' || at 2
        "$P" status small.yaml >said 2>&1; has 'another configuration' && at 3
        exit 0
        """#
      #expect(try run(begin, folder) == 0)
      let second = folder.appendingPathComponent("Results/small.shards/shard-2-of-2.sqlite").path
      try change(second, "DELETE FROM results WHERE id IN (SELECT id FROM results ORDER BY id LIMIT 2)")
      let lacking = #"""
        slurm --missing && has 'shard 2/2: 2 of [0-9]* samples are missing' || at 1
        has 'shard 1/2' && at 2
        grep -q -e '--array=2$' Slurm/small/array.sbatch || at 3
        shard 2 && slurm --missing && has 'nothing is missing' || at 4
        # Another configuration: of the command line, or of the file.
        slurm tasks.passkey.trials=3 --missing || at 5
        has 'shard 1/2: .*another configuration: tasks.1.passkey.trials is 2 there and 3 in' && has 'shard 2/2' || at 6
        sed -i 's/trials: 2/trials: 4/' small.yaml
        slurm --missing && has 'shard 1/2: .*another configuration' && has 'shard 2/2' || at 7
        grep -q -e '--array=1-2$' Slurm/small/array.sbatch || at 8
        "$P" status small.yaml >said 2>&1; has 'another configuration: tasks.1.passkey.trials is 2 there and 4 in' || at 9
        "$P" status small.yaml --json >said; has '"other_configuration":\["Results' || at 10
        exit 0
        """#
      #expect(try run(lacking, folder) == 0)
    }
  }

  @Test(
    "after a changed configuration the merge job ends with its report, names a shard that is not of it yet, and judges gates with no device"
  )
  func changed() throws {
    try inFolder { folder in
      // No such device is here: the shards are told to compute on the processor.
      let gates = "gates:\n  - {metric: accuracy, task: passkey, over: task, min: 0}"
      try configure(folder, model: ", device: \"opencl:77\"", more: gates)
      let script = #"""
        merge() { env -i bash Slurm/small/merge.sbatch >said 2>&1; }
        slurm || at 1
        shard 1 && shard 2 || at 2
        merge || at 3
        has 'gate passed' && has 'complete: ' || at 4
        cp Reports/small/cells.csv before.csv
        sed -i 's/trials: 2/trials: 3/' small.yaml
        shard 1 || at 5
        slurm || at 6
        merge; [ $? = 4 ] && has 'shard-2-of-2.sqlite: left out' && has 'not there: shards 2' || at 7
        shard 2 || at 8
        merge || at 9
        has 'gate passed' && has 'complete: ' || at 10
        cmp -s before.csv Reports/small/cells.csv && at 11
        "$P" sweep small.yaml --db whole.sqlite --report whole --threads 1 --progress none --device cpu >said 2>&1 || at 12
        cmp whole/cells.csv Reports/small/cells.csv || at 13
        # A gate that does not hold.
        sed -i 's/min: 0/max: 0.5/' small.yaml
        shard 1 && shard 2 || at 14
        merge; [ $? = 3 ] || at 15
        # With a limit what is beyond it is not missing.
        rm -r Results
        sed -i '/^gates:/,$d' small.yaml
        for shard in 1 2; do
          "$P" sweep small.yaml --limit 1 --shard $shard/2 --threads 1 --progress none --device cpu >said 2>&1 || at 20
        done
        slurm --limit 1 && merge || at 21
        has '^complete: ' || at 22
        slurm --limit 1 --missing && has 'nothing is missing' || at 23
        slurm || at 24
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test(
    "variables that the configuration uses are frozen, a server's key goes by name, and one that is not set is refused")
  func variables() throws {
    try inFolder { folder in
      let judge = "judge: {name: j, server: {url: \"http://127.0.0.1:9/${URLPART}\", model: m, key-env: MY_SECRET}}"
      try configure(folder, trials: 1, more: judge)
      let script = #"""
        export URLPART=v1
        slurm; [ $? = 5 ] && has MY_SECRET || at 1
        [ ! -e Slurm ] || at 2
        export MY_SECRET=sesame-open
        slurm || at 3
        grep -rq sesame Slurm && at 4
        grep -qx 'export URLPART=v1' Slurm/small/array.sbatch && grep -qx 'export URLPART=v1' Slurm/small/merge.sbatch || at 5
        grep -qx '#SBATCH --export=MY_SECRET' Slurm/small/array.sbatch || at 6
        grep -qx '#SBATCH --export=NONE' Slurm/small/merge.sbatch || at 7
        env -i WORK="$WORK" PATH="$PATH" bash Slurm/small/submit.sh >said 2>&1; [ $? = 5 ] && has MY_SECRET || at 8
        [ ! -e asked ] || at 9
        bash Slurm/small/submit.sh >said 2>&1 && grep -q -e '--export=MY_SECRET array.sbatch' asked || at 10
        for shard in 1 2; do
          env -i MY_SECRET=x SLURM_ARRAY_TASK_ID=$shard bash Slurm/small/array.sbatch >said 2>&1 || at 11
        done
        env -i SLURM_ARRAY_TASK_ID=1 bash Slurm/small/array.sbatch >said 2>&1; [ $? = 5 ] && has MY_SECRET || at 12
        env -i bash Slurm/small/merge.sbatch >said 2>&1 || at 13
        unset URLPART
        slurm && at 14
        export URLPART=v1
        echo 'gates: [{metric: accuracy, task: passkey, over: task, max-decrease: 0.5, baseline: "${PLACE}/b.json"}]' >>small.yaml
        slurm && at 15
        has PLACE || at 16
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test("an array is known once it is submitted, whatever becomes of the merge job, and is not submitted twice")
  func submission() throws {
    try inFolder { folder in
      try configure(folder)
      let script = #"""
        asked() { [ "$(wc -l <asked)" = "$1" ]; }
        MERGE_FAILS=1
        slurm --submit && at 1
        has 'no merge today' && has 'array job 101' && has 'afterany:101' || at 2
        [ "$(cat Slurm/small/jobs)" = "101 2" ] && asked 2 || at 3
        MERGE_FAILS=
        QUEUE="1 2"
        slurm --missing --submit && has '2 shards are at work or in the queue' && asked 2 || at 4
        slurm --submit; [ $? = 2 ] && has '101' && asked 2 || at 5
        bash Slurm/small/submit.sh >said 2>&1; [ $? = 2 ] && has 'still in the queue' && asked 2 || at 6
        # Without an answer nothing is submitted.
        QUEUE=unknown
        slurm --missing --submit && at 7
        has 'Unable to contact' && has 'may still be in the queue' && asked 2 || at 8
        slurm --submit && at 9
        asked 2 || at 10
        bash Slurm/small/submit.sh >said 2>&1 && at 11
        has 'could not be asked' && asked 2 || at 12
        # Slurm forgets jobs that have ended.
        QUEUE=old
        slurm --missing --submit && has 'shard 2/2: not started' && asked 4 || at 13
        tail -n 1 Slurm/small/jobs | grep -qx '102 2' || at 14
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test("--missing folds shards into tasks as the array before did, and counts its tasks as what they are")
  func folded() throws {
    try inFolder { folder in
      try configure(folder)
      let script = #"""
        four() { "$P" slurm small.yaml --shards 4 --threads 1 --time 9 --mem 500 "$@" >said 2>&1; }
        four --max-array 2 --submit || at 1
        QUEUE=1
        four --missing || at 2
        has '2 shards are at work' && has 'shard 2/4: not started' && has 'shard 4/4: not started' || at 3
        has 'shard 1/4' && at 4
        grep -q -e '--array=2$' Slurm/small/array.sbatch && grep -qx tasks=2 Slurm/small/array.sbatch || at 5
        # Into other tasks: one that would do a shard that is at work has to wait.
        four --missing --max-array 3 || at 6
        has 'task 1 is not submitted yet' && grep -q -e '--array=2$' Slurm/small/array.sbatch || at 7
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test("what cannot fit is refused with the numbers, and a folder that cannot be written by the option that names it")
  func refusals() throws {
    try inFolder { folder in
      try configure(folder)
      let script = #"""
        "$P" slurm small.yaml --time 9 --mem 1 --threads 1 >said 2>&1; [ $? = 2 ] || at 1
        has -e '--mem is 1 MiB, and demo needs [0-9.]* MiB for keys' || has 'needs .* for keys, values' || at 2
        [ ! -e Slurm ] || at 3
        "$P" slurm small.yaml tasks.passkey.lengths=300000 tasks.passkey.trials=1 tasks.passkey.depths=1 \
          --only task=passkey --time 9 --mem 9000 --memory 1 --threads 1 >said 2>&1; [ $? = 2 ] || at 4
        has 'tokens need' && has 'GiB can be had' || at 5
        [ ! -e Slurm ] || at 6
        slurm --out /proc/nowhere; [ $? = 1 ] && has 'name another place with --out' || at 7
        mkdir -p out/logs out/array.sbatch
        slurm --out "$WORK/out" && at 8
        has 'name another place with --out' || at 9
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test("status --watch waits for stores, and goes on until every shard has come to its end")
  func watch() throws {
    try inFolder { folder in
      try configure(folder)
      let script = #"""
        "$P" status Results/small.shards --watch >watched 2>&1 &
        until grep -q 'waiting for Results/small.shards' watched; do kill -0 $! || at 1; sleep 0.1; done
        shard 1 || at 2
        until grep -q 'not started: shards 2' watched; do kill -0 $! || at 3; sleep 0.1; done
        kill -0 $! || at 4
        shard 2 || at 5
        wait $! || at 6
        tail -n 1 watched | grep -q '2 ended' || at 7
        # A configuration with a shard that is not of it is not done.
        "$P" status small.yaml --watch >watched 2>&1 || at 8
        exit 0
        """#
      #expect(try run(script, folder) == 0)
    }
  }

  @Test("the files for other clusters are scripts that bash reads")
  func others() throws {
    let folder = Program.root.appendingPathComponent("Configs/cluster")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sh") }
    #expect(names.count >= 2)
    for name in names {
      #expect(try Program.shell("bash -n Configs/cluster/\(name)") == 0, "\(name)")
    }
  }
}
