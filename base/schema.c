/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */

const struct table_schema schema_machine = {
	.name = "machine.csv", .description = "a fact about the machine or the command that ran on it",
	.columns = (const struct table_column[]){
		TEXT("fact", "what the fact is about"),
		TEXT("value", "its value"),
		END },
};

const struct table_schema schema_runs = {
	.name = "runs.csv", .description = "one repetition: one workload run once under one configuration",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition in this directory, from 1"),
		TEXT("invocation", "which start of vmtax run it belongs to"),
		COUNT("block", "block number within the workload, from 1"),
		COUNT("order", "position within the block, from 1"),
		TEXT("workload", "name of the workload"),
		TEXT("class", "what kind of load it is: cpu, memory, system, io, app"),
		TEXT("config", "name of the configuration asked for"),
		TEXT("label", "the name as printed: with * where a knob fell back"),
		TEXT("cache", "state of the host's page cache before the run: warm or cold"),
		TEXT("transport", "knob in force: how a request leaves the guest"),
		TEXT("completion", "knob in force: how the answer comes back"),
		TEXT("irqchip", "knob in force: who emulates the interrupt controller"),
		TEXT("backend", "knob in force: how the host does file I/O"),
		TEXT("memory", "knob in force: how guest memory is backed"),
		TEXT("guest_pages", "knob in force: page size in the guest's own tables"),
		TEXT("scheduling", "knob in force: where vCPUs run"),
		TEXT("idle", "knob in force: what HLT does"),
		TEXT("clock", "knob in force: how the guest reads time"),
		TEXT("tick", "knob in force: guest timer interrupts a second"),
		TEXT("host_services", "knob in force: what the host OS does besides"),
		TEXT("status", "ok, failed, crashed, timeout, skipped, mismatch or unsupported"),
		TEXT("reason", "why the status is not ok, or why a knob fell back"),
		INTEGER("setup_ns", "ns", "from process start to the program's first instruction"),
		INTEGER("wall_ns", "ns", "from the program's first instruction to its end; layers.csv begins at go, which lifecycle.csv has"),
		INTEGER("roi_ns", "ns", "the program's own region of interest; NA without marks"),
		INTEGER("teardown_ns", "ns", "from the program's end to the end of the process"),
		INTEGER("life_ns", "ns", "setup, wall and teardown together"),
		COUNT("ops", "operations the program says it did in its region of interest"),
		INTEGER("cpu_vcpu_ns", "ns", "CPU time running the guest (native: the whole process)"),
		INTEGER("cpu_monitor_ns", "ns", "CPU time of the monitor and its host calls on the vCPU's thread"),
		INTEGER("cpu_driver_busy_ns", "ns", "CPU time of driver threads serving requests"),
		INTEGER("cpu_driver_spin_ns", "ns", "CPU time of driver threads polling"),
		INTEGER("cpu_vcpu_spin_ns", "ns", "CPU time the guest spent polling for answers"),
		INTEGER("cpu_kthread_ns", "ns", "CPU time of kernel threads working for the run, such as io_uring's"),
		INTEGER("cpu_setup_ns", "ns", "CPU time of set-up and teardown"),
		NUMBER("cores_held", "cores", "cores the configuration keeps for itself while it runs"),
		NUMBER("direct_share", "1", "share of bytes that bypassed the host's page cache"),
		COUNT("exit_code", "the program's exit status; 128 + signal when a signal ended it"),
		TEXT("stdout_sha256", "SHA-256 of what the program printed"),
		TEXT("program_sha256", "SHA-256 of the executable"),
		INTEGER("rss_monitor_bytes", "bytes", "peak resident memory of the monitor beyond guest memory"),
		TEXT("flags", "warnings about this row, separated by blanks"),
		{ .name = "vms", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "copies that ran at once, each in a VM of its own (native: processes)" },
		{ .name = "vm", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "which of them, from 1" },
		{ .name = "rss_bytes", .type = TABLE_INTEGER, .unit = "bytes", .optional = true,
		  .description = "resident memory of the process, guest memory included, once its first mark was seen" },
		{ .name = "cpus", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "cores that the program's threads shared" },
		{ .name = "drivers", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "threads that served its ring; 0 natively and where requests leave by exit" },
		END },
};

const struct table_schema schema_layers = {
	.name = "layers.csv", .description = "time of one layer on one thread of one run; a thread's layers sum to its time from go to the program's end (native: gone), as lifecycle.csv has these: wall_ns of runs.csv, and from go to program, the exec or the guest kernel's start, before it",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("thread", "vcpu0, driver0 of the first process; others-vcpu, others-driver: those of all others summed; program for native runs"),
		TEXT("layer", "which layer owned the time"),
		INTEGER("ns", "ns", "how long; unattributed is signed"),
		TEXT("source", "exact, sampled or inferred"),
		END },
};

const struct table_schema schema_agreement = {
	.name = "agreement.csv", .description = "time of one layer on one thread of one traced run, found in two ways",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("thread", "as in layers.csv"),
		TEXT("layer", "which layer owned the time"),
		INTEGER("stamps_ns", "ns", "by the monitor's and the guest kernel's stamps and the scheduler's figures"),
		INTEGER("trace_ns", "ns", "by tracepoints, and stamps only within the guest"),
		END },
};

const struct table_schema schema_counters = {
	.name = "counters.csv", .description = "one counter of one probe over one run",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("probe", "which probe counted"),
		TEXT("layer", "which thread or layer it counted in"),
		TEXT("event", "what was counted"),
		TEXT("unit", "unit of the value"),
		NUMBER("value", "", "the count, never scaled"),
		INTEGER("enabled_ns", "ns", "how long the counter was enabled"),
		INTEGER("running_ns", "ns", "how long it truly counted"),
		{ .name = "before", .type = TABLE_NUMBER, .unit = "", .optional = true,
		  .description = "where it stood before, of a counter that goes on: the value is what it grew by" },
		{ .name = "after", .type = TABLE_NUMBER, .unit = "", .optional = true,
		  .description = "where it stood afterwards" },
		END },
};

const struct table_schema schema_exits = {
	.name = "exits.csv", .description = "exits from guest to monitor of one reason in one run; where it was traced, also what KVM did itself",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("reason", "why KVM_RUN returned; where it was traced, also the processor's reasons (cpu: in a run's) and what KVM did (kvm:)"),
		COUNT("count", "how many"),
		INTEGER("total_ns", "ns", "time the monitor took for all of them; by a trace, until the guest goes on, waiting left out but in halts; an interrupt raised: until it is injected"),
		INTEGER("p50_ns", "ns", "median"),
		INTEGER("p90_ns", "ns", "90th percentile"),
		INTEGER("p99_ns", "ns", "99th percentile"),
		INTEGER("max_ns", "ns", "longest"),
		END },
};

const struct table_schema schema_requests = {
	.name = "requests.csv", .description = "one stage of one kind of request over one run",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		TEXT("kind", "the request: a system call's name"),
		TEXT("stage", "transport-in, monitor-in, host, monitor-out, transport-out or total"),
		COUNT("count", "how many requests"),
		INTEGER("total_ns", "ns", "sum over all of them"),
		INTEGER("p50_ns", "ns", "median"),
		INTEGER("p90_ns", "ns", "90th percentile"),
		INTEGER("p99_ns", "ns", "99th percentile"),
		INTEGER("max_ns", "ns", "longest"),
		{ .name = "bound_ns", .type = TABLE_INTEGER, .unit = "ns", .optional = true,
		  .description = "how far off a stage may be that begins by one clock and ends by another, the guest's and the host's: read of KVM, or bounded by what was seen of both; 0 where one made both stamps" },
		END },
};

const struct table_schema schema_overhead = {
	.name = "overhead.csv", .description = "cost of one workload under one configuration against a native baseline",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("class", "its class"),
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		TEXT("baseline", "native or native-tuned; for observer the configuration itself, undisturbed"),
		TEXT("metric", "time; cpu (all CPU seconds); core (time x cores held); vm-cpu (CPU seconds but those of driver threads); driver (CPU seconds of driver threads at work, by all of the baseline's); observer (time under probes that disturb)"),
		COUNT("blocks", "blocks that entered the estimate (observer: observed repetitions)"),
		NUMBER("ratio", "1", "configuration / baseline: Hodges-Lehmann estimate over blocks (observer: ratio of geometric means)"),
		NUMBER("low", "1", "lower end of its 95 % interval"),
		NUMBER("high", "1", "upper end of its 95 % interval"),
		NUMBER("median_ns", "ns", "median of the metric under the configuration; NA for core"),
		NUMBER("baseline_ns", "ns", "median of the metric under the baseline; NA for core"),
		TEXT("flags", "warnings, separated by blanks"),
		END },
};

const struct table_schema schema_waterfall = {
	.name = "waterfall.csv", .description = "cost of one stage of one kind of request under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		TEXT("transport", "transport in force"),
		TEXT("kind", "the request"),
		TEXT("stage", "transport-in, monitor-in, host, monitor-out, transport-out or total"),
		TEXT("workload", "the one that makes most of them: where it is measured"),
		COUNT("runs", "repetitions that met it"),
		COUNT("count", "requests in all of them"),
		NUMBER("cost_ns", "ns", "median over repetitions of the repetition's median"),
		NUMBER("low_ns", "ns", "lower end of its 95 % interval"),
		NUMBER("high_ns", "ns", "upper end of its 95 % interval"),
		{ .name = "bound_ns", .type = TABLE_NUMBER, .unit = "ns", .optional = true,
		  .description = "how far off the offset between guest's and host's clock may make it: the most of all repetitions" },
		END },
};

const struct table_schema schema_suite = {
	.name = "suite.csv", .description = "a workload, or an event whose cost is measured",
	.columns = (const struct table_column[]){
		TEXT("name", "its name"),
		TEXT("class", "cpu, memory, system, io, app, provisioning (its life is measured) or nano (an event)"),
		TEXT("command", "program and arguments as a shell would split them; a program without / is looked "
				"up beside the suite's workloads, then in PATH"),
		TEXT("stresses", "what it stresses, for people"),
		{ .name = "data", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "files made anew in the working directory before each run: name:size, separated by blanks" },
		{ .name = "vms", .type = TABLE_INTEGER, .unit = "", .optional = true,
		  .description = "copies to run at once; NA: as many as --vms says" },
		{ .name = "memory", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "guest memory, as in 32M, unless --memory says how much; NA: the default" },
		{ .name = "guest", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: the guest kernel's own event that runs in a VM instead of the command" },
		{ .name = "set", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: knobs of VMs that the event fixes, as in transport=ring, separated by blanks" },
		{ .name = "stage", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: kind:stage+stage where in VMs the cost is that of these stages of a request" },
		{ .name = "how", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: how the guest does it" },
		{ .name = "native", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: what a plain process does instead, or none" },
		{ .name = "published", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "nano: what published lists call it, as list:name, separated by semicolons" },
		END },
};
/* clang-format on */
