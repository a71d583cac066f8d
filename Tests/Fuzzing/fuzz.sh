#!/bin/sh
# Feeds a reader with bytes that libFuzzer makes up, under AddressSanitizer: Tests/Fuzzing/fuzz.sh TARGET|all [RUNS] (2,000,000 unless given).
#
# Ends with the first input that crashes it or breaks what must hold; that input is kept in the working folder as TARGET-crash-*.
# FUZZ_WORK=FOLDER keeps what was built and found for the next time; else it is thrown away.
# The modules are compiled as one, so the imports between them are taken out of copies of their sources.
set -e
targets="klines alphavantage csv s3xml zip httpdates archivecsv exchangeinfo trades depth tickers ecb companies gzip cron crontab backup rules realtimejson"
[ -n "$1" ] || { echo "usage: Tests/Fuzzing/fuzz.sh TARGET|all [RUNS]; the targets: $targets" >&2; exit 64; }
wanted=$1
[ "$1" = all ] && wanted=$targets
runs=${2:-2000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$(pwd)
work=${FUZZ_WORK:-}
if [ -z "$work" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

if [ ! -x "$work/fuzz" ]; then
  mkdir -p "$work/src"
  cd "$root/Sources"
  find Scheduling MarketData Transport Providers -name '*.swift' -exec cp {} "$work/src" \;
  # One name stands for two types, which two modules keep to themselves.
  sed -i 's/\bNewYork\b/SessionNewYork/g' $(find Scheduling -name '*.swift' -printf "$work/src/%f ")
  cp Storage/AtomicFile.swift Storage/Backup/BackupDefect.swift Storage/Backup/BackupFile.swift Storage/Backup/BackupHeader.swift \
    Storage/Backup/BackupKey.swift Storage/Backup/BackupSeal.swift Storage/Backup/FileStream.swift Storage/Backup/SHA256.swift "$work/src"
  # Two readers of JSON have one name, and one of them goes under another here.
  find Mirroring/Rules Mirroring/Tree Mirroring/Projection Mirroring/Users -name '*.swift' -exec cp {} "$work/src" \;
  mv "$work/src/JSONScanner.swift" "$work/src/TreeScanner.swift"
  cp Providers/JSON/JSONScanner.swift Mirroring/RealtimePath.swift "$work/src"
  sed -i 's/\bJSONScanner\b/TreeScanner/g' $(find Mirroring/Tree -name '*.swift' ! -name JSONScanner.swift -printf "$work/src/%f ") "$work/src/TreeScanner.swift"
  cp "$root"/Tests/Fuzzing/*.swift "$root"/Tests/Fuzzing/Targets/*.swift "$work/src"
  sed -i -E '/^(public |internal )?import (MarketData|Scheduling|Transport)$/d' "$work"/src/*.swift
  cd "$work/src"
  swiftc -O -wmo -parse-as-library -sanitize=fuzzer,address -swift-version 6 -enable-upcoming-feature ExistentialAny \
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -enable-upcoming-feature InferIsolatedConformances -I "$root/Sources/CZlib" -I "$root/Sources/CXML" -I "$root/Sources/CCrypto" \
    -I "$root/Sources/CCurl" -I "$root/Sources/CLinux" -I "$root/Sources/CSQLite" -Xcc -I/usr/include/libxml2 ./*.swift -o ../fuzz.new -lz -lxml2 -lcrypto -lcurl -lsqlite3
  mv ../fuzz.new ../fuzz
fi

for target in $wanted; do
  words=$target
  length=1024
  case $target in
    exchangeinfo | trades | depth | tickers | companies) words=market ;;
    s3xml | ecb) words=xml ;;
    httpdates) words=dates length=96 ;;
    archivecsv) words=csv ;;
    cron) length=64 ;;
    crontab) words=cron length=512 ;;
    realtimejson) words=rules ;;
    zip | gzip | backup) words= ;;
  esac
  mkdir -p "$work/$target"
  cd "$work/$target"
  echo "== $target"
  status=0
  # Short stacks and a small quarantine: twice as many inputs.
  ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=16 FUZZ_TARGET=$target SWIFT_BACKTRACE=enable=no ../fuzz -runs="$runs" -max_len=$length -len_control=20 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -verbosity=1 -artifact_prefix="$here/$target-" ${words:+-dict="$root/Tests/Fuzzing/Words/$words.txt"} \
    . "$root/Tests/Fuzzing/Seeds/$target" >../"$target.log" 2>&1 || status=$?
  [ $status = 0 ] || { tail -40 ../"$target.log" >&2; exit $status; }
  grep -E '^#[0-9]+.*DONE|^stat::(number|average|slowest|peak)' ../"$target.log"
done
