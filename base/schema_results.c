/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stddef.h>

#include "base/schema.h"

/* The tables of a result directory, in the order they are described in. */
/* clang-format off */
const struct table_schema *const schema_results[] = {
	&schema_machine,
	&schema_runs,
	&schema_layers,
	&schema_agreement,
	&schema_counters,
	&schema_exits,
	&schema_requests,
	&schema_lifecycle,
	&schema_overhead,
	&schema_waterfall,
	&schema_flips,
	&schema_ablation,
	&schema_suite,
	&schema_events,
	&schema_distributions,
	&schema_costs,
	&schema_provisioning,
	&schema_footprint,
	&schema_sets,
	&schema_hardware,
	&schema_profile,
	&schema_arrivals,
	&schema_coefficients,
	&schema_validation,
	&schema_event_counts,
	&schema_predictions,
	&schema_latencies,
	&schema_scaling,
	&schema_laws,
	&schema_loads,
	&schema_mixes,
	&schema_plan_hosts,
	&schema_plan_placement,
	&schema_plan_summary,
	&schema_plan_risks,
	&schema_plan_today,
	&schema_plan_mending,
	&schema_plan_moves,
	&schema_plan_break_even,
	&schema_plan_uncertainty,
	&schema_plan_sensitivity,
	&schema_plan_what_if,
	&schema_plan_density,
	&schema_plan_doubts,
	&schema_plan_demand,
	&schema_plan_forecast,
	&schema_plan_headroom,
	NULL,
};
/* clang-format on */
