/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* clang-format off */
const struct table_schema schema_flips = {
	.name = "flips.csv", .description = "one knob flipped between two configurations of an ablation: what is compared with what",
	.columns = (const struct table_column[]){
		TEXT("method", "single (a flip from either end) or shapley (a step of an order)"),
		COUNT("order", "number of the order of knobs, from 1; NA for single flips"),
		COUNT("step", "position of the knob in the order, from 1"),
		TEXT("knob", "which knob"),
		TEXT("from", "its value at the end the ablation begins with"),
		TEXT("to", "its value at the other end"),
		TEXT("before", "configuration before the flip; NA where the knob is left out"),
		TEXT("after", "configuration after it"),
		TEXT("note", "why the knob is left out, or what stands in for a value this machine cannot set"),
		TEXT("cost", "what the value it is flipped to takes in cores, memory and compatibility"),
		END },
};

const struct table_schema schema_ablation = {
	.name = "ablation.csv", .description = "what one knob is worth to one workload between two configurations; the last rows of a workload are interaction and total",
	.columns = (const struct table_column[]){
		TEXT("workload", "name of the workload"),
		TEXT("knob", "which knob; interaction: what single flips leave over; total: the whole difference"),
		TEXT("from", "its value at the end the ablation begins with; of total the configuration"),
		TEXT("to", "its value at the other end; of total the configuration"),
		NUMBER("delta_ns", "ns", "what the flip adds to the time; negative where it saves time"),
		NUMBER("low_ns", "ns", "lower end of its 95 % interval"),
		NUMBER("high_ns", "ns", "upper end of its 95 % interval"),
		TEXT("method", "single (mean of the flips from either end), shapley (mean over orders), or apart (in blocks that no bar used)"),
		NUMBER("begin_ns", "ns", "where the bar begins in the waterfall; of total the time at the first end"),
		NUMBER("end_ns", "ns", "where it ends; of total the time at the other end"),
		COUNT("blocks", "blocks behind the estimate"),
		TEXT("note", "why there is no estimate, or what to know of it"),
		TEXT("cost", "what the value it is flipped to takes in cores, memory and compatibility"),
		END },
};
/* clang-format on */
