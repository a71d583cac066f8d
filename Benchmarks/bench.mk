# Included by the Makefile. `make bench BENCH_ARGS="--quick start"` measures a part and writes nothing.
BENCH_SCRATCH ?= Benchmarks/.build
BENCH_ARGS ?=

.PHONY: bench
bench: ## Measure what is promised beside plain baselines; writes Benchmarks/results.md
	swift build -c release --product jobs
	swift build -c release --package-path Benchmarks --scratch-path $(BENCH_SCRATCH)
	$(BENCH_SCRATCH)/release/bench --jobs "$$(swift build -c release --show-bin-path)/jobs" --project . $(BENCH_ARGS)
