/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */
const struct table_schema schema_plan_hosts = {
	.name = "plan/hosts.csv", .description = "one host of the plan under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("host", "name of the host: its kind and number"),
		TEXT("kind", "kind of host, from the host list"),
		TEXT("vms", "VMs placed on it, each as name:count, separated by blanks"),
		NUMBER("cpu_used", "cores", "inflated CPU demand placed, held cores included"),
		NUMBER("cores_held", "cores", "of which cores held by polling drivers"),
		NUMBER("cpu_capacity", "cores", "cores it has"),
		NUMBER("memory_used", "GiB", "memory placed"),
		NUMBER("memory_capacity", "GiB", "memory it has"),
		NUMBER("io_used", "MB/s", "I/O placed"),
		NUMBER("io_capacity", "MB/s", "I/O it can do; NA: no limit was given"),
		MAYBE_NUMBER("iops_used", "1/s", "I/O requests a second placed"),
		MAYBE_NUMBER("iops_capacity", "1/s", "requests a second it can do; NA: no limit was given"),
		MAYBE_NUMBER("net_used", "MB/s", "network traffic placed"),
		MAYBE_NUMBER("net_capacity", "MB/s", "network traffic it can carry; NA: no limit was given"),
		MAYBE_NUMBER("cpu_utilization", "1", "CPU used / capacity"),
		MAYBE_NUMBER("memory_utilization", "1", "memory used / capacity"),
		MAYBE_NUMBER("io_utilization", "1", "I/O used / capacity; NA: no limit was given"),
		MAYBE_NUMBER("iops_utilization", "1", "I/O requests used / capacity, likewise"),
		MAYBE_NUMBER("net_utilization", "1", "network traffic used / capacity, likewise"),
		MAYBE_NUMBER("reserve", "1", "what is free of the resource there is least left of"),
		MAYBE_NUMBER("disk_used", "GiB", "disk space placed"),
		MAYBE_NUMBER("disk_capacity", "GiB", "disk space it has; NA: no limit was given"),
		MAYBE_NUMBER("disk_utilization", "1", "disk space used / capacity, likewise"),
		END },
};

const struct table_schema schema_plan_placement = {
	.name = "plan/placement.csv", .description = "which host a VM is put on under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("vm", "name of the VM"),
		TEXT("host", "the host: its kind and number"),
		COUNT("count", "how many of it are there"),
		END },
};

const struct table_schema schema_plan_summary = {
	.name = "plan/summary.csv", .description = "the plan under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		COUNT("hosts", "hosts needed"),
		COUNT("vms", "VMs placed"),
		COUNT("unplaced", "VMs that fit on no host"),
		{ .name = "unplaced_vms", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "these, each as name:count:why, separated by blanks; why is cpu, memory, io, iops, net, disk or vcpus (joined "
				 "by +) where no host has enough of it, together where none has enough of all, and "
				 "available where the hosts it fits on are used up, site where none is at its site, latency where "
				 "its requests take longer than the policy's latency_goal on an idle host" },
		NUMBER("cpu_demand", "cores", "native CPU demand of the fleet, VM by VM added up"),
		NUMBER("cpu_inflated", "cores", "the same with virtualization's cost and held cores; where there are series what each host's VMs need together, which is less, as not all are busy at once"),
		NUMBER("cpu_utilization", "1", "CPU used / capacity over the hosts"),
		NUMBER("memory_utilization", "1", "memory used / capacity"),
		NUMBER("io_utilization", "1", "I/O used / capacity"),
		NUMBER("hardware_cost", "currency", "cost of the hosts that are to be bought"),
		NUMBER("licence_cost", "currency", "host-OS or hypervisor licences"),
		NUMBER("total_cost", "currency", "all of these, power and guest licences included"),
		{ .name = "flags", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "few-blocks and disturbed where ratios that were used have these flags" },
		{ .name = "bound", .type = TABLE_NUMBER, .unit = "currency", .optional = true,
		  .description = "no placement of these VMs on these hosts costs less" },
		{ .name = "gap", .type = TABLE_NUMBER, .unit = "1", .optional = true,
		  .description = "what the total cost exceeds the bound by, as a share of it; NA where VMs are left over" },
		MAYBE_NUMBER("guest_licence_cost", "currency", "licences of what runs in the VMs, in the total cost too"),
		{ .name = "optimal", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "yes where the plan is proven to be the cheapest" },
		MAYBE_NUMBER("power_cost", "currency", "energy of the hosts over the horizon, in the total cost too"),
		MAYBE_NUMBER("cost_per_vm", "currency", "total cost / VMs placed"),
		MAYBE_TEXT("currency", "what all costs are in, by the policy; NA: as in the host list"),
		MAYBE_COUNT("platform_unknown", "VMs of which nobody says where their CPU demand was measured"),
		END },
};

const struct table_schema schema_plan_risks = {
	.name = "plan/risks.csv", .description = "what becomes of the plan under one configuration when a host fails, or as many as the policy says",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("host", "the host that fails, and with it the fullest others if there are to be more; NA: a whole failure domain does"),
		TEXT("survives", "yes where its VMs all find room on the others, no where they do not"),
		COUNT("homeless", "VMs that find none"),
		TEXT("vm", "the first of them"),
		MAYBE_TEXT("domain", "the failure domain all of whose hosts fail; NA: it is about a single host"),
		MAYBE_TEXT("rearranged", "where some find none: yes if moving other VMs makes room for all, no if no way was found; NA: all find room, or it was not looked for (beyond the first 50)"),
		MAYBE_COUNT("moves", "so many of the others must move then; NA: it does not help"),
		MAYBE_TEXT("placement", "plan, or today (its single hosts are in plan/today.csv)"),
		END },
};

const struct table_schema schema_plan_assumptions = {
	.name = "plan/assumptions.csv", .description = "what the plan takes for granted: one key of the policy",
	.columns = (const struct table_column[]){
		TEXT("key", "its name; growth, headroom and so on are of all VMs and hosts"),
		MAYBE_TEXT("value", "what holds; NA: nothing"),
		TEXT("source", "policy (it names the key) or usual (what holds where none does)"),
		TEXT("meaning", "what it is about"),
		END },
};

const struct table_schema schema_plan_doubts = {
	.name = "plan/doubts.csv", .description = "a row of the fleet that was left out or may not say what was meant",
	.columns = (const struct table_column[]){
		TEXT("file", "where it stands"),
		COUNT("line", "and in which line"),
		TEXT("vm", "name of the VM"),
		TEXT("what", "dropped (it is not planned for) or doubtful (it is)"),
		TEXT("why", "the reason"),
		END },
};

const struct table_schema schema_plan_demand = {
	.name = "plan/demand.csv", .description = "one VM of the fleet: what it asks for natively, and how well that is known",
	.columns = (const struct table_column[]){
		TEXT("vm", "its name"),
		COUNT("count", "how many of it"),
		TEXT("source", "series (percentiles over time), stated (by the fleet's files) or guessed (all its vCPUs count as busy)"),
		NUMBER("cpu", "cores", "native CPU demand of one"),
		NUMBER("memory", "GiB", "memory of one"),
		NUMBER("io", "MB/s", "I/O of one"),
		NUMBER("iops", "1/s", "I/O requests a second of one"),
		NUMBER("net", "MB/s", "network traffic of one"),
		NUMBER("days", "days", "that its series spans; NA: it has none"),
		NUMBER("coverage", "1", "share of that time with samples"),
		COUNT("gaps", "times without samples"),
		COUNT("clock_steps", "rows whose time had been there already"),
		TEXT("grade", "what the series is worth: A (four weeks, 95 % covered), B (a week, 80 %), C (a day, 50 %) or D"),
		MAYBE_TEXT("measured_on", "where its CPU demand was measured, by the fleet, else by the policy; NA: nobody says"),
		MAYBE_NUMBER("rebased_by", "1", "what that was divided by, to be native"),
		END },
};
/* clang-format on */
