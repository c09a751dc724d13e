/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* What users write or export for a plan. */

/* clang-format off */
const struct table_schema schema_fleet = {
	.name = "fleet.csv", .description = "one kind of VM to be placed",
	.columns = (const struct table_column[]){
		RENAMED("vm", TABLE_STRING, "", false, "its name", "name"),
		RENAMED("count", TABLE_INTEGER, "", true, "how many of it; NA: one", "number"),
		MAYBE_TEXT("class", "workload class or workload name whose CPU ratio inflates it; NA: as the rest of the fleet"),
		MAYBE_TEXT("profile", "workload or program whose own CPU ratio does, before that of its class; NA: its class's"),
		RENAMED("cpu", TABLE_NUMBER, "cores", false, "CPU demand of one, on the platform that measured_on says", "cpu_cores"),
		RENAMED("memory", TABLE_NUMBER, "GiB", false, "memory of one", "memory_gib"),
		RENAMED("io", TABLE_NUMBER, "MB/s", true, "I/O demand of one; NA: none", "disk_mb_s"),
		MAYBE_NUMBER("iops", "1/s", "I/O requests a second of one; NA: none"),
		MAYBE_NUMBER("net_mb_s", "MB/s", "network traffic of one; NA: none"),
		MAYBE_NUMBER("disk_gib", "GiB", "disk space of one; NA: none"),
		MAYBE_NUMBER("vcpus", "vCPUs", "virtual CPUs of one, for overcommit and for series in percent; NA: not known"),
		MAYBE_NUMBER("requests_s", "1/s", "requests a second that one serves with this CPU demand: what latency_goal of the policy is about; NA: none"),
		MAYBE_TEXT("guest_os", "what runs in it, licensed as [guest NAME] of the policy says; NA: nothing to pay for"),
		MAYBE_NUMBER("guest_licence", "currency", "licence of what runs in one; NA: as guest_os says, else none"),
		MAYBE_TEXT("group", "name of the group that rules of the policy are about; NA: none"),
		MAYBE_TEXT("site", "where it must be: on hosts of this site, or that say none; NA: anywhere"),
		MAYBE_TEXT("measured_on", "where its CPU demand was measured: native, a configuration that the results have, such as hosted, or by which factor it is above native, also with its 95 % interval, as 1.05 (1.02 to 1.08); NA: as measured_on of the policy, else taken as it is, and listed"),
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
		MAYBE_NUMBER("numa_nodes", "nodes", "NUMA nodes of one: VMs larger than one of them on every kind are listed as doubtful; NA: not looked at"),
		MAYBE_NUMBER("smt_gain", "1", "what the second thread of a core adds to it: 0.25 is a quarter of a core; NA: nothing"),
		MAYBE_NUMBER("sockets", "sockets", "sockets of one; NA: 1"),
		MAYBE_NUMBER("speed_per_core", "1", "speed of a core, where the fleet's demand was measured on one of speed 1; NA: 1"),
		MAYBE_COUNT("have", "how many of them are there already and cost nothing but licences; NA: none"),
		MAYBE_NUMBER("iops", "1/s", "I/O requests a second one can do; NA: no limit"),
		MAYBE_NUMBER("net_mb_s", "MB/s", "network traffic one can carry; NA: no limit"),
		MAYBE_NUMBER("disk_gib", "GiB", "disk space of one; NA: no limit"),
		MAYBE_TEXT("os_licence_per", "host, socket or core: what the host OS is licensed by; NA: host"),
		MAYBE_NUMBER("os_licence_minimum", "units", "the least number of these to be licensed on one host"),
		MAYBE_NUMBER("os_licence_pack", "units", "sold in packs of so many"),
		MAYBE_TEXT("hypervisor_licence_per", "host, socket or core: what the hypervisor is licensed by; NA: host"),
		MAYBE_NUMBER("hypervisor_licence_minimum", "units", "the least number of these to be licensed on one host"),
		MAYBE_NUMBER("hypervisor_licence_pack", "units", "sold in packs of so many"),
		MAYBE_NUMBER("power_w", "W", "power that one takes, cooling included where that is to be paid for; NA: not counted"),
		MAYBE_TEXT("site", "where these hosts are: VMs of other sites keep off them; NA: anywhere"),
		MAYBE_TEXT("failure_domain", "what these hosts share and fail with, such as a rack: see spare_domains of the policy; NA: nothing"),
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
		MAYBE_TEXT("OS according to the configuration file", "what runs in it"),
		RENAMED("Provisioned MiB", TABLE_NUMBER, "MiB", true, "disk space it may take", "Provisioned MB"),
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

const struct table_schema schema_rvtools_vmemory = {
	.name = "vMemory.csv", .description = "the memory of one VM, as RVTools exports its tab vMemory",
	.columns = (const struct table_column[]){
		RENAMED("VM", TABLE_STRING, "", false, "its name", "VM Name"),
		RENAMED("Consumed", TABLE_NUMBER, "MiB", false, "host memory it holds", "Consumed MiB", "Consumed MB", "Mem Consumed"),
		END },
};

const struct table_schema schema_rvtools_vdisk = {
	.name = "vDisk.csv", .description = "one disk of one VM, as RVTools exports its tab vDisk",
	.columns = (const struct table_column[]){
		RENAMED("VM", TABLE_STRING, "", false, "its name", "VM Name"),
		RENAMED("Capacity MiB", TABLE_NUMBER, "MiB", false, "space on it", "Capacity MB", "Capacity"),
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
		RENAMED("*OS name", TABLE_STRING, "", true, "what runs in it", "OS name"),
		RENAMED("Storage in use (In GB)", TABLE_NUMBER, "GiB", true, "disk space it takes", "Storage in use (GB)"),
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

const struct table_schema schema_typed = {
	.name = "overhead.csv", .description = "what one class of VMs costs under one configuration, for want of a measurement",
	.columns = (const struct table_column[]){
		RENAMED("class", TABLE_STRING, "", false, "class or workload, as in the fleet", "workload", "profile"),
		RENAMED("config", TABLE_STRING, "", false, "configuration: hosted, bare-metal or any other name; those that begin with bare-metal pay for a hypervisor", "configuration"),
		RENAMED("cpu_ratio", TABLE_NUMBER, "1", false, "CPU seconds there, but those of driver threads, by native ones", "ratio", "cpu"),
		MAYBE_NUMBER("low", "1", "lower end of its 95 % interval; NA: not known"),
		MAYBE_NUMBER("high", "1", "upper end"),
		MAYBE_NUMBER("driver", "1", "CPU seconds of driver threads at work, by native ones; given where such threads poll and hold cores; NA: none do"),
		END },
};

const struct table_schema schema_series = {
	.name = "series.csv", .description = "what one VM used at one time, for as many times as there are",
	.columns = (const struct table_column[]){
		RENAMED("timestamp", TABLE_STRING, "", false, "2030-01-31 12:00:00 or 31.01.2030 12:00 (with Z or +01:00; UTC where it has no zone), or seconds since 1970", "time", "date", "datetime"),
		RENAMED("vm", TABLE_STRING, "", false, "its name", "name", "host", "hostname", "server"),
		RENAMED("cpu", TABLE_NUMBER, "cores", true, "cores it used; NA: not measured then, as for all of these", "cpu_cores"),
		RENAMED("cpu_percent", TABLE_NUMBER, "%", true, "the same as a share of its vCPUs, for which the fleet says vcpus", "cpu_pct", "cpu_usage_percent"),
		RENAMED("memory", TABLE_NUMBER, "GiB", true, "memory it used", "memory_gib"),
		RENAMED("io", TABLE_NUMBER, "MB/s", true, "I/O it did", "disk_mb_s"),
		MAYBE_NUMBER("iops", "1/s", "I/O requests a second"),
		RENAMED("net_mb_s", TABLE_NUMBER, "MB/s", true, "network traffic", "net"),
		END },
};
/* clang-format on */
