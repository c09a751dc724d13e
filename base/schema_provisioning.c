/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */
const struct table_schema schema_lifecycle = {
	.name = "lifecycle.csv", .description = "when one repetition came to one stage of its life",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("stage", "start (process forked), main (the monitor's), ready (all is built, or a plain process stands before its exec), go (told to), enter (first KVM_RUN), program (its first instruction), answer (its first mark was written), end (its end was seen), done (the harness knows), finish (teardown begins), torn-down, gone (the process is no more)"),
		INTEGER("ns", "ns", "since the first of those that ran at once was started"),
		END },
};

const struct table_schema schema_provisioning = {
	.name = "provisioning.csv", .description = "what one event in the life of a machine, or of a plain process, takes under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		TEXT("event", "create (start to ready), first-instruction (start to the program's), first-request (from there to the first answer), fork-clone (fork to the child's end as its parent sees it), teardown (the program's end to the process's), life (start to the end of all), or storm (first start to the last one's first instruction)"),
		COUNT("vms", "copies started at once"),
		NUMBER("median_ns", "ns", "median over repetitions; the wait of those that are ready for the others is not in it"),
		NUMBER("low_ns", "ns", "lower end of its 95 % interval"),
		NUMBER("high_ns", "ns", "upper end of its 95 % interval"),
		NUMBER("memory_bytes", "bytes", "resident memory of each, guest memory included, once its program runs"),
		NUMBER("cpu_ns", "ns", "CPU time of each over its life"),
		COUNT("n", "repetitions behind the estimate"),
		TEXT("status", "ok, na (there is no such event), or what became of the repetitions: failed, skipped ..."),
		TEXT("reason", "why it is not ok, or how many repetitions went wrong"),
		END },
};
/* clang-format on */
