/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* Tables that are made of several result directories. */

/* clang-format off */
const struct table_schema schema_comparison = {
	.name = "comparison.csv", .description = "one workload under one configuration, in one set of invocations and in another",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("config", "configuration asked for"),
		TEXT("cache", "state of the host's page cache before the run"),
		TEXT("metric", "time, cpu (all CPU seconds) or overhead (time by that of native in the same invocation)"),
		COUNT("invocations", "invocations of vmtax run that have it"),
		COUNT("base_invocations", "the same of those compared against"),
		NUMBER("value", "", "geometric mean over invocations of their medians: ns, a ratio for overhead"),
		NUMBER("base_value", "", "the same of those compared against"),
		NUMBER("ratio", "1", "value / base_value"),
		NUMBER("low", "1", "lower end of its 95 % interval"),
		NUMBER("high", "1", "upper end of its 95 % interval"),
		NUMBER("spread", "1", "standard deviation between invocations, as a share"),
		NUMBER("p", "1", "probability of a difference as large where there is none"),
		NUMBER("q", "1", "false discovery rate over all rows (Benjamini-Hochberg) at which it counts as one"),
		COUNT("need", "invocations a side that would show a difference of --min-effect; NA where there are enough"),
		TEXT("verdict", "better, worse, ~ (no difference shown) or few (too few invocations to tell)"),
		TEXT("flags", "warnings, separated by blanks"),
		END },
};

const struct table_schema schema_variance = {
	.name = "variance.csv", .description = "how far identical invocations of vmtax run lie apart on a machine",
	.columns = (const struct table_column[]){
		TEXT("machine", "its processor, kernel and KVM backend"),
		TEXT("workload", "name of the workload"),
		TEXT("config", "configuration asked for"),
		TEXT("cache", "state of the host's page cache before the run"),
		TEXT("metric", "time, cpu or overhead"),
		NUMBER("spread", "1", "standard deviation between invocations, as a share"),
		COUNT("freedom", "its degrees of freedom: invocations less one"),
		END },
};
/* clang-format on */
