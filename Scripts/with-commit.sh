#!/usr/bin/env bash
# Runs a build that is told its commit: with-commit.sh swift build -c release --product se-eval
#
# The commit, with a + where Sources or Package.swift differ from it, stands in a header for the time of the build. Afterwards
# it is moved away, so that a later `swift build` alone does not say a commit that it was not built from; it is the same file
# when it comes back, so that nothing is compiled again where nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."
header=Sources/CBuild/built_commit.h
kept=.build/built_commit.h
mkdir -p .build
commit=$(git rev-parse HEAD 2>/dev/null || true)
if [ -n "$commit" ]; then
  [ -z "$(git status --porcelain -- Sources Package.swift)" ] || commit+=+
  line="#define SE_EVAL_COMMIT \"$commit\""
  [ "$(cat "$kept" 2>/dev/null || true)" = "$line" ] || printf '%s\n' "$line" >"$kept"
  # What was compiled without the header does not wait for it.
  for known in .build/*/release/CBuild.build/CBuild.c.d; do
    [ -f "$known" ] || continue
    grep -q built_commit.h "$known" || touch Sources/CBuild/CBuild.c
  done
  mv -f "$kept" "$header"
  trap 'mv -f "$header" "$kept"' EXIT
fi
"$@"
