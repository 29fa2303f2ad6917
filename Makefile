# The commands that a newcomer types. Everything else is CMake presets (CMakePresets.json) and tools/.
JOBS ?= $(shell nproc)
.PHONY: build test run demo bench clean dependencies unit asan fuzz system evasion check package

build: dependencies            ## installs what is missing, builds build/tocsin and build/tocsin-reader
	@mkdir -p build
	cmake --preset release $(CMAKE_FLAGS) > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	cmake --build build -j $(JOBS)

dependencies:
	@tools/install-dependencies build libraries test

test: build                    ## everything CI runs: unit tests, sanitizers, fuzz, system tests, evasion suite
	tools/run-tests

demo: build                    ## plays real mail, both directions, through a running Tocsin and prints the time line
	tests/system/demo.py

run: build                     ## serves with safe defaults on loopback, data in ./data
	build/tocsin serve --data data

bench: build                   ## measures against rspamd and ClamAV where they are installed
	@tools/install-dependencies bench
	bench/run
	bench/gate --copies 2000
	bench/judge
	bench/response
	bench/chain

package: build                 ## makes build/tocsin_VERSION_ARCH.deb: programs, service, manual pages, completion
	cd build && cpack -G DEB

check:                         ## format, tidy, tests: what CI runs, with a clock
	tools/check

clean:
	rm -rf build build-* data
