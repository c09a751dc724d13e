/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */
const struct table_schema schema_footprint = {
	.name = "host-footprint.csv", .description = "what the host spent on one thing for each virtual machine (native: process) that ran one workload under one configuration",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("class", "its class"),
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		COUNT("vms", "copies that ran at once"),
		TEXT("resource", "memory, cpu, io, size-in-memory or size-on-disk (of the virtualization layer itself)"),
		TEXT("item", "which part of it"),
		TEXT("scope", "vm: this one's alone; shared: all VMs of the host share it; host: of the whole host, with what others did meanwhile; observer: vmtax, which records a trace"),
		TEXT("unit", "bytes; cores: CPU seconds by second of the program's time"),
		NUMBER("value", "", "median over undisturbed repetitions (observer: over observed ones), in the unit"),
		NUMBER("low", "", "lower end of its 95 % interval"),
		NUMBER("high", "", "upper end of its 95 % interval"),
		COUNT("n", "repetitions behind it"),
		END },
};
/* clang-format on */
