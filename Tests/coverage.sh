#!/bin/sh
# Line coverage by module: `Tests/coverage.sh SCRATCH`, after `swift test --enable-code-coverage --scratch-path SCRATCH`.
#
# The tests that drive the built program have it write profiles beside their own, so what only they reach counts too. Ends with 1 when a pure
# module is below 90 %, or the whole below 80 %.
set -eu
folder=$(swift build --show-bin-path --scratch-path "$1")
tools=$(dirname "$(readlink -f "$(command -v swift)")")
"$tools/llvm-profdata" merge -sparse "$folder"/codecov/*.profraw -o "$folder/codecov/all.profdata"
"$tools/llvm-cov" report "$folder/market-jobsPackageTests.xctest" -object "$folder/jobs" -instr-profile "$folder/codecov/all.profdata" \
  "$PWD/Sources" | awk -v least_pure=90 -v least_whole=80 '
  # Name, regions, missed, cover, functions, missed, cover, lines, missed, cover, ...; names are cut to what differs.
  $1 ~ /\.swift$/ {
    split($1, part, "/")
    for (i = 1; part[i] == "Sources" || part[i] == ""; i++);
    lines[part[i]] += $8; missed[part[i]] += $9
    all_lines += $8; all_missed += $9
  }
  function share(lines, missed) { return lines ? 100 * (lines - missed) / lines : 100 }
  END {
    if (!all_lines) { print "error: no line was counted" > "/dev/stderr"; exit 1 }
    printf "%-14s %8s %8s %8s\n", "MODULE", "LINES", "MISSED", "COVERED"
    pure = "Scheduling JobGraph MarketData Analysis Reporting"
    for (module in lines) {
      is_pure = index(" " pure " ", " " module " ") > 0
      least = is_pure ? least_pure : 0
      covered = share(lines[module], missed[module])
      is_short = covered < least
      failed += is_short
      row = sprintf("%-14s %8d %8d %7.1f %%%s", module, lines[module], missed[module], covered, is_short ? "  below " least " %" : is_pure ? "  pure" : "")
      print row | "sort"
    }
    close("sort")
    whole = share(all_lines, all_missed)
    printf "%-14s %8d %8d %7.1f %%%s\n", "the whole", all_lines, all_missed, whole, whole < least_whole ? "  below " least_whole " %" : ""
    exit failed > 0 || whole < least_whole
  }'
