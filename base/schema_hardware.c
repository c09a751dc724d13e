/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */
const struct table_schema schema_sets = {
	.name = "event-sets.csv", .description = "an event or a formula of an event set that the run counted",
	.columns = (const struct table_column[]){
		TEXT("set", "name of the set"),
		TEXT("name", "name of the event or formula in it"),
		TEXT("unit", "unit of its value"),
		TEXT("how", "how the kernel is asked for the event on this machine; = and the formula; or no: and why it has none"),
		END },
};

const struct table_schema schema_hardware = {
	.name = "hardware.csv", .description = "what one formula of an event set comes to, for one thread of one workload under one configuration",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("class", "its class"),
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		TEXT("thread", "program, vcpu0, driver0 ..."),
		TEXT("half", "host-user, host-kernel, guest-user or guest-kernel: what of the thread was counted"),
		TEXT("set", "name of the event set"),
		TEXT("name", "name of the formula"),
		TEXT("unit", "its unit"),
		TEXT("formula", "of events of the set, counted at the same time"),
		NUMBER("value", "", "median over observed repetitions; NA: not counted, or not at the same time"),
		NUMBER("low", "", "lower end of its 95 % interval"),
		NUMBER("high", "", "upper end of its 95 % interval"),
		NUMBER("counted", "1", "least share of the time that an event of the set truly counted: running / enabled"),
		COUNT("n", "observed repetitions that have a value"),
		END },
};
/* clang-format on */
