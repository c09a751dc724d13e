/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* Machines that run at once: what was measured, and what laws and queues make of it. */

/* clang-format off */
const struct table_schema schema_scaling = {
	.name = "scaling.csv", .description = "what N copies of one program at once do under one configuration",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		COUNT("n", "copies at once, each in a VM of its own (native: processes)"),
		COUNT("blocks", "blocks, each of which ran so many at once"),
		NUMBER("throughput", "1/s", "runs finished per second by all of them: median over blocks"),
		NUMBER("low", "1/s", "lower end of its 95 % interval; NA with few blocks"),
		NUMBER("high", "1/s", "upper end"),
		NUMBER("p50_ns", "ns", "median time of a copy"),
		NUMBER("p95_ns", "ns", "95th percentile"),
		NUMBER("p99_ns", "ns", "99th percentile"),
		NUMBER("cpu_ns", "ns", "CPU time of a copy, median"),
		NUMBER("wait_cpu_ns", "ns", "of its threads, median: ready to run, waiting for a core"),
		NUMBER("resident_bytes", "bytes", "memory that a copy holds on the host at most, median; a VM's monitor and guest together"),
		NUMBER("usl", "1/s", "throughput by the Universal Scalability Law that was fitted"),
		NUMBER("mva", "1/s", "throughput by mean value analysis, from the demands of one copy alone"),
		NUMBER("sim_p95_ns", "ns", "95th percentile by simulation: copies like those measured alone, on so many cores"),
		TEXT("flags", "oversubscribed: they hold more cores than there are; busy: they waited for a core longer than they can have for each other, by over 5 % of their time"),
		END },
};

const struct table_schema schema_laws = {
	.name = "laws.csv", .description = "the Universal Scalability Law of one program under one configuration",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		NUMBER("alpha", "1", "contention: the share of work that waits for a turn, from 0 to 1"),
		NUMBER("alpha_low", "1", "lower end of its 95 % interval, by Student's t with n - 3 degrees of freedom"),
		NUMBER("alpha_high", "1", "upper end"),
		NUMBER("beta", "1", "what keeping each other coherent costs, from 0 to 1"),
		NUMBER("beta_low", "1", "lower end of its 95 % interval"),
		NUMBER("beta_high", "1", "upper end"),
		NUMBER("gamma", "1/s", "throughput of one"),
		NUMBER("rms", "1/s", "root of the mean square of what the law leaves over"),
		NUMBER("peak_n", "1", "copies at which throughput is greatest; NA: it only grows"),
		NUMBER("mva_error", "1", "median of the absolute relative errors of mean value analysis, beyond one copy"),
		NUMBER("sim_error", "1", "the same of the 95th percentile by simulation"),
		COUNT("goal_n", "most copies, of those measured, that keep the goal; NA: no goal"),
		COUNT("goal_sim_n", "the same by simulation"),
		END },
};

const struct table_schema schema_loads = {
	.name = "loads.csv", .description = "one run in a load: VMs that ran a while, each its program again and again, or when runs were due",
	.columns = (const struct table_column[]){
		TEXT("load", "programs and how many VMs run each: kv:2,pack:1"),
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		COUNT("cores", "cores there are"),
		NUMBER("rate", "1/s", "runs due a second, for all VMs together, at random (Poisson); NA: each VM begins anew as soon as it has ended"),
		INTEGER("for_ns", "ns", "how long runs were begun, or due"),
		COUNT("block", "block number, from 1: each has every load once"),
		TEXT("program", "what ran"),
		COUNT("vms", "VMs of the load that run it"),
		COUNT("vm", "which of the load's VMs it ran in, from 1"),
		COUNT("turn", "which run of its VM, from 1"),
		INTEGER("intended_ns", "ns", "when it was due, from the load's beginning"),
		INTEGER("begun_ns", "ns", "when it was begun"),
		INTEGER("ended_ns", "ns", "when it had ended; with its VM, which begins and ends with it"),
		INTEGER("setup_ns", "ns", "of that: building its VM and taking it down, and starting either process"),
		INTEGER("cpu_ns", "ns", "CPU time of all that worked for it, polling left out"),
		INTEGER("cpu_setup_ns", "ns", "of that: set-up and teardown, and starting the process"),
		INTEGER("spin_ns", "ns", "CPU time of polling"),
		INTEGER("wait_cpu_ns", "ns", "its threads' time ready to run, waiting for a core"),
		INTEGER("resident_bytes", "bytes", "memory it held on the host at most"),
		NUMBER("cores_held", "cores", "cores that it had to itself, to be pinned to or to poll on"),
		NUMBER("others_cores", "cores", "of its load: how many of the cores were busy with anything else meanwhile, on average"),
		TEXT("status", "ok, failed, crashed or timeout"),
		END },
};

const struct table_schema schema_mixes = {
	.name = "mixes.csv", .description = "what the VMs of one program did in one load under one configuration, and what was predicted from each program alone",
	.columns = (const struct table_column[]){
		TEXT("load", "programs and how many VMs run each"),
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		NUMBER("rate", "1/s", "runs due a second; NA: as fast as they go"),
		TEXT("program", "what ran"),
		COUNT("vms", "VMs of the load that run it"),
		COUNT("blocks", "blocks that count: those in which others were busy do not where there are others"),
		COUNT("runs", "runs in them, without each VM's first"),
		NUMBER("throughput", "1/s", "runs a second by these VMs: median over blocks"),
		NUMBER("low", "1/s", "lower end of its 95 % interval; NA with few blocks"),
		NUMBER("high", "1/s", "upper end"),
		NUMBER("predicted", "1/s", "throughput predicted from what each program asks for alone; busy: on the cores that others left"),
		NUMBER("off", "1", "predicted by measured, less one; NA: alone, or the rate decides"),
		TEXT("method", "mva (exact mean value analysis), amva (approximate) or simulation"),
		NUMBER("p50_ns", "ns", "median time of a run, from when it was due"),
		NUMBER("p95_ns", "ns", "95th percentile"),
		NUMBER("p99_ns", "ns", "99th percentile"),
		NUMBER("sim_p50_ns", "ns", "median by simulation with runs as they were alone"),
		NUMBER("sim_p95_ns", "ns", "95th percentile by simulation"),
		NUMBER("sim_p99_ns", "ns", "99th percentile by simulation"),
		NUMBER("demand_ns", "ns", "CPU time of a run alone, polling left out: mean, or as predicted"),
		NUMBER("alone_ns", "ns", "time of a run alone: mean, or as predicted"),
		NUMBER("cpu_ns", "ns", "CPU time of a run in this load, polling included: mean"),
		NUMBER("wait_cpu_ns", "ns", "its threads' wait for a core: mean"),
		NUMBER("resident_bytes", "bytes", "memory these VMs hold on the host, all together"),
		TEXT("keeps", "whether the goal is kept, by measurement: yes or no; NA: no goal"),
		TEXT("sim_keeps", "the same by simulation"),
		TEXT("flags", "oversubscribed: the load's VMs hold more cores than there are, which nothing is predicted of; busy: others kept over 5 % of the cores busy in all blocks"),
		END },
};
/* clang-format on */
