#!/usr/bin/env bash
# Looks at an HTML report in headless Chromium: check-html.sh REPORT.html [FOLDER-FOR-PICTURES]
#
# At 360, 800 and 1,280 pixels, light and dark: no error, a number's link shows its samples, a click shows one of them,
# sorting and the method boxes work, nothing overflows the page, texts have contrast, controls have names.
# Status 0 where all holds, 1 where something does not, 0 with a line where there is no Chromium and none can be had.
set -euo pipefail

report=$(realpath "$1")
out=${2:-}
chromium=""
find_chromium() {
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then chromium=$name; return 0; fi
  done
  return 1
}
if ! find_chromium; then
  as_root=""
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  export DEBIAN_FRONTEND=noninteractive
  # A list of packages that is too old knows no file any more: it is read anew, once.
  $as_root apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 \
    || { $as_root apt-get update >/dev/null 2>&1 \
      && $as_root apt-get install -y --no-install-recommends chromium >/dev/null 2>&1; } || true
  find_chromium || { echo "check-html: skipped, there is no Chromium here and apt-get could not install one"; exit 0; }
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
failed=0
for width in 360 800 1280; do
  for scheme in light dark; do
    # A window has at least 500 pixels, a frame has what it is given.
    sed -e "s/@WIDTH@/$width/g" "$here/check-html.js" >"$folder/check.js"
    {
      echo '<!doctype html><meta charset="utf-8"><title>check</title><body style="margin:0">'
      echo "<iframe id=\"frame\" style=\"border:0;width:${width}px;height:1600px\" src=\"file://$report\"></iframe>"
      echo '<pre id="result">not finished</pre><script src="check.js"></script></body>'
    } >"$folder/check.html"
    value=1
    if [ "$scheme" = dark ]; then value=0; fi
    result=""
    # A browser that does not answer at all, as on a very busy machine, is asked once more; a wrong answer stands.
    for _ in 1 2; do
      timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
        --user-data-dir="$folder/profile" --window-size="$((width > 500 ? width : 500)),1700" \
        --blink-settings=preferredColorScheme=$value --virtual-time-budget=60000 --timeout=60000 \
        --dump-dom "file://$folder/check.html" >"$folder/dom.html" 2>"$folder/log" || true
      result=$(sed -n 's/.*<pre id="result">\([^<]*\).*/\1/p' "$folder/dom.html" | head -1)
      case "$result" in '' | 'not finished') ;; *) break ;; esac
    done
    echo "check-html: $width px, $scheme: ${result:-no answer}"
    [ "$result" = ok ] || failed=1
    if [ -n "$out" ]; then
      mkdir -p "$out"
      timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/profile" \
        --window-size="$((width > 500 ? width : 500)),1400" --blink-settings=preferredColorScheme=$value \
        --virtual-time-budget=5000 --screenshot="$out/$width-$scheme.png" "file://$report" >/dev/null 2>&1 || true
    fi
  done
done
exit $failed
