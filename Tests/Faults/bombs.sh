#!/bin/sh
# Throws bombs at the built program and reads its peak memory: Tests/Faults/bombs.sh JOBS [CASE ...], JOBS being the program.
#
# A server on the loopback answers in the place of every provider; each bomb is one run, or one `jobs check`, in a fresh project in a
# temporary folder. Prints a line for each: exit status, peak memory, what was said. Ends with 1 when one took more than 150 MB, was
# not refused, or was refused in other words. Some 1.2 GB of answers are made while they are sent; nothing leaves this machine.
set -e
[ -x "$1" ] || { echo "usage: Tests/Faults/bombs.sh JOBS [CASE ...]" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jobs=$(realpath "$1")
shift
python3 "$here/bombs.py" "$here/../.." "$work" "$jobs" "$@"
