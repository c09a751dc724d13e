/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/schema_priv.h"

/* What becomes of a plan over time. */

/* clang-format off */
const struct table_schema schema_plan_forecast = {
	.name = "plan/forecast.csv", .description = "demand of one resource on the hosts of a plan in one month",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("resource", "cpu (cores, held ones included), memory (GiB), io (MB/s), iops (1/s) or net (MB/s)"),
		COUNT("month", "from now on; 0: now"),
		TEXT("date", "the day it begins with"),
		NUMBER("demand", "", "of the fleet then, on the weekday when it is highest, in the resource's unit"),
		NUMBER("low", "", "lower end of its 95 % interval; NA: the policy says how it grows"),
		NUMBER("high", "", "upper end of its 95 % interval"),
		NUMBER("capacity", "", "of the plan's hosts, less what the policy keeps free and reserves"),
		END },
};

const struct table_schema schema_plan_headroom = {
	.name = "plan/headroom.csv", .description = "when one resource of a plan's hosts is full",
	.columns = (const struct table_column[]){
		TEXT("config", "configuration planned for"),
		TEXT("label", "configuration as printed"),
		TEXT("resource", "cpu, memory, io, iops or net"),
		TEXT("source", "series (a line with a pattern of the week through the percentile of each day) or policy (growth_month)"),
		TEXT("date", "now: the last day of the series, or what the policy says"),
		NUMBER("demand", "", "now, in the resource's unit"),
		NUMBER("growth", "", "of demand in the next month"),
		NUMBER("capacity", "", "of the hosts, less what the policy keeps free and reserves"),
		TEXT("ends", "the first day with more demand than that; NA: none within the horizon"),
		TEXT("ends_earliest", "the same by the upper end of demand's 95 % interval"),
		TEXT("order_by", "the day by which to order: the earlier of these less the time it takes"),
		TEXT("host", "the kind of host that gives most of the resource for its cost"),
		TEXT("host_ends", "the first day with more demand than there is with one of these more; NA: none within the horizon"),
		NUMBER("host_days", "days", "that it gains"),
		END },
};
/* clang-format on */
