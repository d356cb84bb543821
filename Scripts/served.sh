# For scripts that start an inference server and ask it; they source this file. Each of them ends with a line that says
# what, and with the end of the server's log, where the server does not come up: none waits for ever, none goes on without.

# needs_free_port PORT: where something listens already, another server would be asked in place of ours.
needs_free_port() {
  if python3 -c "import socket; socket.create_connection(('127.0.0.1', $1), 2).close()" 2>/dev/null; then
    echo "$(basename "$0"): something listens on port $1 already; end it, or say another: PORT=N $0" >&2
    exit 1
  fi
}

# until_up NAME PID PORT LOG SECONDS: waits until /health answers with 200; ends the script where PID ends before that,
# or where it takes longer.
until_up() {
  local end=$((SECONDS + $5)) status
  until python3 - "$3" 2>/dev/null <<'PY'
import sys, urllib.request
# Proxies of the environment would be asked even for this machine.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(f"http://127.0.0.1:{sys.argv[1]}/health", timeout=5)
PY
  do
    if ! kill -0 "$2" 2>/dev/null; then
      status=0
      wait "$2" || status=$?
      is_down "$1" "ended with status $status before it answered" "$4"
    fi
    if [ "$SECONDS" -ge "$end" ]; then
      # Much processor time means that it works, little that it waits, or that others have the processors.
      ps -o pid,ni,stat,etime,time,args -g "$2" -p "$2" >&2 || true
      echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg) on $(nproc) processors" >&2
      is_down "$1" "did not answer on port $3 within $5 seconds (START_SECONDS=N waits longer)" "$4"
    fi
    sleep 1
  done
}

# is_down NAME WHAT LOG: ends the script.
is_down() {
  {
    tail -n 40 "$3" | sed 's/^/  | /'
    echo "$(basename "$0"): $1 $2; above is the end of $3"
  } >&2
  exit 1
}
