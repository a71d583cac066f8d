#!/bin/sh
# Builds the fuzzer of the bulk archive's readers and runs it: Tests/Fuzzing/archive.sh [RUNS] (6,000,000 unless given).
#
# The sources that it takes are compiled as one module, so the imports between modules of the package are taken out of the copies.
set -e
runs=${1:-6000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src" "$work/corpus"
cd "$root/Sources"
cp Providers/Zip/*.swift Providers/Binance/Archive/ArchiveListing.swift Providers/Binance/Archive/ArchiveListingReader.swift \
  Providers/Binance/Archive/KlineCSVScanner.swift Providers/Binance/KlineRow.swift Providers/Binance/SlowKlineReader.swift \
  Providers/RowProblem.swift Providers/ForeignText.swift Providers/JSON/*.swift MarketData/Candle.swift MarketData/Symbol.swift \
  Scheduling/Instant.swift Scheduling/Instant+ISO8601.swift Scheduling/CivilDate.swift ../Tests/Fuzzing/ArchiveFuzz.swift "$work/src"
sed -i -E '/^(public |internal )?import (MarketData|Scheduling|JobGraph)$/d' "$work"/src/*.swift
cd "$work/src"
swiftc -O -parse-as-library -sanitize=fuzzer,address -swift-version 6 -I "$root/Sources/CZlib" -I "$root/Sources/CXML" \
  -Xcc -I/usr/include/libxml2 ./*.swift -o ../fuzz -lz -lxml2
cd "$work"
(printf '\000'; cat "$root/Tests/ProvidersTests/Fixtures/BTCUSDT-1h-2024-12.zip") > corpus/zip
printf '\001<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>a.zip</Key></Contents></ListBucketResult>' > corpus/xml
printf '\002open_time,open\n1733011200000,1.5,2,1,1.25,10,1733014799999,12.5,3,4,5,0\n1,nan,,\n' > corpus/csv
SWIFT_BACKTRACE=enable=no ./fuzz -runs="$runs" -max_len=4096 -print_final_stats=1 corpus
