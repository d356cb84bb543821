# Every target installs what is missing (Debian's packages, only when something is missing) and builds in release mode.

SWIFT ?= swift
PREFIX ?= /usr/local
PROGRAM := .build/release/se-eval

.PHONY: build setup demo demo-report check-html test lint check-demo install clean sanitize fuzz bench bench-peers check-aarch64

build: setup
	@Scripts/with-commit.sh $(SWIFT) build -c release --product se-eval

setup:
	@Scripts/setup.sh

# Outside of the files in git: .build/demo/report.html.
demo: build
	$(PROGRAM) sweep Configs/demo.yaml --db .build/demo.sqlite --report .build/demo

# The demo's report in git. It holds no date: from the same store, on any machine, come the same bytes, and SOURCE_DATE_EPOCH
# has nothing to do. A store that another machine filled differs in its rows of the machine (report.md, "Machine and
# versions": cpu, cpus, git, host, instructions, system, threads), in timing.md, and, where that has other instructions, in
# the last bits of log-probabilities. What differs from run to run (HTML, PDF, timing.csv) is not committed.
demo-report: build
	$(PROGRAM) sweep Configs/demo.yaml --db .build/demo.sqlite --report .build/demo --quiet
	$(PROGRAM) report .build/demo.sqlite --out Reports/demo --format markdown,csv,svg

# Looks at the demo's HTML in headless Chromium: no error, a click shows samples, nothing overflows, contrast and roles.
check-html: demo
	Scripts/check-html.sh .build/demo/report.html

test: setup lint
	@Scripts/with-commit.sh $(SWIFT) build -c release --product se-eval
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
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(PROGRAM) man > $(DESTDIR)$(PREFIX)/share/man/man1/se-eval.1
	$(PROGRAM) completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/se-eval
	$(PROGRAM) completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_se-eval
	$(PROGRAM) completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/se-eval.fish

# Address (with leaks) and thread sanitizers over the layers that hold pointers or threads.
sanitize: setup
	LSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/leaks.supp $(SWIFT) test --sanitize=address --scratch-path .build-asan --disable-xctest --filter 'KernelsTests|CheckpointsTests|StoreTests'
	TSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/races.supp $(SWIFT) test --sanitize=thread --scratch-path .build-tsan --disable-xctest --filter 'KernelsTests|SweepsTests|StoreTests'

# Coverage-guided fuzzing of every reader of files with the address sanitizer; FUZZ_SECONDS for all targets together.
FUZZ_SECONDS ?= 600
fuzz: setup
	Scripts/fuzz.sh $(FUZZ_SECONDS)

# Our speed beside llama.cpp's, built from the source in PyPI's llama-cpp-python; see Scripts/bench-peers.sh.
bench-peers: build
	Scripts/bench-peers.sh

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz

# The kernels for 64-bit ARM under qemu's emulation, held to this machine's bits.
check-aarch64:
	@Scripts/check_aarch64.sh
