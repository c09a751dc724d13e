/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* Predictions: what they are made from, and what they say. */

/* clang-format off */
const struct table_schema schema_profile = {
	.name = "profile.csv", .description = "what a program does natively that virtualization makes dearer: one kind of event of one program",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("event", "a system call's name, or what else was counted"),
		TEXT("group", "time (of undisturbed runs), memory, thread, io (bytes by the kernel's account) or call (a system call)"),
		TEXT("served", "calls: guest, host (it becomes a request), or guest, host (it depends); refused by the guest kernel"),
		TEXT("blocks", "calls that the host serves: no, files (not on regular files) or yes (leaves by an exit whatever the transport)"),
		TEXT("unit", "unit of value: ns, bytes, cores or 1"),
		NUMBER("value", "", "how much: of times the median of the undisturbed runs, else the count of one run"),
		INTEGER("bytes", "bytes", "calls: bytes moved, by what they returned"),
		COUNT("files", "calls: made on regular files"),
		COUNT("late", "calls that the host serves: made after a pause in which a polling driver falls asleep"),
		NUMBER("per_second", "1/s", "value by the time it was counted over; of the undisturbed runs where these are known"),
		TEXT("source", "trace, counter (perf), rusage, proc-io, clock"),
		END },
};

const struct table_schema schema_arrivals = {
	.name = "arrivals.csv", .description = "how many calls of one kind came a time after the last one that lies within a bucket",
	.columns = (const struct table_column[]){
		TEXT("program", "its name"),
		TEXT("event", "the system call"),
		INTEGER("low_ns", "ns", "the least time that falls into the bucket"),
		INTEGER("high_ns", "ns", "the greatest"),
		COUNT("count", "calls; buckets without any are left out"),
		END },
};
/* clang-format on */
