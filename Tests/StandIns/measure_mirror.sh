#!/bin/sh
# What it costs to tell changed paths to a Realtime Database on the loopback: measure_mirror.sh JOBS-BINARY [COUNT ...]
#
# For each count: queue so many changed paths, drain them with `jobs realtime push` into the stand-in, which is empty, and the same paths changed once
# more, which needs the second tree; then send the same number of paths in the same batches with curl, one process a batch, into a fresh stand-in. Needs python3, curl and GNU time.
set -eu
jobs=$(realpath "$1"); shift
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
server=
stop() { [ -z "$server" ] || kill "$server" 2> /dev/null || true; server=; }
trap 'stop; rm -rf "$work"' EXIT
serve() {
  stop
  rm -f "$work/hello"
  python3 "$here/realtime_stand_in.py" --owner > "$work/hello" &
  server=$!
  while ! grep -q port "$work/hello" 2> /dev/null; do :; done
  port=$(sed 's/[^0-9]//g' "$work/hello")
}
cp -r "$here/../../Jobs" "$here/../../crontab" "$work/"
for count in "${@:-100000}"; do
  rm -rf "$work/data"
  serve
  printf 'sink: firebase\ndatabase: http://127.0.0.1:%s?ns=bench\n' "$port" > "$work/Jobs/config/realtime.yaml"
  printf 'crypto: [BTCUSDT]\nequities: []\n' > "$work/Jobs/config/watchlist.yaml"
  printf 'job: empty\nsteps:\n  nothing: { uses: nothing }\n' > "$work/Jobs/empty.yaml"
  "$jobs" run empty --root "$work" --sandbox > /dev/null 2>&1
  for night in 1 2; do
    python3 "$here/fill_outbox.py" "$work/data/sandbox/jobs.sqlite" "$count" "$night" > /dev/null
    /usr/bin/time -f '%e s, %U s user, %S s system, %M KB at most' -o "$work/time" "$jobs" realtime push --root "$work" --sandbox > "$work/said"
    echo "jobs, night $night, $count changed paths: $(cat "$work/time"); $(cat "$work/said")"
  done
  curl -s "http://127.0.0.1:$port/__stats" | python3 -c '
import json, sys
s = json.load(sys.stdin)
print("  the stand-in took %d paths in %d writes, at most %d paths and %d bytes each" % (s["paths"], s["writes"], s["paths_max"], s["bytes_max"]))'
  serve
  python3 - "$count" "$work" << 'END'
import json, sys
count, work = int(sys.argv[1]), sys.argv[2]
for number, start in enumerate(range(0, count, 2000)):
    batch = {}
    for i in range(start, min(start + 2000, count)):
        batch["quotes/binance/S%06d/1d" % i] = {
            "close": i * 1.01 + 1, "high": i + 2.5, "low": i + 0.5, "n": 1, "night": 1, "open": i + 1.5,
            "open_time": "2026-01-01T00:00:00Z", "volume": 1000 + i}
    open("%s/batch%05d" % (work, number), "w").write(json.dumps(batch, separators=(",", ":")))
END
  cat > "$work/loop.sh" << 'END'
for batch in "$2"/batch*; do
  curl -s -X PATCH -H 'Authorization: Bearer owner' -H 'Content-Type: application/json' --data-binary "@$batch" "http://127.0.0.1:$1/.json?print=silent"
done
END
  /usr/bin/time -f '%e s, %U s user, %S s system, %M KB at most' -o "$work/time" sh "$work/loop.sh" "$port" "$work"
  echo "curl, the same paths once: $(cat "$work/time")"
  rm -f "$work"/batch*
done
