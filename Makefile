# What one does with this repository. `make help` lists the targets: every "##" comment below.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Releases and the demo are static binaries; only the race detector needs cgo, and asks for it itself.
export CGO_ENABLED := 0
# The version is stamped by -ldflags; asking git for more fails in a checkout that another user owns.
export GOFLAGS := -buildvcs=false

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
BIN := $(CURDIR)/bin
GOLANGCI_LINT := $(BIN)/golangci-lint

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## sell and buy one VPN session on a whole network of one process (needs only Go)
	@echo "building mystdev (the first time takes some minutes: it compiles an Ethereum node)"
	@go build -ldflags '$(LDFLAGS)' -o $(BIN)/mystdev ./cmd/mystdev
	@$(BIN)/mystdev demo

.PHONY: build
build: ## build bin/myst and bin/mystdev, static and stripped
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

.PHONY: setup
setup: ## install what test and check need (apt packages when root, npm packages in contracts/)
	@scripts/setup.sh

.PHONY: test
test: ## everything: setup, check, tests, contracts, race detector, fuzzing, the demo
	@scripts/test.sh

.PHONY: check
check: check-format check-lint check-generated ## format, vet, lint, shell scripts, generated code up to date

.PHONY: check-format
check-format:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi

.PHONY: check-lint
check-lint: $(GOLANGCI_LINT)
	go vet -tags e2e ./...
	$(GOLANGCI_LINT) run ./...
	shellcheck $$(git ls-files -co --exclude-standard '*.sh') .ci/run

.PHONY: check-generated
check-generated: $(BIN)/protoc-gen-go $(BIN)/abigen
	@scripts/generate.sh --check

.PHONY: generate
generate: $(BIN)/protoc-gen-go $(BIN)/abigen ## regenerate protocol buffers, contract artifacts and bindings
	@scripts/generate.sh

.PHONY: unit
unit: ## unit, property and policy tests in random order
	@go run ./scripts/gotest -shuffle=on -timeout 20m ./...

.PHONY: e2e
e2e: ## the real programs on hosts of their own, in network namespaces (root, Linux)
	@scripts/e2e.sh

.PHONY: chains
chains: $(BIN)/geth ## follow the registry of three implementations of an Ethereum node, through reorganisations
	@scripts/chains.sh

.PHONY: interop
interop: ## signatures and key files to and from npm's ethers
	@scripts/interop.sh

.PHONY: race
race: ## the same under the race detector
	@scripts/race.sh

.PHONY: contracts
contracts: ## test and lint the contracts
	@scripts/contracts.sh

.PHONY: soak
soak: ## what make test repeats, ten times as often
	@scripts/soak.sh

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME each (default 5s)
	@scripts/fuzz.sh

.PHONY: demo-twice
demo-twice: ## two demos at once, their bills checked, nothing left behind
	@scripts/demo-twice.sh

.PHONY: mutants
mutants: ## remove ten security checks, and those of the contracts, one at a time and see a test fail for each
	@go run ./scripts/mutants
	@node contracts/mutants.mjs

.PHONY: bench-startup
bench-startup: ## myst node: time to API ready, idle memory, size of the binary
	@go run ./bench/startup

.PHONY: bench-index
bench-index: ## copying 1,000,000 registrations from an endpoint, and a start afterwards
	@go run ./bench/index

.PHONY: bench-session
bench-session: ## a paid OpenVPN session beside the same openvpn by hand: speed, processor time, time to the first byte (root, Linux)
	@go run ./bench/session

.PHONY: bench-payments
bench-payments: ## promises signed, and verified and durably stored, per second and core, with and without cgo
	@CGO_ENABLED=1 go run ./bench/payments
	@CGO_ENABLED=0 go run ./bench/payments

.PHONY: bench-gas
bench-gas: ## gas of the contracts' calls under both of Ethereum's schedules, with goals and floors; fails when one is missed
	@go run ./bench/gas

.PHONY: bench-demo
bench-demo: ## time from an empty build cache to a finished demo, and of a warm demo
	@bench/demo.sh

.PHONY: clean
clean: ## remove what was built (not the Go build cache)
	rm -rf $(BIN) build contracts/out contracts/cache

# Developer tools come from tools/go.mod, so that their dependencies never move the program's.
$(GOLANGCI_LINT): tools/go.mod tools/go.sum
	cd tools && go build -trimpath -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
$(BIN)/protoc-gen-go: tools/go.mod tools/go.sum
	cd tools && go build -trimpath -o $@ google.golang.org/protobuf/cmd/protoc-gen-go
$(BIN)/abigen: tools/go.mod tools/go.sum
	cd tools && go build -trimpath -o $@ github.com/ethereum/go-ethereum/cmd/abigen
# Of another version than the library, and GPL: nothing links it, the tests run it.
$(BIN)/geth: tools/geth/go.mod tools/geth/go.sum
	@echo "building geth (the first time takes some minutes)"
	cd tools/geth && go build -trimpath -ldflags "-s -w" -o $@ github.com/ethereum/go-ethereum/cmd/geth
