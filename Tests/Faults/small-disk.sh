#!/bin/sh
# Imports 100,000 rows onto disks that are too small, as root: Tests/Faults/small-disk.sh JOBS [MB ...], JOBS being the built program.
#
# Each disk is a file system in memory that only this script sees. On each that is too small the import must end with 74 and say why, and no
# candle may be visible; with room again the same command must end it with the rows of an undisturbed one. Ends with 1 when any of it is not so.
set -e
[ -x "$1" ] || { echo "usage: Tests/Faults/small-disk.sh JOBS [MB ...]" >&2; exit 64; }
[ -n "$SMALL_DISK" ] || SMALL_DISK=1 exec unshare -m "$0" "$@"
jobs=$(realpath "$1")
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'cd /; umount "$work"/*/data 2>/dev/null || true; rm -rf "$work"' EXIT
mount --make-rprivate /
awk 'BEGIN {
  srand(7); print "timestamp,open,high,low,close,volume,symbol"
  for (s = 0; s < 20; s++) for (d = 0; d < 5000; d++)
    printf "%04d-%02d-%02d,%.4f,%.4f,%.4f,%.4f,%d,S%02d\n", 2005 + d / 336, 1 + d % 336 / 28, 1 + d % 28, 50, 51 + rand(), 49 - rand(), 49.5 + rand(), rand() * 1e6, s
}' > "$work/rows.csv"

project() { # NAME MB
  mkdir -p "$work/$1/data"
  cp -r "$root/Jobs" "$root/crontab" "$work/$1"
  mount -t tmpfs -o "size=$2m" tmpfs "$work/$1/data"
}
import() { (cd "$work/$1" && "$jobs" migrate import ../rows.csv --mapping legacy-csv) > "$work/said" 2>&1; }
rows() { # a digest of all candles; "none" when nothing can be seen
  python3 - "$work/$1/data/jobs.sqlite" << 'END'
import hashlib, os, sqlite3, sys
rows = []
if os.path.exists(sys.argv[1]) and os.path.getsize(sys.argv[1]):
    base = sqlite3.connect(sys.argv[1])
    if base.execute("SELECT count(*) FROM sqlite_master WHERE name = 'candles'").fetchone()[0]:
        rows = base.execute("SELECT c.open_time, c.open, c.high, c.low, c.close, c.volume, c.symbol FROM candles c ORDER BY 7, 1").fetchall()
print(len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()[:12] if rows else "none")
END
}

project whole 500
import whole
wanted=$(rows whole)
echo "undisturbed: $wanted, a disk of $(du -sm "$work/whole/data" | cut -f1) MB"
umount "$work/whole/data"
failed=0
echo "| disk, MB | status | visible | what it said | with room |"
echo "| ---: | ---: | ---: | --- | --- |"
for size in ${*:-1 2 4 8 12 16 20 24 28 32 40 48}; do
  project "$size" "$size"
  status=0
  import "$size" || status=$?
  said=$(tail -1 "$work/said")
  seen=$(rows "$size")
  mount -o remount,size=500m "$work/$size/data"
  again=0
  import "$size" || again=$?
  end=$(rows "$size")
  wrong=
  [ $status = 0 ] || { [ $status = 74 ] && [ "$seen" = "0 none" ]; } || wrong="**WRONG** "
  [ $again = 0 ] && [ "$end" = "$wanted" ] || wrong="**WRONG** "
  [ -z "$wrong" ] || failed=1
  echo "| $size | $status | ${seen%% *} | $wrong$said | $again, ${end%% *} |"
  umount "$work/$size/data"
done
exit $failed
