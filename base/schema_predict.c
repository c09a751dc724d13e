/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* Predictions: what they are made from, and what they say. */

/* clang-format off */
const struct table_schema schema_profile = {
	.name = "profile.csv", .description = "what a program does natively that virtualization makes dearer: one kind of event of one program",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("event", "a system call's name, or what else was counted; of times: wall, alone (of a program of one thread less waiting for a core; of a process watched for a while, and of a machine, CPU time, at most as long as that was), tracing (what recording events took of the counted run), cpu, cpu-huge (the same where malloc asks for huge pages), cpu-small (where the kernel, which gives them unasked, gives none), counted (the run that was counted in), awake (of that, what a polling driver would be awake: up to its patience after each call that the host serves), asleep (of all threads, what they slept for, until a time that they gave); page faults by whose page they are on: faults-fresh (the first process's own), faults-large (likewise, where a mapping has room for a huge page), faults-file, faults-shared (a shared mapping's), faults-copied (a file's that is written, the first process's own once it has forked, another's, or any of one that was forked); undriven (calls the host serves that would find no driver: of a process that was forked and has made few, or while other processes want the cores); threads-started (calls that start a thread or a process), new-threads (that began), forks (processes that began as a copy), births (those, and programs that processes went on as), loaded (pages of programs that were executed, and of their interpreters)"),
		TEXT("group", "work (operations), time (of undisturbed runs), memory, hardware (a set's events, in user mode and kernel), thread, io (bytes by the kernel's account) or call (a system call)"),
		TEXT("served", "calls: guest, host (it becomes a request), or guest, host (it depends); refused by the guest kernel"),
		TEXT("blocks", "calls that the host serves: no, files (not on regular files) or yes (leaves by an exit whatever the transport)"),
		TEXT("unit", "unit of value: ns, bytes, cores or 1"),
		NUMBER("value", "", "how much: of times the median of the undisturbed runs, else the count of one run"),
		INTEGER("bytes", "bytes", "calls: bytes moved, by what they returned; mmap: of files, mapped as data"),
		COUNT("files", "calls: made on regular files; mmap: that map files"),
		COUNT("late", "calls that the host serves: made after a pause in which a polling driver falls asleep"),
		NUMBER("per_second", "1/s", "value by the time it was counted over; of the undisturbed runs where these are known"),
		TEXT("source", "trace, ptrace, counter (perf), rusage, proc-io, clock, sadf (sysstat), pmu, program (by its marks, or the user)"),
		{ .name = "sockets", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "calls: made on sockets" },
		{ .name = "per_op", .type = TABLE_NUMBER, .unit = "1", .optional = true,
		  .description = "value by operations of the program, where these are known" },
		{ .name = "serial", .type = TABLE_NUMBER, .unit = "1", .optional = true,
		  .description = "of value: events on the program's critical path, the longest chain of what waited for what; what the others add makes it no longer; births: how many follow one another, were there a core for each thread, and forks: how many of these are copies" },
		{ .name = "inside", .type = TABLE_INTEGER, .unit = "ns", .optional = true,
		  .description = "calls that a polling driver would serve: time in them; where cores are short, of each as long as its patience at most" },
		{ .name = "watched", .type = TABLE_INTEGER, .unit = "1", .optional = true,
		  .description = "of value: events that come while a driver would poll, which then takes as long as they do" },
		{ .name = "waits", .type = TABLE_INTEGER, .unit = "1", .optional = true,
		  .description = "calls: how often a thread left its core in one, to wait for something" },
		END },
};

const struct table_schema schema_arrivals = {
	.name = "arrivals.csv", .description = "how many calls of one kind came a time after the last one that lies within a bucket",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("event", "the system call"),
		INTEGER("low_ns", "ns", "the least time that falls into the bucket"),
		INTEGER("high_ns", "ns", "the greatest"),
		COUNT("count", "calls; buckets without any are left out"),
		END },
};

const struct table_schema schema_coefficients = {
	.name = "coefficients.csv", .description = "what one term of the model costs under one configuration, and what it was fitted on",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		TEXT("metric", "time, or cpu (all CPU seconds)"),
		TEXT("term", "term of the model: base (time by native time), events, error and error-several (measured by predicted, of programs of one thread, and of several or of several processes, left out in turn)"),
		TEXT("unit", "unit of cost: ns an event or 1"),
		NUMBER("cost", "", "the estimate: what one event adds to native time; of page-fault all it takes; of error the median"),
		NUMBER("low", "", "lower end of its 95 % interval, by bootstrap over programs and their runs; of error the 2.5th percentile"),
		NUMBER("high", "", "upper end; of error the 97.5th percentile"),
		NUMBER("direct", "", "the same as the nano suite measured it; NA: it has no such event"),
		NUMBER("native_ns", "ns", "what the event takes natively, as the nano suite measured it"),
		NUMBER("most", "1", "the largest number of events per native millisecond among the programs it was fitted on"),
		TEXT("merged", "the term this one cannot be told from: they have one cost, which stands in both rows"),
		NUMBER("condition", "1", "condition number of the fit, columns scaled"),
		COUNT("programs", "programs it was fitted on"),
		COUNT("with", "of which make such events"),
		TEXT("backend", "KVM backend it was fitted on"),
		TEXT("fitted_on", "the programs, separated by blanks"),
		{ .name = "held", .type = TABLE_NUMBER, .unit = "cores", .optional = true,
		  .description = "cores that a VM keeps for itself: median of the programs" },
		{ .name = "exit", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "of request, where it leaves the guest: leaving it and coming back alone, as the nano suite measured it (port-write-kernel)" },
		{ .name = "indirect", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "of request: what it costs through colder caches and TLB a program that works on 256 KiB between two, beside the direct cost, as the nano suite measured it; NA: it did not. Programs' counts cannot tell it from the request" },
		{ .name = "setup_ns", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "what making a VM takes before the program begins, which is in no cost: median of the programs" },
		MAYBE_TEXT("processor", "the processor it was fitted on"),
		END },
};

const struct table_schema schema_validation = {
	.name = "validation.csv", .description = "what one program took, and what was predicted by a fit that had not seen it",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("config", "configuration"),
		TEXT("metric", "time, or cpu (all CPU seconds)"),
		TEXT("held_out", "program (left out in turn), or list (of results no fit may see)"),
		NUMBER("native_ns", "ns", "native time, median"),
		NUMBER("measured_ns", "ns", "median under the configuration"),
		NUMBER("predicted_ns", "ns", "what was predicted"),
		NUMBER("low_ns", "ns", "lower end of the 95 % prediction interval"),
		NUMBER("high_ns", "ns", "upper end"),
		NUMBER("constant_ns", "ns", "what a constant slowdown predicts: the geometric mean of the programs fitted on"),
		NUMBER("constant_low_ns", "ns", "lower end of its 95 % prediction interval, from the same programs"),
		NUMBER("constant_high_ns", "ns", "upper end"),
		NUMBER("cpu_only_ns", "ns", "what a slowdown of CPU time alone predicts"),
		END },
};

const struct table_schema schema_event_counts = {
	.name = "event-counts.csv", .description = "how often one kind of event of one program was counted natively, which predictions are made from, and how often under a configuration",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("config", "configuration"),
		TEXT("held_out", "program (left out in turn), or list (of results no fit may see)"),
		TEXT("event", "call (system calls), request (those the host serves, but for futexes and maps), map (of files), page-fault (under a configuration: of the host, the monitor's own among them), wait (a thread gives up its core; under a configuration also a driver's)"),
		NUMBER("profiled", "1", "as the profile counts them natively"),
		NUMBER("measured", "1", "under the configuration, median over runs"),
		END },
};

const struct table_schema schema_predictions = {
	.name = "predictions.csv", .description = "what one term of the model takes of one program's time under one configuration; the term total is all of it",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("config", "configuration"),
		TEXT("metric", "time, or cpu (all CPU seconds)"),
		TEXT("term", "term of the model; total: all"),
		NUMBER("events", "", "how many"),
		NUMBER("cost_ns", "ns", "what one takes"),
		NUMBER("ns", "ns", "both multiplied"),
		NUMBER("low_ns", "ns", "of total: lower end of the 95 % prediction interval"),
		NUMBER("high_ns", "ns", "of total: upper end; NA: not known, as the profile is coarse"),
		NUMBER("native_ns", "ns", "of total: native time"),
		TEXT("flags", "outside: the program makes more of them in its time than any it was fitted on; of total also coarse: the profile was made without counting system calls, so this is the least to expect; foreign: the costs are of another processor and were not scaled; faults: by what a page fault takes there, over half of the native time were page faults, and half is taken"),
		{ .name = "held", .type = TABLE_NUMBER, .unit = "cores", .optional = true,
		  .description = "of total: cores that the configuration keeps for itself" },
		{ .name = "ops", .type = TABLE_NUMBER, .unit = "1", .optional = true,
		  .description = "of total: operations that the program does, by its profile" },
		{ .name = "added_ns", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "of total: what is added to native time, by operation" },
		{ .name = "rate", .type = TABLE_NUMBER, .unit = "1/ms", .optional = true,
		  .description = "events in a native millisecond" },
		{ .name = "most", .type = TABLE_NUMBER, .unit = "1/ms", .optional = true,
		  .description = "the same, at most, among the programs it was fitted on" },
		{ .name = "setup_ns", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "of total: what making the VM takes before, which is not in it" },
		MAYBE_TEXT("backend", "of total: the KVM backend that the costs are of"),
		MAYBE_TEXT("processor", "of total: and the processor"),
		END },
};

const struct table_schema schema_latencies = {
	.name = "latencies.csv", .description = "what one kind of request of one program is predicted to take under one configuration beyond what it takes natively",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("config", "configuration"),
		TEXT("event", "the system call"),
		NUMBER("count", "1", "how many the program makes"),
		NUMBER("bytes", "bytes", "moved by one, on average"),
		NUMBER("late_share", "1", "of those made after a pause in which a polling driver falls asleep"),
		NUMBER("added_ns", "ns", "what one adds to native time, on average"),
		NUMBER("awake_ns", "ns", "the same while the driver polls, or where there is none that sleeps"),
		NUMBER("asleep_ns", "ns", "the same once it has fallen asleep; NA: nothing sleeps"),
		NUMBER("p50_ns", "ns", "median of what is added, by these two"),
		NUMBER("p95_ns", "ns", "95th percentile of what is added, by these two"),
		END },
};
/* clang-format on */
