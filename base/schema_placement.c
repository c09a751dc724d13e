/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* Where VMs are today, and what else there is to say of a plan than its hosts. */

/* clang-format off */
const struct table_schema schema_plan_today = {
	.name = "plan/today.csv", .description = "one host as it is filled today, under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("host", "name of the host"),
		TEXT("kind", "kind of host, from the host list"),
		NUMBER("cpu_used", "cores", "inflated CPU demand on it, held cores included"),
		NUMBER("cpu_offered", "cores", "what it offers: its cores less what the policy keeps free and reserves"),
		NUMBER("memory_used", "GiB", "memory of the VMs on it"),
		NUMBER("memory_offered", "GiB", "what it offers, likewise"),
		NUMBER("io_used", "MB/s", "I/O of the VMs on it"),
		NUMBER("io_offered", "MB/s", "what it offers; where it has no limit more than the whole fleet needs"),
		NUMBER("iops_used", "1/s", "I/O requests a second"),
		NUMBER("iops_offered", "1/s", "what it offers, likewise"),
		NUMBER("net_used", "MB/s", "network traffic"),
		NUMBER("net_offered", "MB/s", "what it offers, likewise"),
		NUMBER("disk_used", "GiB", "disk space of the VMs on it"),
		NUMBER("disk_offered", "GiB", "what it offers, likewise"),
		NUMBER("vcpus_used", "cores", "cores that its VMs' vCPUs count as by the policy's overcommit"),
		NUMBER("vcpus_offered", "cores", "cores it has"),
		TEXT("breaches", "what is wrong: cpu, memory, io, iops, net, disk, vcpus (more than it offers), fence, spread, together (rules), barred (another site, or a latency_goal that it cannot keep), separated by blanks; NA: nothing"),
		TEXT("survives", "yes where its VMs all find room on the others when it fails (with the fullest others, where the policy has more to fail)"),
		COUNT("homeless", "VMs that find none"),
		TEXT("vm", "the first of them"),
		MAYBE_TEXT("rearranged", "where some find none: yes if moving other VMs makes room for all, no if no way was found; NA: all find room, or it was not looked for (beyond the first 50)"),
		MAYBE_COUNT("moves", "so many of the others must move then; NA: it does not help"),
		END },
};

const struct table_schema schema_plan_mending = {
	.name = "plan/mending.csv", .description = "what is wrong with today's placement under one configuration, and what mending it takes",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		COUNT("hosts", "hosts there are today"),
		COUNT("broken", "of which so many are beyond capacity or rules"),
		COUNT("fatal", "and so many must not fail, as their VMs would find no room"),
		COUNT("new", "VMs of the fleet that are on no host today"),
		COUNT("moves", "VMs that have to move, new ones left out, for hosts to keep capacity and rules and, where that is found, for as many to fail as the policy says"),
		COUNT("fewest", "no fewer would do"),
		TEXT("proven", "yes where that is proven for the hosts that are used"),
		COUNT("added", "hosts that must be added, as there is no room"),
		COUNT("detours", "moves aside, and VMs that must be stopped meanwhile"),
		COUNT("still_broken", "hosts beyond capacity or rules after all moves"),
		COUNT("homeless", "VMs without a host after all moves"),
		COUNT("still_fatal", "hosts that must not fail after all moves, with the spare hosts"),
		COUNT("spares", "empty hosts that must be added besides, for as many to fail as the policy says"),
		MAYBE_COUNT("fatal_domains", "failure domains that must not fail today; NA: the policy does not ask for it (spare_domains)"),
		END },
};

const struct table_schema schema_plan_moves = {
	.name = "plan/moves.csv", .description = "one move of those that mend today's placement under one configuration; no step overfills a host",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		COUNT("step", "when: from 1"),
		TEXT("vm", "name of the VM, one of them where it has a count"),
		TEXT("from", "the host it is on; NA: none"),
		TEXT("to", "the host it goes to"),
		TEXT("what", "move; new (it is on no host today); aside (to make room: it moves on later); stopped (it must be down from before the first step until this one, as there is no room)"),
		END },
};

const struct table_schema schema_plan_break_even = {
	.name = "plan/break-even.csv", .description = "where the cheapest plans with a host OS and with a bare-metal hypervisor cost the same",
	.columns = (const struct table_column[]){
		TEXT("config", "the configuration with a host OS"),
		TEXT("against", "the one with a hypervisor"),
		TEXT("what", "vms (in the fleet's mix), hypervisor-licence and os-licence (of a host, with as many hosts as now), month (in which what is paid at once and what is paid over the horizon, licences and energy, come to the same)"),
		NUMBER("value", "", "where both cost the same; NA: nowhere (vms: from 1 VM to 8 times as many)"),
		NUMBER("today", "", "what it is in the plan; NA for month"),
		TEXT("below", "the configuration that is cheaper below that value"),
		END },
};

const struct table_schema schema_plan_uncertainty = {
	.name = "plan/uncertainty.csv", .description = "how firm the plan under one configuration is: planned again with overheads and demand as they might as well have come out",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		COUNT("replicates", "plans made: workloads of a class drawn anew and each ratio within its interval, VMs of no known class as of one drawn from the fleet's, days of series drawn anew, other demand off by the policy's demand_error"),
		NUMBER("hosts_p5", "hosts", "hosts needed: 5th percentile; NA: not all VMs could be placed"),
		NUMBER("hosts_p50", "hosts", "median"),
		NUMBER("hosts_p95", "hosts", "95th percentile"),
		NUMBER("cost_p5", "currency", "total cost: 5th percentile"),
		NUMBER("cost_p50", "currency", "median"),
		NUMBER("cost_p95", "currency", "95th percentile"),
		NUMBER("homeless_share", "1", "share of the plans in which some VM finds no host"),
		END },
};

const struct table_schema schema_plan_sensitivity = {
	.name = "plan/sensitivity.csv", .description = "what the plan under one configuration depends on: one input at either end of what it may be, all others as estimated",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("input", "the class or workload, drivers, demand, or unknown-class (of which class VMs are that nobody gives one)"),
		TEXT("kind", "cpu-ratio (of the class), drivers (cores they keep busy), demand or unknown-class"),
		NUMBER("low", "1", "5th percentile of what was drawn, as a multiple of the estimate"),
		NUMBER("high", "1", "95th percentile"),
		NUMBER("hosts_low", "hosts", "hosts needed with the low value"),
		NUMBER("hosts_high", "hosts", "with the high value"),
		NUMBER("cost_low", "currency", "total cost with the low value"),
		NUMBER("cost_high", "currency", "with the high value"),
		NUMBER("share", "1", "share of the variance of the total cost that goes with this input (squared correlation over the replicates); NA: the cost does not vary"),
		END },
};

const struct table_schema schema_plan_what_if = {
	.name = "plan/what-if.csv", .description = "the plan under one configuration as it would be under a scenario of --what-if, beside the plan itself",
	.columns = (const struct table_column[]){
		TEXT("what_if", "the scenario as it was asked; base: the plan itself"),
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		COUNT("hosts", "hosts needed"),
		COUNT("unplaced", "VMs that fit on no host"),
		NUMBER("cpu_inflated", "cores", "CPU used, virtualization and held cores included"),
		NUMBER("total_cost", "currency", "total cost"),
		NUMBER("hosts_change", "hosts", "hosts more than in the plan itself; NA: more or fewer VMs are on them"),
		NUMBER("cost_change", "currency", "cost above that of the plan itself, likewise"),
		NUMBER("hosts_horizon", "hosts", "hosts needed for the demand at the end of the policy's horizon; NA: not all would fit"),
		NUMBER("cost_horizon", "currency", "total cost of these"),
		TEXT("basis", "plan, policy (a key of it, or demand), measured (results have the configuration), ablation (the flip of the knob from it), ablation-indirect (the mean over flips from others)"),
		END },
};

const struct table_schema schema_plan_density = {
	.name = "plan/density.csv", .description = "how many VMs alike one host of one kind holds under one configuration",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration"),
		TEXT("label", "configuration as printed"),
		TEXT("kind", "kind of host, from the host list"),
		TEXT("vm", "name of the VM; the fleet's first 200 rows"),
		COUNT("vms", "how many of it fit by CPU, memory, I/O, requests and network, with what the policy keeps free; NA: any number"),
		TEXT("binds", "what there is no more of then: cpu, memory, io, iops or net"),
		NUMBER("busy_at_goal", "1", "share of a host's cores that may be busy while its requests keep latency_goal of the policy; else that the machine measured on had busy with as many copies as keep the goal of vmtax scale --slo; NA: neither is known"),
		COUNT("vms_at_goal", "how many fit while no larger share of the cores is busy; NA: not known"),
		TEXT("basis", "queueing (latency_goal: requests that wait for cores, by their CPU seconds), scaling (copies were measured at once) or capacity (nothing is known of times)"),
		MAYBE_NUMBER("cpu_used", "cores", "what vms_at_goal of them, where that is known, else vms use of the host's CPU, held cores included"),
		MAYBE_NUMBER("cores_held", "cores", "of which cores held by polling drivers"),
		MAYBE_NUMBER("cpu_capacity", "cores", "cores the host has"),
		END },
};

const struct table_schema schema_placement = {
	.name = "placement.csv", .description = "where a VM is today",
	.columns = (const struct table_column[]){
		TEXT("vm", "name of the VM, as in the fleet"),
		TEXT("host", "the host it is on: TYPE-N, N from 1, TYPE from the host list"),
		{ .name = "count", .type = TABLE_INTEGER, .unit = "", .optional = true, .description = "how many of it are there; NA: one" },
		{ .name = "config", .type = TABLE_STRING, .unit = "", .optional = true, .description = "configuration that this holds for, as in plan/placement.csv; NA: all" },
		END },
};
/* clang-format on */
