/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_SCHEMA_H
#define BASE_SCHEMA_H

#include "base/table.h"

/* The tables of a result directory and the tables users write: the contract between run, model and reports.
 */
extern const struct table_schema schema_machine;
extern const struct table_schema schema_runs;
extern const struct table_schema schema_layers;
extern const struct table_schema schema_agreement;
extern const struct table_schema schema_counters;
extern const struct table_schema schema_exits;
extern const struct table_schema schema_requests;
extern const struct table_schema schema_lifecycle;
extern const struct table_schema schema_overhead;
extern const struct table_schema schema_waterfall;
extern const struct table_schema schema_events;
extern const struct table_schema schema_distributions;
extern const struct table_schema schema_costs;
extern const struct table_schema schema_flips;
extern const struct table_schema schema_ablation;
extern const struct table_schema schema_provisioning;
extern const struct table_schema schema_footprint;
extern const struct table_schema schema_sets;
extern const struct table_schema schema_hardware;
extern const struct table_schema schema_plan_hosts;
extern const struct table_schema schema_plan_placement;
extern const struct table_schema schema_plan_summary;
extern const struct table_schema schema_plan_risks;
extern const struct table_schema schema_plan_today;
extern const struct table_schema schema_plan_mending;
extern const struct table_schema schema_plan_moves;
extern const struct table_schema schema_plan_break_even;
extern const struct table_schema schema_plan_uncertainty;
extern const struct table_schema schema_plan_sensitivity;
extern const struct table_schema schema_plan_what_if;
extern const struct table_schema schema_plan_density;
extern const struct table_schema schema_plan_doubts;
extern const struct table_schema schema_plan_demand;
extern const struct table_schema schema_plan_forecast;
extern const struct table_schema schema_plan_headroom;
extern const struct table_schema schema_plan_assumptions;
extern const struct table_schema schema_placement; /* input: plan --placement */

extern const struct table_schema schema_suite; /* input, too: of the nano suite a result keeps its rows */
extern const struct table_schema schema_fleet; /* input: plan --fleet, and what else that may be: */
extern const struct table_schema schema_rvtools_vinfo;
extern const struct table_schema schema_rvtools_vcpu;
extern const struct table_schema schema_rvtools_vmemory;
extern const struct table_schema schema_rvtools_vdisk;
extern const struct table_schema schema_rvtools_vhost;
extern const struct table_schema schema_azure_migrate;
extern const struct table_schema schema_series;
extern const struct table_schema schema_typed; /* input: plan --overhead */
extern const struct table_schema schema_hosts; /* input: plan --hosts */

extern const struct table_schema schema_comparison; /* compare: of several result directories */
extern const struct table_schema schema_variance;   /* compare --learn */

extern const struct table_schema schema_profile;      /* profile */
extern const struct table_schema schema_arrivals;     /* the same */
extern const struct table_schema schema_coefficients; /* fit */
extern const struct table_schema schema_validation;   /* fit --validate, as is the next */
extern const struct table_schema schema_event_counts;
extern const struct table_schema schema_scaling;     /* scale */
extern const struct table_schema schema_laws;	     /* the same */
extern const struct table_schema schema_loads;	     /* scale --mix, --rate */
extern const struct table_schema schema_mixes;	     /* the same */
extern const struct table_schema schema_predictions; /* predict */
extern const struct table_schema schema_latencies;   /* the same */

/* Every output table, NULL-terminated, in the order datapackage.json lists them. */
extern const struct table_schema *const schema_results[];

#endif
