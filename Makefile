# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# make            build into build/
# make demo       install what is missing, build, measure, write out/demo/report.html
# make check      install what is missing, build, run every test
# make check-svm  the tests of KVM again, on SVM as QEMU emulates it (check has them too)
# make asan       the tests under AddressSanitizer and UBSan
# make bench      the figures the README promises, as ratios from one interleaved run
# make tidy       clang-tidy and the format check;  make format  rewrites the format
# make install PREFIX=/usr/local [DESTDIR=...]

PREFIX	?= /usr/local
BUILD	?= build
CC	?= cc
VERSION	:= $(shell git describe --always --dirty 2>/dev/null || echo 0.1)
MAKEFLAGS += --no-builtin-rules

PACKAGES = build-essential pkg-config libcsv-dev libgsl-dev libglpk-dev libinih-dev libpfm4-dev liburing-dev nettle-dev libjansson-dev \
	   gnuplot-nox busybox-static musl-tools sqlite3 zstd xz-utils lz4 bzip2 gawk bc jq lua5.4 openssl \
	   python3-minimal perl-base git redis-server redis-tools sysbench qemu-system-x86 cpio e2fsprogs procps

WARN	= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla $(if $(CI),-Werror)
OPT	?= -O2 -g
CFLAGS	+= -std=c11 -D_GNU_SOURCE $(OPT) $(WARN) $(SAN)
CPPFLAGS += -I. -MMD -MP -DVMTAX_VERSION='"$(VERSION)"'

# The program: everything but the monitor, with its libraries.
MONITOR_BASE = base/clock.c base/error.c base/hist.c base/units.c
VMM_SHARED = vmm/available.c vmm/config.c vmm/costs.c vmm/knobs.c vmm/names.c vmm/syscalls.c
PROGRAM_SRC = $(wildcard base/*.c probes/*.c model/*.c model/plan/*.c reports/*.c) $(VMM_SHARED) \
	      $(filter-out $(wildcard cmd/monitor*.c),$(wildcard cmd/*.c))
PROGRAM_LIBS = -lcsv -lgsl -lgslcblas -lpfm -lglpk -linih -lnettle -ljansson -lm

# The monitor: small and static, so that it starts fast and leaves the memory to its guest.
MONITOR_SRC = $(wildcard cmd/monitor*.c) $(wildcard vmm/*.c) $(MONITOR_BASE)
MONITOR_LIBS = -luring -lpthread
MONITOR_LINK = $(if $(SAN),,-static)

# The guest kernel: freestanding, no FPU, may run in ring 3 (no red zone), linked at -2 GiB.
GUEST_SRC = $(filter-out vmm/guest/vdso.c,$(wildcard vmm/guest/*.c vmm/guest/*.S))
GUEST_CFLAGS = -std=c11 -O2 -g $(WARN) -ffreestanding -fno-stack-protector -fno-pic -no-pie -mcmodel=kernel \
	       -mgeneral-regs-only -mno-red-zone -fno-asynchronous-unwind-tables -fcf-protection=none \
	       -I. -MMD -MP

WORKLOADS = $(patsubst workloads/%.c,$(BUILD)/workloads/%,$(wildcard workloads/*.c))
SUITES = $(patsubst %,$(BUILD)/%,$(wildcard workloads/*.csv))
EXAMPLE_FILES = $(wildcard model/examples/*.csv model/examples/sample/*.csv model/examples/sample/*.json)
EXAMPLES = $(patsubst model/%,$(BUILD)/%,$(EXAMPLE_FILES))
SETS = $(patsubst probes/%,$(BUILD)/%,$(wildcard probes/sets/*.set))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))
# Each as a glibc, a musl and a static-PIE executable.
GUEST_TESTS = $(foreach v,% %-musl %-pie,$(patsubst tests/guest/%.c,$(BUILD)/tests/guest/$(v),$(wildcard tests/guest/*.c)))

# One line for each thing made; make V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $@)

objects = $(addprefix $(BUILD)/,$(addsuffix .o,$(basename $(1))))

.PHONY: all demo check check-svm asan bench tidy format install clean deps programs

all: programs

programs: $(BUILD)/vmtax $(BUILD)/vmtax-monitor $(BUILD)/vmtax-kernel $(WORKLOADS) $(SUITES) $(SETS) $(EXAMPLES)

$(BUILD)/vmtax: $(call objects,$(PROGRAM_SRC))
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(PROGRAM_LIBS)

$(BUILD)/vmtax-monitor: $(call objects,$(MONITOR_SRC))
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(MONITOR_LINK) -o $@ $^ $(MONITOR_LIBS)

$(BUILD)/vmtax-kernel: $(call objects,$(GUEST_SRC)) vmm/guest/kernel.ld
	$(call say,LINK)
	$(Q)$(CC) -nostdlib -static -no-pie -Wl,-T,vmm/guest/kernel.ld -Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096 \
		-o $@ $(filter %.o,$^)

# What the program runs of it is a shared object, which the kernel carries.
$(BUILD)/vmm/guest/vdso.so: vmm/guest/vdso.c vmm/guest/vdso.ld $(wildcard vmm/*.h)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -std=c11 -O2 $(WARN) -ffreestanding -fno-stack-protector -fPIC -mgeneral-regs-only -fcf-protection=none \
		-fno-asynchronous-unwind-tables -I. -shared -nostdlib -Wl,-T,vmm/guest/vdso.ld -Wl,-soname=linux-vdso.so.1 \
		-Wl,--hash-style=both -Wl,--build-id=none -Wl,-z,max-page-size=4096 -s -o $@ $<

$(BUILD)/vmm/guest/vdso_image.o: $(BUILD)/vmm/guest/vdso.so
$(BUILD)/vmm/guest/vdso_image.o: GUEST_CFLAGS += -DVDSO='"$(BUILD)/vmm/guest/vdso.so"'

$(BUILD)/vmm/guest/%.o: vmm/guest/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(BUILD)/vmm/guest/%.o: vmm/guest/%.S
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# What names the version is made anew when it changes.
$(patsubst %.c,$(BUILD)/%.o,$(shell grep -l VMTAX_VERSION cmd/*.c)): $(BUILD)/version
.PHONY: version
$(BUILD)/version: version
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@

# Workloads and guest test programs are ordinary static Linux programs; they never see the sanitizers.
$(BUILD)/workloads/%: workloads/%.c $(wildcard workloads/*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) -I. -static -o $@ $< -lm

$(BUILD)/workloads/%.csv: workloads/%.csv
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/examples/%: model/examples/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/sets/%: probes/sets/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/tests/guest/%-musl: tests/guest/%.c $(wildcard tests/guest/*.h) $(wildcard vmm/guest_*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)musl-gcc -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) -I. -static -o $@ $< -lm

$(BUILD)/tests/guest/%-pie: tests/guest/%.c $(wildcard tests/guest/*.h) $(wildcard vmm/guest_*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) -I. -static-pie -fPIE -o $@ $< -lm

$(BUILD)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) -static -o $@ $<

# The placement engine's bench is linked with it.
$(BUILD)/tests/bench/pack: tests/bench/pack.c $(filter-out $(BUILD)/cmd/main.o,$(call objects,$(PROGRAM_SRC)))
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -I. -o $@ $^ $(PROGRAM_LIBS)

$(BUILD)/tests/guest/%: tests/guest/%.c $(wildcard tests/guest/*.h) $(wildcard vmm/guest_*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -g $(WARN) -I. -static -o $@ $< -lm

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(filter-out $(BUILD)/cmd/main.o,$(call objects,$(PROGRAM_SRC))) \
		$(filter-out $(BUILD)/cmd/monitor.o,$(call objects,$(MONITOR_SRC)))
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -o $@ $(sort $^) $(PROGRAM_LIBS) $(MONITOR_LIBS)

# Installs what is missing, as root or through sudo; says nothing when nothing is.
deps:
	@missing=; for p in $(PACKAGES); do dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | \
		grep -qx installed || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] && exit 0; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "installing:$$missing"; \
	$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends $$missing

demo: deps
	$(MAKE) -j$$(nproc) all
	$(BUILD)/vmtax run --out out/demo --force --budget 145s >/dev/null
	$(BUILD)/vmtax plan --results out/demo --fleet model/examples/fleet.csv --hosts model/examples/hosts.csv >/dev/null
	$(BUILD)/vmtax report out/demo

check: deps
	$(MAKE) -j$$(nproc) all tests
	tests/run.sh $(BUILD)

check-svm: deps
	$(MAKE) -j$$(nproc) all tests
	VMTAX_SVM_SECONDS=$${VMTAX_SVM_SECONDS:-345} tests/run.sh $(BUILD) svm

.PHONY: tests
tests: programs $(UNIT_TESTS) $(GUEST_TESTS) $(BUILD)/tests/bench/ops $(BUILD)/tests/bench/bare_kvm $(BUILD)/tests/bench/pack

asan: deps
	$(MAKE) BUILD=build/asan OPT="-O1 -g" SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined" -j$$(nproc) tests
	tests/run.sh build/asan

bench: all $(BUILD)/tests/bench/ops $(BUILD)/tests/bench/bare_kvm $(BUILD)/tests/bench/pack $(BUILD)/tests/guest/forever \
		$(BUILD)/tests/guest/console-musl
	@status=0; for script in bench bench_null bench_knobs bench_compare; do \
		echo "tests/$$script.sh $(BUILD)"; sh tests/$$script.sh $(BUILD) || status=$$?; done; exit $$status

tidy: all
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')
	clang-tidy --quiet $(PROGRAM_SRC) $(MONITOR_SRC) -- -std=c11 -D_GNU_SOURCE -I. -DVMTAX_VERSION='""'

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/vmtax/workloads
	install -m 755 $(BUILD)/vmtax $(DESTDIR)$(PREFIX)/bin/vmtax
	install -m 755 $(BUILD)/vmtax-monitor $(DESTDIR)$(PREFIX)/lib/vmtax/vmtax-monitor
	install -m 644 $(BUILD)/vmtax-kernel $(DESTDIR)$(PREFIX)/lib/vmtax/vmtax-kernel
	install -m 755 $(WORKLOADS) $(DESTDIR)$(PREFIX)/lib/vmtax/workloads
	install -m 644 $(SUITES) $(DESTDIR)$(PREFIX)/lib/vmtax/workloads
	install -d $(DESTDIR)$(PREFIX)/lib/vmtax/sets $(DESTDIR)$(PREFIX)/lib/vmtax/examples/sample
	install -m 644 $(SETS) $(DESTDIR)$(PREFIX)/lib/vmtax/sets
	install -m 644 $(filter-out model/examples/sample/%,$(EXAMPLE_FILES)) $(DESTDIR)$(PREFIX)/lib/vmtax/examples
	install -m 644 $(filter model/examples/sample/%,$(EXAMPLE_FILES)) $(DESTDIR)$(PREFIX)/lib/vmtax/examples/sample

clean:
	rm -rf $(BUILD) out

.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
