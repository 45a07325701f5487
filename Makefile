# SPDX-License-Identifier: GPL-2.0
# Builds, tests and mails the SCSI multipath series. "make help" lists the targets.

# The kernel version, 6.12 or 7.3, or an existing pristine source tree of one to use
# instead of Debian's package.
LINUX ?=
KERNEL ?=
# The guests of the benchmark to run, if not all.
GUESTS ?=
# A kernel built elsewhere to be measured as well, what to call it, its command line.
OTHER ?=
NAME ?=
APPEND ?=
# How long to soak, and what to repeat.
MINUTES ?= 60
SEED ?=
# The one test to run, the kernel for its guests (debug, kasan, kcsan, ubsan), and
# how many of them run side by side.
T ?=
KIND ?= debug
GUESTS_AT_ONCE ?= 2
# The virtual machine of the demo (um or qemu).
VM ?=
# Which of Debian's configurations the packages have, or a file with another one.
FLAVOUR ?= amd64
CONFIG ?=
# Who sends the series, as which version, on top of which commit.
VERSION ?=
SIGNED_OFF_BY ?=
BASE ?=
export LINUX KERNEL VERSION SIGNED_OFF_BY BASE

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

kernel: ## build/bzImage and build/modules for the guest [KERNEL=dir]
	@sh tests/kernel/build.sh x86

kernel-debug: ## build/debug/bzImage and modules, with lockdep and friends [KERNEL=dir]
	@sh tests/kernel/build.sh debug

kernel-um: ## build/linux-um and build/um-modules: User-Mode Linux [KERNEL=dir]
	@sh tests/kernel/build.sh um

apply: ## add the series to a Linux source tree: KERNEL=dir
	@sh tests/kernel/apply.sh "$(KERNEL)"

deb: ## Debian packages of its kernel with the series [FLAVOUR=cloud-amd64] [CONFIG=file]
	@sh tests/distro/deb.sh "$(FLAVOUR)" "$(CONFIG)"

mbox: ## the series as mails for git am [VERSION=n SIGNED_OFF_BY="..." BASE=commit]
	@sh tests/kernel/mbox.sh

test: ## run all tests, or the one named by T=name [KIND=kernel]
	@KIND=$(KIND) GUESTS_AT_ONCE=$(GUESTS_AT_ONCE) sh tests/run.sh $(T)

test-all: ## all tests on each kind of kernel, with a summary [GUESTS_AT_ONCE=n]
	@GUESTS_AT_ONCE=$(GUESTS_AT_ONCE) sh tests/all.sh

test-distro: ## Debian 13 installs the packages of "make deb", boots them, goes back
	@sh tests/distro/run.sh

bench: ## what an I/O costs, against dm-multipath and NVMe [GUESTS="name..."] [OTHER=dir NAME=name]
	@OTHER="$(OTHER)" NAME="$(NAME)" APPEND="$(APPEND)" sh tests/bench/run.sh $(GUESTS)

shell: ## a guest with a prompt and a disk over two paths [KIND=kernel]
	@sh tests/rig/door.sh shell $(KIND)

gdb: ## gdb, at such a guest [KIND=kernel]
	@sh tests/rig/door.sh gdb $(KIND)

new-test: ## tests/guest/$(T).sh, to be filled in: T=name
	@sh tests/rig/new-test.sh "$(T)"

docs: ## build/docs: the manual as HTML, with what it takes from the code
	@sh tests/check/docs.sh

demo: ## see a path fail and come back [VM=um|qemu]
	@sh tests/demo/run.sh $(VM)

soak: ## random faults under load, with KASAN [MINUTES=n] [SEED=n]
	@MINUTES="$(MINUTES)" SEED="$(SEED)" sh tests/soak/run.sh

mutations: ## do the tests notice faults that are put in?
	@sh tests/mutations/run.sh

check: ## off means off; style, sparse, warnings
	@sh tests/check/run.sh

check-series: ## the mails, one by one: checkpatch, builds, sparse
	@sh tests/check/style.sh
	@sh tests/check/steps.sh

clean: ## remove build/
	rm -rf build

.PHONY: help kernel kernel-debug kernel-um apply deb mbox test test-distro test-all bench shell gdb new-test docs soak mutations demo check check-series clean
.DEFAULT_GOAL := help
