/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

#define MAYBE(column, kind, in, text)                                                                        \
	{                                                                                                    \
		.name = column, .type = kind, .unit = in, .optional = true, .description = text              \
	}
#define MAYBE_NUMBER(column, in, text) MAYBE(column, TABLE_NUMBER, in, text)
#define MAYBE_COUNT(column, text)      MAYBE(column, TABLE_INTEGER, "", text)
#define MAYBE_TEXT(column, text)       MAYBE(column, TABLE_STRING, "", text)
#define ALIASES(...)                                                                                         \
	(const char *const[])                                                                                \
	{                                                                                                    \
		__VA_ARGS__, NULL                                                                            \
	}
#define RENAMED(column, kind, in, maybe, text, ...)                                                          \
	{                                                                                                    \
		.name = column, .type = kind, .unit = in, .optional = maybe, .description = text,            \
		.aliases = ALIASES(__VA_ARGS__)                                                              \
	}

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
		  .description = "these, each as name:count:why, separated by blanks; why is cpu, memory, io, iops or net (joined "
				 "by +) where no host has enough of it, together where none has enough of all, and "
				 "available where the hosts it fits on are used up" },
		NUMBER("cpu_demand", "cores", "native CPU demand of the fleet"),
		NUMBER("cpu_inflated", "cores", "the same with virtualization's cost and held cores"),
		NUMBER("cpu_utilization", "1", "CPU used / capacity over the hosts"),
		NUMBER("memory_utilization", "1", "memory used / capacity"),
		NUMBER("io_utilization", "1", "I/O used / capacity"),
		NUMBER("hardware_cost", "currency", "cost of the hosts that are to be bought"),
		NUMBER("licence_cost", "currency", "host-OS or hypervisor licences"),
		NUMBER("total_cost", "currency", "both"),
		{ .name = "flags", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "few-blocks and disturbed where ratios that were used have these flags" },
		{ .name = "bound", .type = TABLE_NUMBER, .unit = "currency", .optional = true,
		  .description = "no placement of these VMs on these hosts costs less" },
		{ .name = "gap", .type = TABLE_NUMBER, .unit = "1", .optional = true,
		  .description = "what the total cost exceeds the bound by, as a share of it; NA where VMs are left over" },
		MAYBE_NUMBER("guest_licence_cost", "currency", "licences of what runs in the VMs, in the total cost too"),
		{ .name = "optimal", .type = TABLE_STRING, .unit = "", .optional = true,
		  .description = "yes where the plan is proven to be the cheapest" },
		END },
};

const struct table_schema schema_plan_risks = {
	.name = "plan/risks.csv", .description = "what becomes of the plan under one configuration when a host fails, or as many as the policy says",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("host", "the host that fails, and with it the fullest others if there are to be more"),
		TEXT("survives", "yes where its VMs all find room on the others, no where they do not"),
		COUNT("homeless", "VMs that find none"),
		TEXT("vm", "the first of them"),
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

const struct table_schema schema_fleet = {
	.name = "fleet.csv", .description = "one kind of VM to be placed",
	.columns = (const struct table_column[]){
		RENAMED("vm", TABLE_STRING, "", false, "its name", "name"),
		RENAMED("count", TABLE_INTEGER, "", true, "how many of it; NA: one", "number"),
		RENAMED("class", TABLE_STRING, "", true, "workload class or workload name whose CPU ratio inflates it; NA: as the rest of the fleet", "profile"),
		RENAMED("cpu", TABLE_NUMBER, "cores", false, "CPU demand of one, on the platform that measured_on says", "cpu_cores"),
		RENAMED("memory", TABLE_NUMBER, "GiB", false, "memory of one", "memory_gib"),
		RENAMED("io", TABLE_NUMBER, "MB/s", true, "I/O demand of one; NA: none", "disk_mb_s"),
		MAYBE_NUMBER("iops", "1/s", "I/O requests a second of one; NA: none"),
		MAYBE_NUMBER("net_mb_s", "MB/s", "network traffic of one; NA: none"),
		MAYBE_NUMBER("guest_licence", "currency", "licence of what runs in one; NA: none"),
		MAYBE_TEXT("group", "name of the group that rules of the policy are about; NA: none"),
		MAYBE_TEXT("measured_on", "where its CPU demand was measured: native, a configuration that the results have, such as hosted, or by which factor it is above native; NA: taken as it is, and listed"),
		END },
};

const struct table_schema schema_hosts = {
	.name = "hosts.csv", .description = "one kind of host to place VMs on",
	.columns = (const struct table_column[]){
		RENAMED("host", TABLE_STRING, "", false, "its name", "type"),
		RENAMED("available", TABLE_INTEGER, "", true, "how many there may be; NA: any number", "max_count"),
		NUMBER("cores", "cores", "cores of one"),
		RENAMED("memory", TABLE_NUMBER, "GiB", false, "memory of one", "memory_gib"),
		RENAMED("io", TABLE_NUMBER, "MB/s", true, "I/O one can do; NA: no limit", "disk_mb_s"),
		RENAMED("cost", TABLE_NUMBER, "currency", false, "cost of one, over the planning period", "price"),
		RENAMED("host_os_licence", TABLE_NUMBER, "currency", true, "licence of a general-purpose host OS (native and hosted): of one host, socket or core; NA: none", "os_licence"),
		RENAMED("hypervisor_licence", TABLE_NUMBER, "currency", true, "licence of a bare-metal hypervisor, likewise", "hv_licence"),
		MAYBE_NUMBER("threads", "threads", "hardware threads of one; NA: as many as cores"),
		MAYBE_NUMBER("smt_gain", "1", "what the second thread of a core adds to it: 0.25 is a quarter of a core; NA: nothing"),
		MAYBE_NUMBER("sockets", "sockets", "sockets of one; NA: 1"),
		MAYBE_NUMBER("speed_per_core", "1", "speed of a core, where the fleet's demand was measured on one of speed 1; NA: 1"),
		MAYBE_COUNT("have", "how many of them are there already and cost nothing but licences; NA: none"),
		MAYBE_NUMBER("iops", "1/s", "I/O requests a second one can do; NA: no limit"),
		MAYBE_NUMBER("net_mb_s", "MB/s", "network traffic one can carry; NA: no limit"),
		MAYBE_TEXT("os_licence_per", "host, socket or core: what the host OS is licensed by; NA: host"),
		MAYBE_NUMBER("os_licence_minimum", "units", "the least number of these to be licensed on one host"),
		MAYBE_NUMBER("os_licence_pack", "units", "sold in packs of so many"),
		MAYBE_TEXT("hypervisor_licence_per", "host, socket or core: what the hypervisor is licensed by; NA: host"),
		MAYBE_NUMBER("hypervisor_licence_minimum", "units", "the least number of these to be licensed on one host"),
		MAYBE_NUMBER("hypervisor_licence_pack", "units", "sold in packs of so many"),
		MAYBE_TEXT("bare_metal", "yes or no: whether a bare-metal hypervisor may be put on it; NA: yes"),
		MAYBE_TEXT("missing_driver", "hardware of it that a bare-metal hypervisor has no driver for; where there is some it can only be hosted"),
		END },
};

const struct table_schema schema_rvtools_vinfo = {
	.name = "vInfo.csv", .description = "one VM, as RVTools exports its tab vInfo",
	.columns = (const struct table_column[]){
		RENAMED("VM", TABLE_STRING, "", false, "its name", "VM Name"),
		RENAMED("Powerstate", TABLE_STRING, "", true, "poweredOn, poweredOff or suspended", "Power state"),
		MAYBE_TEXT("Template", "True where it is none that runs"),
		RENAMED("CPUs", TABLE_NUMBER, "vCPUs", false, "virtual CPUs", "Num CPUs", "# CPUs"),
		RENAMED("Memory", TABLE_NUMBER, "MiB", false, "memory", "Memory MB", "Memory MiB", "Memory (MB)"),
		MAYBE_TEXT("Host", "the host it is on"),
		END },
};

const struct table_schema schema_rvtools_vcpu = {
	.name = "vCPU.csv", .description = "the CPU of one VM, as RVTools exports its tab vCPU",
	.columns = (const struct table_column[]){
		RENAMED("VM", TABLE_STRING, "", false, "its name", "VM Name"),
		RENAMED("Overall", TABLE_NUMBER, "MHz", false, "what it uses", "Overall MHz", "Overall CPU Usage"),
		MAYBE_TEXT("Host", "the host it is on"),
		END },
};

const struct table_schema schema_rvtools_vhost = {
	.name = "vHost.csv", .description = "one host, as RVTools exports its tab vHost",
	.columns = (const struct table_column[]){
		RENAMED("Host", TABLE_STRING, "", false, "its name", "Name"),
		RENAMED("Speed", TABLE_NUMBER, "MHz", false, "of a core", "Speed MHz", "CPU Speed"),
		END },
};

const struct table_schema schema_azure_migrate = {
	.name = "azure.csv", .description = "one server, as Azure Migrate imports it",
	.columns = (const struct table_column[]){
		RENAMED("*Server name", TABLE_STRING, "", false, "its name", "Server name"),
		RENAMED("*Cores", TABLE_NUMBER, "cores", false, "its cores", "Cores"),
		RENAMED("*Memory (In MB)", TABLE_NUMBER, "MiB", false, "its memory", "Memory (In MB)", "*Memory (MB)", "Memory (MB)"),
		MAYBE_NUMBER("CPU utilization percentage", "%", "how busy its cores are"),
		MAYBE_NUMBER("Memory utilization percentage", "%", "how much of its memory is in use"),
		RENAMED("Network In throughput", TABLE_NUMBER, "MB/s", true, "received", "Network In throughput (MB per second)"),
		RENAMED("Network Out throughput", TABLE_NUMBER, "MB/s", true, "sent", "Network Out throughput (MB per second)"),
		RENAMED("Disk 1 read throughput", TABLE_NUMBER, "MB/s", true, "read from its first disk", "Disk 1 read throughput (MB per second)"),
		RENAMED("Disk 1 write throughput", TABLE_NUMBER, "MB/s", true, "written to it", "Disk 1 write throughput (MB per second)"),
		RENAMED("Disk 1 read ops", TABLE_NUMBER, "1/s", true, "reads of it", "Disk 1 read ops (operations per second)"),
		RENAMED("Disk 1 write ops", TABLE_NUMBER, "1/s", true, "writes to it", "Disk 1 write ops (operations per second)"),
		END },
};
/* clang-format on */
