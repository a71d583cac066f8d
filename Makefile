# The one list of things to do here. `make help` prints it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help deps build nightly live test check coverage conformance format lint imports bench limits torture fuzz clean

PACKAGES := libsqlite3-dev libcurl4-openssl-dev libxml2-dev libssl-dev libhiredis-dev zlib1g-dev pkg-config

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

deps: ## install the Debian packages that are missing; say what else is
	@command -v swift >/dev/null 2>&1 || { \
	  echo "error: there is no swift here. Install Swift 6.2 or newer from https://www.swift.org/install/linux/ and put it on PATH." >&2; exit 1; }
	@swift --version 2>/dev/null | grep -Eq 'Swift version (6\.([2-9]|[1-9][0-9])|[7-9])' || { \
	  echo "error: Swift 6.2 or newer is needed; this is: $$(swift --version 2>/dev/null | head -n 1)" >&2; exit 1; }
	@command -v dpkg-query >/dev/null 2>&1 || { echo "note: this is no Debian; you need the like of: $(PACKAGES)" >&2; exit 0; }; \
	missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'install ok installed' || missing="$$missing $$package"; done; \
	[ -z "$$missing" ] && exit 0; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	if [ -n "$$sudo" ] && ! command -v sudo >/dev/null 2>&1; then \
	  echo "error: these packages are missing, and there is no sudo; as root: apt-get install$$missing" >&2; exit 1; fi; \
	echo "installing:$$missing"; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=120 $$missing >/dev/null

build: deps ## build the program (release)
	swift build -c release --static-swift-stdlib --product jobs

nightly: build ## run the nightly job on the sandbox: no key, no network; leaves a report to open
	"$$(swift build -c release --show-bin-path)/jobs" run nightly --sandbox

live: build ## run the nightly job against the real providers
	"$$(swift build -c release --show-bin-path)/jobs" run nightly

test: deps ## build and run every test
	swift build --build-tests
	swift test --skip-build --disable-xctest

check: deps lint imports test ## all that must hold before a commit lands: format, imports, warnings, tests, documents

coverage: deps ## run every test and tell how many lines they reach, by module
	rm -rf .build-coverage/*/debug/codecov
	swift build --build-tests --enable-code-coverage --scratch-path .build-coverage
	swift test --skip-build --disable-xctest --enable-code-coverage --scratch-path .build-coverage
	Tests/coverage.sh .build-coverage

conformance: deps ## have Google's firebase-admin (from PyPI) use `jobs realtime serve`: every call, every answer
	swift build --product jobs
	Tests/Conformance/run.sh

format: ## write the sources the way `make lint` wants them
	swift format -i -r Sources Tests Package.swift

lint:
	swift format lint --strict -r Sources Tests Package.swift

imports: deps
	swift build --build-tests --explicit-target-dependency-import-check error

bench: build ## measure, beside a baseline in the same run
	$(MAKE) -C Benchmarks

limits: deps ## have two processes ask 100,000 times within the limits: see docs/reliability.md
	$(MAKE) -C Benchmarks limits

torture: build ## kill runs, fill disks, cut the power: see docs/reliability.md
	$(MAKE) -C Benchmarks torture

fuzz: deps ## feed every reader of foreign bytes with two million made-up inputs each: see docs/reliability.md
	Tests/Fuzzing/fuzz.sh all $(RUNS)

clean: ## delete what was built; data and reports stay
	rm -rf .build .build-coverage Benchmarks/.build
