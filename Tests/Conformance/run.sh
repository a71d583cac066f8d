#!/bin/sh
# Google's client library against `jobs realtime serve`. Needs PyPI once, for firebase-admin; --if-reachable: says so and succeeds without it.
#   Tests/Conformance/run.sh [--if-reachable]
set -eu
cd "$(dirname "$0")/../.."
venv=${CONFORMANCE_VENV:-.build/conformance}
if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import firebase_admin' 2>/dev/null; then
  if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check --timeout 20 --retries 1 'firebase-admin>=7,<8'; } >&2; then
    echo "conformance: firebase-admin cannot be installed here (python3-venv and PyPI are needed)." >&2
    [ "${1:-}" = --if-reachable ] && { echo "conformance: SKIPPED"; exit 0; }
    exit 1
  fi
fi
exec "$venv/bin/python" Tests/Conformance/check_firebase_admin.py "${JOBS_BINARY:-$(swift build --show-bin-path)/jobs}" .
