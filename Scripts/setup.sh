#!/bin/sh
# Installs Debian's packages that the build needs, only when one is missing (no network call otherwise).
# usage: setup.sh [PACKAGE...]   more packages, such as pocl-opencl-icd for the tests of OpenCL
set -eu

command -v swift >/dev/null 2>&1 || {
  echo "se-eval: no 'swift' on the PATH; install a Swift 6.2 or newer toolchain from swift.org first" >&2
  exit 1
}

missing=""
for package in libopenblas-dev libsqlite3-dev libyaml-dev zlib1g-dev pkg-config "$@"; do
  state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
echo "se-eval: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the list is meant to be split
$as_root apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 || {
  $as_root apt-get update
  $as_root apt-get install -y --no-install-recommends $missing
}
