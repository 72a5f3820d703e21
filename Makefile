# Rebase: `make` builds, `make demo` shows, `make test` proves. `make help` lists the rest.
# Everything goes to build/. Sources are found by wildcard: a new .c file in a folder of compiler/ or runtime/ is built.

VERSION   := 0.1.0
SOVERSION := 0
PREFIX    ?= /usr/local
DESTDIR   ?=
B         := build
CC        ?= cc
CLANG     ?= clang
RE2C      ?= re2c
LEMON     ?= lemon
PYTHON    ?= python3
export REBASE_DATA ?= ../shared/data
FUZZ_SECONDS ?= 60
# Reports draw with Chart.js; it is built into rbc from where Debian's libjs-chart.js puts it.
CHART_JS  ?= /usr/share/javascript/chart.js/chart.min.js

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

# ---- flags -----------------------------------------------------------------------------------------------------
STANDARD := -std=c11 -D_POSIX_C_SOURCE=200809L
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Werror
RELAXED  := -Wall -Wextra -Werror -Wno-conversion -Wno-unused-parameter -Wno-unused-variable -Wno-unused-but-set-variable   # generated code
INCLUDES := -Icompiler -Iruntime -Iruntime/include -Icompiler/include -I$(B)/gen/compiler -I$(B)/gen/compiler/syntax -I$(B)/gen
DEFINES  := -DREBASE_VERSION='"$(VERSION)"'
OPTIMISE ?= -O2 -g
COMMON   := $(STANDARD) $(INCLUDES) $(DEFINES) -fvisibility=hidden -fPIC -MMD -MP
TEST_WARNINGS := -Wall -Wextra -Werror
SANITIZE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
THREADS  := -O1 -fsanitize=thread -fno-omit-frame-pointer

JANSSON   = $(shell pkg-config --libs jansson)
LIBS      = $(JANSSON) $(shell pkg-config --libs libsodium libutf8proc) -lpthread -lm
RUNTIME_LIBS = $(shell pkg-config --libs libsodium libutf8proc jansson) -lpthread -lm
CHECK_LIBS   = $(shell pkg-config --libs check)
GATE_LIBS    = $(RUNTIME_LIBS) $(shell pkg-config --libs libmicrohttpd libcurl cjose libseccomp sqlite3 hiredis gnutls)
STORE_LIBS   = $(shell pkg-config --libs sqlite3 hiredis)

# ---- sources ---------------------------------------------------------------------------------------------------
STORES_C   := runtime/stores/sqlite.c runtime/stores/redis.c   # each a library of its own, so that librebase needs neither
RUNTIME_C  := $(filter-out $(STORES_C),$(wildcard runtime/*.c runtime/*/*.c))
SHARED_C   := runtime/arithmetic.c         # the compiler's too: what is constant it does beforehand
COMPILER_C := $(filter-out compiler/cli/%,$(wildcard compiler/*.c compiler/*/*.c))
CLI_C      := $(wildcard compiler/cli/*.c)
GATE_C     := $(wildcard service/*.c) compiler/cli/raw_json.c
LEXERS     := $(wildcard compiler/*/*.re)
GRAMMARS   := $(wildcard compiler/*/*.y)
RUNTIME_LEXERS := $(wildcard runtime/*.re runtime/*/*.re)

GEN_COMPILER := $(LEXERS:%.re=$(B)/gen/%.c) $(GRAMMARS:%.y=$(B)/gen/%.c)
GEN_RUNTIME  := $(RUNTIME_LEXERS:%.re=$(B)/gen/%.c)
GEN_CLI      := $(B)/gen/compiler/cli/assets.c
GEN_HEADERS  := $(GRAMMARS:%.y=$(B)/gen/%.h)

TEST_HELPERS_C := $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
REFERENCE_C    := $(wildcard tests/reference/*.c)
DIFFERENTIAL_C := $(wildcard tests/differential/*.c)
UNIT_TESTS     := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
# test_oom makes the libraries' own calls fail.
test_oom_LINK  := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=arena_alloc_block,--wrap=mmap,--wrap=mprotect,--wrap=pthread_create
THREAD_TESTS   := $(filter test_thread% test_concurr% test_swap%,$(UNIT_TESTS))
FUZZERS        := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

# ---- generated sources -----------------------------------------------------------------------------------------
$(B)/gen/%.c: %.re
	@mkdir -p $(@D)
	@echo "RE2C  $<"
	@$(RE2C) -W -Werror --no-generation-date --nested-ifs --encoding-policy fail -o $@ $<

# Conflicts make lemon exit 1 yet leave a file: .DELETE_ON_ERROR. An unchanged header is not rewritten: touch it.
$(B)/gen/%.c $(B)/gen/%.h &: %.y
	@mkdir -p $(@D)
	@echo "LEMON $<"
	@$(LEMON) -d$(@D) $<
	@touch $(B)/gen/$*.h

ASSETS := chart_js=$(CHART_JS) report_js=compiler/cli/report.js report_css=compiler/cli/report.css
$(GEN_CLI): scripts/embed.sh compiler/cli/report.js compiler/cli/report.css $(wildcard $(CHART_JS))
	@mkdir -p $(@D)
	@echo "EMBED $@"
	@sh scripts/embed.sh $(ASSETS) >$@

# What lemon has called once, so that compilers inline it, has a large frame.
grammar.o_FLAGS := --param large-stack-frame=65536

# ---- objects and libraries, for each variant -------------------------------------------------------------------
# variant NAME, DIR, FLAGS, COMPILER: objects under DIR/obj, archives of them with every symbol (tests and rbc link these).
define variant
$(1)_RUNTIME  := $(RUNTIME_C:%.c=$(2)/obj/%.o) $(GEN_RUNTIME:$(B)/gen/%.c=$(2)/obj/gen/%.o)
$(1)_COMPILER := $(COMPILER_C:%.c=$(2)/obj/%.o) $(GEN_COMPILER:$(B)/gen/%.c=$(2)/obj/gen/%.o) $(SHARED_C:%.c=$(2)/obj/%.o)
$(1)_HELPERS  := $(TEST_HELPERS_C:%.c=$(2)/obj/%.o) $(REFERENCE_C:%.c=$(2)/obj/%.o)
$(1)_DIFF     := $(DIFFERENTIAL_C:%.c=$(2)/obj/%.o) $(2)/internal/libtests.a
$(1)_CLI      := $(CLI_C:%.c=$(2)/obj/%.o) $(GEN_CLI:$(B)/gen/%.c=$(2)/obj/gen/%.o)
$(1)_GATE     := $(GATE_C:%.c=$(2)/obj/%.o)
$(1)_ARCHIVES := $(2)/internal/librbc.a $(2)/internal/librebase.a

$(2)/obj/gen/%.o: $(B)/gen/%.c $(GEN_HEADERS)
	@mkdir -p $$(@D)
	@echo "CC    $$<$(5)"
	@$(4) $(COMMON) $(RELAXED) $(OPTIMISE) $$(if $$(findstring clang,$(4)),,$$($$(@F)_FLAGS)) $(3) -c -o $$@ $$<
$(2)/obj/tests/%.o: tests/%.c | $(GEN_HEADERS)
	@mkdir -p $$(@D)
	@echo "CC    $$<$(5)"
	@$(4) $(COMMON) $(TEST_WARNINGS) -Itests -Itests/unit -Itests/reference $(OPTIMISE) $(3) -c -o $$@ $$<
$(2)/obj/%.o: %.c | $(GEN_HEADERS)
	@mkdir -p $$(@D)
	@echo "CC    $$<$(5)"
	@$(4) $(COMMON) $(WARNINGS) $(OPTIMISE) $(3) -c -o $$@ $$<

$(2)/internal/librebase.a: $$($(1)_RUNTIME)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$(2)/internal/libstores.a: $(STORES_C:%.c=$(2)/obj/%.o)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$(2)/internal/librbc.a: $$($(1)_COMPILER)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$(2)/internal/libtests.a: $$($(1)_HELPERS)
	@mkdir -p $$(@D); rm -f $$@
	@ar rcs $$@ $$^
$(2)/bin/rbc: $$($(1)_CLI) $$($(1)_ARCHIVES)
	@mkdir -p $$(@D)
	@echo "LINK  $$@"
	@$(4) $(OPTIMISE) $(3) $(LDFLAGS) -o $$@ $$($(1)_CLI) $$($(1)_ARCHIVES) $$(LIBS)
$(2)/bin/rbgate: $$($(1)_GATE) $(2)/internal/libstores.a $(2)/internal/librebase.a
	@mkdir -p $$(@D)
	@echo "LINK  $$@"
	@$(4) $(OPTIMISE) $(3) $(LDFLAGS) -o $$@ $$^ $$(GATE_LIBS)

$(2)/tests/differential: $$($(1)_DIFF) $$($(1)_ARCHIVES)
	@mkdir -p $$(@D)
	@echo "LINK  $$@"
	@$(4) $(OPTIMISE) $(3) -o $$@ $$($(1)_DIFF) $$($(1)_ARCHIVES) $$(LIBS)
$(2)/obj/tests/differential/switch_vm.o: tests/differential/counting_vm.c
	@mkdir -p $$(@D)
	@echo "CC    $$< (switch)$(5)"
	@$(4) $(COMMON) $(TEST_WARNINGS) -Itests -DREBASE_NO_COMPUTED_GOTO $(OPTIMISE) $(3) -c -o $$@ $$<
$(2)/tests/differential_switch: $(2)/obj/tests/differential/switch_vm.o $$(filter-out %/counting_vm.o,$$($(1)_DIFF)) $$($(1)_ARCHIVES)
	@mkdir -p $$(@D)
	@echo "LINK  $$@"
	@$(4) $(OPTIMISE) $(3) -o $$@ $$(filter %.o %.a,$$^) $$(LIBS)
$(2)/tests/unit/%: $(2)/obj/tests/unit/%.o $(2)/internal/libtests.a $(2)/internal/libstores.a $$($(1)_ARCHIVES)
	@mkdir -p $$(@D)
	@echo "LINK  $$@"
	@$(4) $(OPTIMISE) $(3) $$($$*_LINK) -o $$@ $$< $(2)/internal/libtests.a $(2)/internal/libstores.a $$($(1)_ARCHIVES) $$(CHECK_LIBS) $$(STORE_LIBS) $$(LIBS)
endef
$(eval $(call variant,PLAIN,$(B),,$$(CC),))
$(eval $(call variant,ASAN,$(B)/asan,$(SANITIZE),$$(CC), (asan)))
$(eval $(call variant,TSAN,$(B)/tsan,$(THREADS),$$(CC), (tsan)))
$(eval $(call variant,CLANG,$(B)/clang,,$(CLANG), (clang)))
$(eval $(call variant,FUZZ,$(B)/fuzz,-fsanitize=fuzzer-no-link $(SANITIZE),$(CLANG), (fuzz)))

$(B)/bench/quota: bench/quota/quota.c $(B)/internal/libstores.a $(PLAIN_ARCHIVES)
	@mkdir -p $(@D)
	@echo "LINK  $@"
	@$(CC) $(STANDARD) $(TEST_WARNINGS) $(OPTIMISE) -Iruntime/include -o $@ $< $(B)/internal/libstores.a $(PLAIN_ARCHIVES) $(STORE_LIBS) $(LIBS)
$(B)/bench/gate: service/bench/gate_bench.c
	@mkdir -p $(@D)
	@echo "LINK  $@"
	@$(CC) $(STANDARD) $(TEST_WARNINGS) $(OPTIMISE) -o $@ $< -lpthread

$(B)/bench/bench: $(wildcard bench/*.c bench/*.h) $(PLAIN_ARCHIVES)
	@mkdir -p $(@D)
	@echo "LINK  $@"
	@$(CC) $(STANDARD) $(TEST_WARNINGS) $(OPTIMISE) -Iruntime/include -Icompiler/include -o $@ $(wildcard bench/*.c) $(PLAIN_ARCHIVES) $(LIBS)

$(B)/peers/rebase: bench/peers/rebase.c $(wildcard bench/*.c bench/*.h) $(PLAIN_ARCHIVES)
	@mkdir -p $(@D)
	@echo "LINK  $@"
	@$(CC) $(STANDARD) $(TEST_WARNINGS) $(OPTIMISE) -Ibench -Iruntime/include -Icompiler/include -o $@ $< $(filter-out bench/bench.c,$(wildcard bench/*.c)) $(PLAIN_ARCHIVES) $(LIBS)

# What is installed: one object a library, in which all but the public names are local, so that nothing clashes.
$(B)/librebase.a: $(PLAIN_RUNTIME)
	@echo "LIB   $@"
	@ld -r -o $(B)/librebase.o $^ && objcopy --localize-hidden $(B)/librebase.o
	@rm -f $@; ar rcs $@ $(B)/librebase.o
$(B)/librbc.a: $(PLAIN_COMPILER)
	@echo "LIB   $@"
	@ld -r -o $(B)/librbc.o $^ && objcopy --localize-hidden $(B)/librbc.o
	@rm -f $@; ar rcs $@ $(B)/librbc.o
$(B)/librebase.so.$(VERSION): $(PLAIN_RUNTIME)
	@echo "LIB   $@"
	@$(CC) -shared $(OPTIMISE) -Wl,-soname,librebase.so.$(SOVERSION) -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -o $@ $^ $(RUNTIME_LIBS)
	@ln -sf librebase.so.$(VERSION) $(B)/librebase.so.$(SOVERSION)
$(B)/librebase.so: $(B)/librebase.so.$(VERSION)
	@ln -sf librebase.so.$(SOVERSION) $@

# The stores of quotas that need another library.
$(B)/librebase-%.a: $(B)/obj/runtime/stores/%.o
	@echo "LIB   $@"
	@rm -f $@; ar rcs $@ $<

$(B)/%.pc: scripts/%.pc.in Makefile
	@mkdir -p $(@D)
	@sed -e 's|@VERSION@|$(VERSION)|' $< > $@

$(B)/fuzz/tests/%: $(B)/fuzz/obj/tests/fuzz/%.o $(FUZZ_ARCHIVES)
	@mkdir -p $(@D)
	@echo "LINK  $@"
	@$(CLANG) -g -fsanitize=fuzzer $(SANITIZE) -o $@ $< $(FUZZ_ARCHIVES) $(LIBS)

# ---- targets ---------------------------------------------------------------------------------------------------
bench-peers: setup                ## measure Rebase beside OPA, Cedar, Regorus, cel-go and Casbin; see bench/peers
	@$(MAKE) --no-print-directory all $(B)/peers/rebase
	@sh bench/peers/run.sh $(ROUNDS)
.PHONY: bench-peers
bench-gate: setup $(B)/bench/gate  ## measure the gateway; see service/bench
	@$(MAKE) --no-print-directory all
	@$(PYTHON) service/bench/run.py
.PHONY: bench-gate all libs setup demo test fuzz faults bless bench install uninstall clean format tidy help unit asan tsan clang

all: libs $(B)/bin/rbc $(B)/bin/rbgate  ## build the libraries, rbc and the gateway
libs: $(B)/librbc.a $(B)/librebase.a $(STORES_C:runtime/stores/%.c=$(B)/librebase-%.a) $(B)/librebase.so $(B)/rebase.pc $(B)/rbc.pc

setup:
	@sh scripts/setup.sh

demo: setup                       ## replay the airline example and print a short report
	@$(MAKE) --no-print-directory all
	@sh scripts/demo.sh

unit: $(UNIT_TESTS:%=$(B)/tests/unit/%)
asan: $(UNIT_TESTS:%=$(B)/asan/tests/unit/%) $(B)/asan/bin/rbc $(B)/asan/bin/rbgate
tsan: $(THREAD_TESTS:%=$(B)/tsan/tests/unit/%)
test-programs: unit asan tsan $(B)/bench/bench $(if $(DIFFERENTIAL_C),$(B)/tests/differential $(B)/tests/differential_switch $(B)/asan/tests/differential)
.PHONY: test-programs

test: setup                       ## build and run every suite; the last line is `N passed, N failed`
	@$(MAKE) --no-print-directory all test-programs
	@$(PYTHON) scripts/run_tests.py $(SUITE)

fuzz: setup                       ## fuzz lexer, parser, bundles and requests, FUZZ_SECONDS each; more random policies
	@sh scripts/setup.sh clang libclang-rt-14-dev
	@$(MAKE) --no-print-directory all $(FUZZERS:%=$(B)/fuzz/tests/%) $(if $(DIFFERENTIAL_C),$(B)/tests/differential)
	@sh scripts/fuzz.sh "$(FUZZ_SECONDS)" $(FUZZERS)

faults: setup                     ## plant each known fault and show which suite catches it
	@$(PYTHON) tests/faults/run.py $(FAULT)

bless: all                        ## rewrite the expected output of the ui tests, and the tables of SPEC.md
	@$(PYTHON) tests/ui/run.py --bless
	@$(PYTHON) scripts/spec_tables.py

bench: setup                      ## measure decisions; see bench/README.md
	@$(MAKE) --no-print-directory all $(B)/bench/bench $(B)/bench/quota
	@sh scripts/bench.sh
	@$(B)/bench/quota

clang: setup                      ## compile everything with clang too
	@sh scripts/setup.sh clang
	@$(MAKE) --no-print-directory $(B)/clang/bin/rbc $(B)/clang/bin/rbgate

install: all                      ## install to $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/share/rebase
	install -m 755 $(B)/bin/rbc $(B)/bin/rbgate $(DESTDIR)$(PREFIX)/bin/
	install -m 644 runtime/include/rebase.h runtime/include/rebase_*.h runtime/include/rebase_status.def compiler/include/rbc.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(B)/librebase.a $(B)/librebase-*.a $(B)/librbc.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(B)/librebase.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/
	ln -sf librebase.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/librebase.so.$(SOVERSION)
	ln -sf librebase.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/librebase.so
	install -m 644 $(B)/rebase.pc $(B)/rbc.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	rm -rf $(DESTDIR)$(PREFIX)/share/rebase/stdlib
	cp -R stdlib $(DESTDIR)$(PREFIX)/share/rebase/stdlib

uninstall:                        ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/rbc $(DESTDIR)$(PREFIX)/bin/rbgate $(DESTDIR)$(PREFIX)/include/rebase.h $(DESTDIR)$(PREFIX)/include/rebase_*
	rm -f $(DESTDIR)$(PREFIX)/include/rbc.h $(DESTDIR)$(PREFIX)/lib/librebase.* $(DESTDIR)$(PREFIX)/lib/librebase-*.a $(DESTDIR)$(PREFIX)/lib/librbc.a
	rm -f $(DESTDIR)$(PREFIX)/lib/pkgconfig/rebase.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/rbc.pc
	rm -rf $(DESTDIR)$(PREFIX)/share/rebase

clean:                            ## remove build/
	rm -rf $(B)

format: ; @clang-format -i $$(git ls-files '*.c' '*.h')   ## clang-format over all C files
tidy: $(GEN_HEADERS)              ## clang-tidy over the libraries and rbc
	@clang-tidy --quiet $(RUNTIME_C) $(COMPILER_C) $(CLI_C) $(GATE_C) -- $(STANDARD) $(INCLUDES) $(DEFINES)

help:                             ## this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | sort | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

# Not those of the planted copy (tests/faults): they name the same targets.
-include $(shell find $(B) -name faults -prune -o -name '*.d' -print 2>/dev/null)
