/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* What each event costs. */

/* clang-format off */
const struct table_schema schema_events = {
	.name = "events.csv", .description = "what one repetition of an event of the nano suite found",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		COUNT("n", "batches of operations timed, or operations where each was timed alone"),
		COUNT("ops", "operations in all of them"),
		NUMBER("empty_ns", "ns", "median of the same loop without the operation, each time round; NA where there is no loop"),
		NUMBER("median_ns", "ns", "median over batches of the time of an operation, the empty loop subtracted"),
		NUMBER("p90_ns", "ns", "90th percentile"),
		NUMBER("p99_ns", "ns", "99th percentile"),
		NUMBER("max_ns", "ns", "longest"),
		NUMBER("tsc_ticks", "ticks", "the median in ticks of the time stamp counter"),
		END },
};

const struct table_schema schema_distributions = {
	.name = "distributions.csv", .description = "how many operations of one repetition took a time within a bucket, where each was timed alone",
	.columns = (const struct table_column[]){
		COUNT("run", "number of the repetition"),
		INTEGER("low_ns", "ns", "the least time that falls into the bucket"),
		INTEGER("high_ns", "ns", "the greatest"),
		COUNT("count", "operations that took so long; buckets without any are left out"),
		END },
};

const struct table_schema schema_costs = {
	.name = "costs.csv", .description = "what one event costs under one configuration",
	.columns = (const struct table_column[]){
		TEXT("event", "name of the event, as vmtax list nano has it"),
		TEXT("config", "configuration asked for"),
		TEXT("label", "configuration as printed"),
		NUMBER("median_ns", "ns", "median over repetitions of the repetition's median"),
		NUMBER("low_ns", "ns", "lower end of its 95 % interval"),
		NUMBER("high_ns", "ns", "upper end of its 95 % interval"),
		NUMBER("p90_ns", "ns", "median over repetitions of the 90th percentile"),
		NUMBER("p99_ns", "ns", "median over repetitions of the 99th percentile"),
		NUMBER("max_ns", "ns", "longest of all repetitions"),
		NUMBER("tsc_ticks", "ticks", "the median in ticks of the time stamp counter"),
		COUNT("n", "repetitions behind it"),
		TEXT("status", "ok, unsupported (this machine or configuration cannot do it), failed, or none (a plain process has no such event)"),
		TEXT("reason", "why it is not ok, or how many repetitions went wrong"),
		END },
};
/* clang-format on */
