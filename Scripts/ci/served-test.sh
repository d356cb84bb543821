#!/usr/bin/env bash
# Scripts/served.sh with servers that end, that never answer, that say 503 for ever, and one that comes up: a few seconds.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
started=()
finish() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

# A server on the port that answers every request with a status, from a second after its start on.
serving() {
  exec python3 - "$1" "$port" <<'PY'
import http.server, sys, time
status, port = int(sys.argv[1]), int(sys.argv[2])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(status)
        self.end_headers()
    def log_message(self, *arguments):
        pass
print("loading the model", flush=True)
time.sleep(1)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
PY
}

# waits WHAT SECONDS COMMAND...: starts a server and waits for it; the words that its script ends with must hold WHAT.
waits() {
  local what=$1 seconds=$2 status=0
  shift 2
  (
    . Scripts/served.sh
    needs_free_port "$port"
    "$@" >"$work/log" 2>&1 &
    trap "kill $! 2>/dev/null || true; wait $! 2>/dev/null || true" EXIT
    until_up fake $! "$port" "$work/log" "$seconds"
    echo "it is up"
  ) >"$work/said" 2>&1 || status=$?
  if ! grep -qF "$what" "$work/said" || [ "$status" != "$([ "$what" = "it is up" ] && echo 0 || echo 1)" ]; then
    echo "served-test: status $status; expected \"$what\" in:" >&2
    cat "$work/said" >&2
    exit 1
  fi
}

ends() { echo "no such model"; exit 3; }
waits "ended with status 3 before it answered" 60 ends
grep -q "| no such model" "$work/said" || { echo "served-test: no end of the log in:"; cat "$work/said"; exit 1; } >&2
waits "did not answer on port $port within 2 seconds" 2 sleep 60
waits "did not answer on port $port within 12 seconds" 12 serving 503
grep -q "| loading the model" "$work/said" || { echo "served-test: no end of the log in:"; cat "$work/said"; exit 1; } >&2
waits "it is up" 60 serving 200

serving 200 >/dev/null &
started+=($!)
(. Scripts/served.sh; until_up other "${started[0]}" "$port" "$work/log" 60)
waits "something listens on port $port already" 60 sleep 60
echo "served-test: five servers, each as it should be"
