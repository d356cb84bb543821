#!/usr/bin/env bash
# Coverage-guided fuzzing of everything that reads files of other people, with the address sanitizer.
#
# usage: fuzz.sh [SECONDS] [TARGET ...]       SECONDS (600) are shared by the targets; without names all of them
#        RUNS=N fuzz.sh ...                   so many inputs for each target in place of a time
#
# Needs libFuzzer's runtime, which Swift's toolchain for Linux has. The inputs that it keeps stay in .build-fuzz/corpus;
# one that stops the program is left in .build-fuzz/found, and the script ends with 1. Run it again with
#   .build-fuzz/release/Fuzz TARGET .build-fuzz/found/FILE
# and keep it as a test of the code that was wrong. An input may take 10 seconds and 2 GiB.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-600}
[ $# -gt 0 ] && shift
build=.build-fuzz
SE_EVAL_FUZZ=1 ${SWIFT:-swift} build -c release --scratch-path $build --product Fuzz --sanitize=address \
  -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld -Xswiftc -enable-testing || exit 1
program=$build/release/Fuzz
if [ $# -gt 0 ]; then targets=("$@"); else mapfile -t targets < <($program); fi
mkdir -p $build/found $build/corpus $build/logs
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=quarantine_size_mb=32:detect_leaks=0
export SE_EVAL_FUZZ_FOLDER=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
trap 'rm -rf "$SE_EVAL_FUZZ_FOLDER"' EXIT
ulimit -c 0
share=$((seconds / ${#targets[@]}))
limit=(-max_total_time=$((share > 0 ? share : 1)))
[ -n "${RUNS:-}" ] && limit=("-runs=$RUNS")
status=0
printf '| target | inputs | seconds | edges | kept | peak MB | found |\n| --- | ---: | ---: | ---: | ---: | ---: | --- |\n'
for target in "${targets[@]}"; do
  # Long inputs slow the fuzzer down more than they find.
  case $target in gguf) length=49152 ;; sqlite) length=45056 ;; *) length=4096 ;; esac
  mkdir -p "$build/corpus/$target"
  log=$build/logs/$target.txt
  start=$SECONDS
  before=$(find $build/found -type f | wc -l)
  $program "$target" -timeout=10 -rss_limit_mb=2048 -max_len=$length -detect_leaks=0 -print_final_stats=1 \
    -artifact_prefix="$build/found/$target-" "${limit[@]}" "$build/corpus/$target" "Tests/Fuzz/Corpus/$target" \
    > "$log" 2>&1 < /dev/null
  code=$?
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  # A process that was stopped says no figures: the last line of its progress has the number.
  [ -n "$inputs" ] || inputs=$(grep -oE '^#[0-9]+' "$log" | tail -1 | tr -d '#')
  edges=$(grep -oE 'cov: [0-9]+' "$log" | tail -1 | cut -d' ' -f2)
  peak=$(grep -oE 'rss: [0-9]+' "$log" | cut -d' ' -f2 | sort -n | tail -1)
  found=$(($(find $build/found -type f | wc -l) - before))
  [ $code -ne 0 ] && status=1
  printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$target" "${inputs:-0}" $((SECONDS - start)) "${edges:-0}" \
    "$(find "$build/corpus/$target" -type f | wc -l)" "${peak:-0}" "$([ $code -eq 0 ] && echo nothing || echo "$found, status $code")"
done
exit $status
