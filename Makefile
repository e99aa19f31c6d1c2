# The commands of Carillon, the same for people and CI. `make help` lists them.
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
export JOBS

.PHONY: help run test lint sanitize bench fresh build web clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: ## install what is missing, build, start Carillon with sample data and the sandbox carrier
	@scripts/install build
	@scripts/build release carillon
	@scripts/web build
	@exec build/release/src/server/carillon serve --demo --data .run --web web/dist $(ARGS)

build: ## the server, optimised
	@scripts/install build
	@scripts/build release carillon

web: ## the browser's part
	@scripts/install build
	@scripts/web build

test: ## every test; ends with one line "N passed, N failed"
	@scripts/install build test
	@scripts/test

lint: ## formatting, clang-tidy, include rules, TypeScript
	@scripts/install build test lint
	@scripts/lint

sanitize: ## tests under AddressSanitizer, UBSan and ThreadSanitizer; fuzzers for half a minute each
	@scripts/install build test lint
	@scripts/sanitize

bench: ## benchmarks, as ratios against their references
	@scripts/install build test bench
	@scripts/bench

fresh: ## a bare Debian 12 in a folder, and the README's two commands in it (needs root)
	@scripts/fresh

clean: ## removes what was built
	rm -rf build web/dist
