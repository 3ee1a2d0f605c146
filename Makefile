# Zhuomo. The two commands: `make demo` and `make test`.
# On a fresh machine: Go and Node, nothing else by hand.

SHELL   := /bin/bash
GO      ?= go
BIN     := bin/zhuomo
# Outside data sets, read by tests and benches that need them. Absent: those skip by name.
ZHUOMO_SETS ?= $(wildcard ../shared/data)
export ZHUOMO_SETS := $(if $(ZHUOMO_SETS),$(abspath $(ZHUOMO_SETS)))
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.PHONY: build demo guide-pictures test test-go test-web web tools fuzz fuzz-api chaos soak rolling conformance race-learn race-tag race-tune race-racing race-track race-label race-oos race-recommend race-emotion race-mood race-encode box audit clean

build: $(BIN)

$(BIN): web FORCE
	$(GO) build -trimpath -ldflags "-s -w -X zhuomo/internal/app.Version=$(VERSION)" -o $(BIN) ./cmd/zhuomo

FORCE:

# The pages are built by Vite into web/dist, which the program embeds.
web: web/dist/index.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/*.html web/*.ts -type f 2>/dev/null)
	cd web && npm run --silent build

# Builds all, runs the main job on the embedded material, prints the figures, serves the page.
demo: build
	./$(BIN) demo

test: tools web test-go test-web

# On both databases: one private PostgreSQL for all packages, gone afterwards.
# The pictures of docs/guide/img, from the running program.
guide-pictures: build
	cd web && npx vitest run --config vitest.pictures.config.ts

test-go: web
	$(GO) vet ./...
	$(GO) vet -tags chaos ./internal/app/chaos
	bash internal/testkit/postgres.sh $(GO) test -timeout 20m ./...

# Browser tests: the real program, a real Chromium.
test-web: build
	cd web && npm run --silent check && npm run --silent test && bash ../internal/testkit/postgres.sh npm run --silent e2e

# What the tests need beyond Go and Node.
tools:
	@bash internal/testkit/tools.sh

fuzz:
	@bash bench/fuzz.sh

# Every operation of the API, as each role, by schemathesis.
fuzz-api: build
	@bash bench/fuzz-api.sh

# Hostile days, ROUNDS (100) of them drawn by SEED (1), on DB=sqlite, postgres or both: kills, pauses, cut connections,
# wrong clocks; disk full, database and bucket gone for SECONDS (60); and a trace of the program's system calls.
chaos: build tools
	PROGRAM=$(abspath $(BIN)) DB=$(or $(DB),both) ROUNDS=$(or $(ROUNDS),100) SEED=$(or $(SEED),1) SECONDS=$(or $(SECONDS),60) \
		$(GO) test -count=1 -v -timeout 300m -tags chaos ./internal/app/chaos/...

# MINUTES (60) of TURNS (300) a second with labelling beside them; tells whether anything grows.
soak: build
	@bash bench/soak.sh

# Two servers and two workers on one PostgreSQL go from EARLIER (a commit) to this program while people work.
rolling: build tools
	@bash bench/rolling.sh

conformance: build
	@bash bench/conformance.sh

race-learn: build
	@bash bench/race-learn.sh

race-tag: build
	@bash bench/race-tag.sh

race-tune: build
	@bash bench/race-tune.sh

race-recommend:
	go run ./examples/speaker/listen -seed 21 -peers -out bench/results/recommend.json

race-racing: build
	@bash bench/race-racing.sh

race-oos: build
	@bash bench/race-oos.sh

race-emotion: build
	@bash bench/race-emotion.sh

race-mood: build
	@bash bench/race-mood.sh

race-encode: build
	@bash bench/race-encode.sh

race-track: build
	@bash bench/race-track.sh

race-label: build
	@bash bench/race-label.sh

# The speaker of the demo as a bundle, run alone: time a turn and memory.
box: build
	@bash bench/box.sh

# Vulnerability look-ups, where the databases can be reached; never part of `make test`.
audit:
	@command -v govulncheck >/dev/null && govulncheck ./... || echo "go: not checked"
	@cd web && npm audit --omit=dev || echo "npm: not checked"

clean:
	rm -rf bin web/dist/* .zhuomo
