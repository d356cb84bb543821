# Every target installs what is missing (Debian's packages, only when something is missing) and builds in release mode.

SWIFT ?= swift
PREFIX ?= /usr/local
PROGRAM := .build/release/se-eval

.PHONY: build setup demo test lint check-demo install clean sanitize fuzz bench bench-peers

build: setup
	$(SWIFT) build -c release --product se-eval

setup:
	@Scripts/setup.sh

demo: build
	$(PROGRAM) sweep Configs/demo.yaml

test: setup lint
	$(SWIFT) build -c release --product se-eval
	$(SWIFT) build --build-tests
	SE_EVAL_PROGRAM=$(PROGRAM) $(SWIFT) test --skip-build --disable-xctest
	$(MAKE) check-demo

# The project's own regression gate: the demo's perplexity and accuracy against the committed baseline.
check-demo:
	$(PROGRAM) sweep Configs/demo-gate.yaml --db .build/demo-gate.sqlite --report .build/demo-gate --quiet
	$(PROGRAM) check .build/demo-gate.sqlite --baseline Configs/demo-gate.baseline.json

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/se-eval

# Address and thread sanitizers over the layers that hold pointers or threads.
sanitize: setup
	$(SWIFT) test --sanitize=address --scratch-path .build-asan --disable-xctest --filter 'KernelsTests|CheckpointsTests|StoreTests'
	$(SWIFT) test --sanitize=thread --scratch-path .build-tsan --disable-xctest --filter 'KernelsTests|SweepsTests|StoreTests'

# Coverage-guided fuzzing of every reader of files with the address sanitizer; FUZZ_SECONDS for all targets together.
FUZZ_SECONDS ?= 600
fuzz: setup
	Scripts/fuzz.sh $(FUZZ_SECONDS)

# Our speed beside llama.cpp's, built from the source in PyPI's llama-cpp-python; see Scripts/bench-peers.sh.
bench-peers: build
	Scripts/bench-peers.sh

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz
