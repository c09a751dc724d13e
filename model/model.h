/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/*
 * What the tables of a result directory say once they are thought through: overheads, costs of requests,
 * capacity plans. Tables in, tables out; nothing is measured here, and no KVM or perf is needed.
 */

/*
 * Reads DIRECTORY/runs.csv and writes DIRECTORY/overhead.csv: each workload under each configuration against
 * native and native-tuned, by metric:
 *   time      the region of interest where both sides mark one, else the whole life, of the same block
 *   cpu       CPU seconds of everything that worked for the program, polling included
 *   core      time x cores held: the inverse of throughput per core held
 *   vm-cpu    CPU seconds but those of driver threads: what a plan inflates a VM's demand by
 *   driver    CPU seconds of driver threads at work, polling apart, by CPU seconds of the baseline
 *   observer  time of repetitions that probes disturb, by that of undisturbed ones of the same configuration:
 *             ratio of geometric means with Welch's interval of their logarithms, from three on
 * Ratios are Hodges-Lehmann estimates of within-block log ratios with signed-rank intervals at 95 %. Only
 * undisturbed repetitions that belong to a block and are ok on both sides count. 0 or negative errno.
 */
int model_overhead_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/runs.csv and requests.csv and writes DIRECTORY/waterfall.csv: the cost of each stage of
 * each kind of request under each configuration, in the workload that makes most of them. Repetitions outside
 * of blocks do not count. 0 or negative errno.
 */
int model_waterfall_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/runs.csv and flips.csv and writes DIRECTORY/ablation.csv: what each knob is worth to each
 * workload. A flip's worth is the time after it less the time before it. A bar by "single" is the mean of a
 * knob's flips from either end; by "shapley", where orders of knobs were measured, its mean step over them,
 * the Shapley value (L. S. Shapley, A value for n-person games, 1953) as estimated from sampled orders (J.
 * Castro, D. Gomez and J. Tejada, Polynomial calculation of the Shapley value based on sampling, Computers &
 * Operations Research 36, 2009). All are combinations of the configurations' locations over the same blocks
 * (stats_combine), so the bars and "interaction" sum to the difference of the ends in these blocks. "total"
 * is that difference in blocks that hold no configuration between the ends, which no bar uses. Where
 * DIRECTORY has no flips.csv nothing is written. 0 or negative errno.
 */
int model_ablation_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/runs.csv and lifecycle.csv and writes DIRECTORY/provisioning.csv: what creating, starting,
 * forking and ending a machine takes, and a storm of several started at once, under each configuration.
 * Medians over blocks with exact intervals; repetitions that ran at once are one observation. Where no
 * workload is of the class provisioning nothing is written. 0 or negative errno.
 */
int model_provisioning_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/runs.csv and counters.csv and writes DIRECTORY/host-footprint.csv: what the host spends for
 * each virtual machine, by workload, configuration and part: memory, CPU time, disk traffic, and the size of
 * the virtualization layer itself. Medians over undisturbed repetitions, with exact intervals. 0 or negative
 * errno.
 */
int model_footprint_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/event-sets.csv, runs.csv and counters.csv and writes DIRECTORY/hardware.csv: what each
 * formula of the event sets comes to, by workload, configuration, thread and half. Medians over observed
 * repetitions with exact intervals; nothing is scaled. Where there is no event-sets.csv nothing is written. 0
 * or negative errno.
 */
int model_hardware_write(const char *directory, struct error *error);

/*
 * Reads DIRECTORY/suite.csv, runs.csv, events.csv and requests.csv and writes DIRECTORY/costs.csv: what each
 * event of the nano suite costs under each configuration, as medians over repetitions with exact intervals.
 * Where there is no suite.csv nothing is written. 0 or negative errno.
 */
int model_costs_write(const char *directory, struct error *error);

/* What a plan is made of; texts are the caller's. */
struct model_plan_options {
	const char *results; /* directory with overhead.csv and runs.csv, a table of ratios typed by hand, or
			      * predictions.csv; NULL: only native is planned */
	const char *const *fleet;   /* paths of the fleet's tables: the project's own, RVTools' tabs, or Azure
				     * Migrate's import; NULL-terminated */
	const char *hosts;	    /* path of the host list */
	const char *policy;	    /* path of the policy; NULL: none */
	const char *placement;	    /* path of today's placement; NULL: what the fleet says */
	const char *const *what_if; /* scenarios, NULL-terminated; NULL: none */
	const char *ablation;	    /* directory with flips.csv for these; NULL: the results */
	const char *out; /* directory to write plan/hosts.csv, summary.csv, risks.csv and doubts.csv in */
};

/*
 * Packs the fleet onto hosts for native and for each configuration measured, and writes OUT/plan/hosts.csv,
 * summary.csv and doubts.csv (rows left out, or taken with a guess). 0 or negative errno; no file then
 * appears under its final name.
 */
int model_plan_write(const struct model_plan_options *options, struct error *error);

/* A key of a policy, for help. */
struct model_policy_key {
	const char *name, *usual, *description; /* USUAL: what holds where a policy does not name it */
};

/* Key number I of section number SECTION (0: before any); NULL: there are no more. *WORD and *ABOUT: what
 * [WORD NAME] is about, "" for section 0; they stay as they are where there is no such section. */
const struct model_policy_key *model_policy_key(size_t section, size_t i, const char **word,
						const char **about);

/* What is compared with what; texts are the caller's. */
struct model_compare_options {
	const char *const *ours;   /* result directories, NULL-terminated */
	const char *const *base;   /* those they are compared against */
	const char *const *metric; /* time, cpu, overhead: those wanted, NULL-terminated */
	double min_effect;	   /* the least difference that matters: 0.02 */
	const char *variance;	   /* path of a table that model_variance_learn wrote; may be missing */
	const char *path;	   /* where the comparison goes */
};

extern const char *const model_compare_metrics[]; /* NULL-terminated */

/*
 * Compares invocations of vmtax run, workload by workload and configuration by configuration, and writes
 * PATH (schema_comparison). An invocation, the unit of replication, enters as the median of its undisturbed
 * repetitions: repetitions of one invocation agree better than invocations do. The variance between
 * invocations is pooled over both sides and moderated over rows (see stats_moderate); where a side has fewer
 * than 3 invocations, the machine's known one is added. A difference is one of which a t-test's false
 * discovery rate over all rows is at most 5 % and whose size is at least min_effect. 0 or negative errno.
 */
int model_compare_write(const struct model_compare_options *options, struct error *error);

/*
 * Takes the result directories OURS (NULL-terminated) for identical invocations, and keeps how far they lie
 * apart in the table VARIANCE: what it has of other machines and workloads stays. 0 or negative errno.
 */
int model_variance_learn(const char *const *ours, const char *variance, struct error *error);

/* Told of each step of work that may take long: one of TOTAL in PHASE, on WHAT under CONFIG. */
struct model_watch {
	void (*step)(void *context, const char *phase, size_t total, const char *what, const char *config);
	void *context;
};

/* What no fit may see: result directories of their own, or programs among those that are fitted on. Both
 * lists are NULL-terminated and may be empty; texts are the caller's. */
struct model_held_out {
	const char *const *directories, *const *programs;
};

/*
 * Fits what events cost to the result DIRECTORIES (NULL-terminated; each with runs.csv, and profile.csv of
 * its programs or costs.csv of the nano suite) less the programs HELD out, and writes PATH
 * (schema_coefficients): the non-negative costs that are least off, by the logarithm, over programs and
 * direct measurements, for each configuration and metric. 0 or negative errno.
 */
int model_fit_write(const char *const *directories, const struct model_held_out *held, const char *path,
		    const struct model_watch *watch, struct error *error);

/*
 * Writes PATH (schema_validation): what fits to DIRECTORIES predict of each of their programs without having
 * seen it, and a fit to all of them of those HELD out; and COUNTS (schema_event_counts): how often what
 * predictions are made from was counted natively and there. 0 or negative errno.
 */
int model_validation_write(const char *const *directories, const struct model_held_out *held,
			   const char *path, const char *counts, const struct model_watch *watch,
			   struct error *error);

/* Whether DIRECTORY/predictions.csv tells of PROGRAMS (NULL-terminated). 0, or negative errno with ERROR. */
int model_predicted_check(const char *directory, const char *const *programs, struct error *error);

/* What is predicted from what; texts are the caller's. */
struct model_predict_options {
	const char *profile; /* profile.csv, or a directory with it */
	const char *costs;   /* directory with coefficients.csv */
	const char *
		machine; /* results of the nano suite on the machine to predict for; NULL: as it was fitted */
	const char *backend;   /* KVM backend of that machine; NULL: not known */
	const char *processor; /* its processor, likewise */
	const char *path;      /* where predictions go */
	const char *latencies; /* where what each kind of call would take goes */
};

/*
 * Predicts time and CPU seconds of each program of a profile under each configuration that costs were fitted
 * for, with 95 % prediction intervals, and writes PATH (schema_predictions) and LATENCIES (schema_latencies).
 * Costs of another machine are scaled, term by term, by what its nano suite says. Costs of another backend
 * are refused without that. 0 or negative errno.
 */
int model_predict_write(const struct model_predict_options *options, struct error *error);

/* What is known of copies that run at once; texts are the caller's. */
struct model_scale_options {
	const char *const *directories; /* results of vmtax run --vms, NULL-terminated */
	double goal_share, goal_ns; /* so many of all copies shall take no longer than this; NaN: no goal */
	const char *predicted; /* directory with predictions.csv; NULL: copies ask for what one alone did */
	const char *scaling, *laws; /* paths of the tables */
};

/*
 * Writes how throughput and times change with the number of copies that run at once (schema_scaling,
 * schema_laws): as measured, by the Universal Scalability Law fitted to it, and by exact mean value analysis
 * of a closed network whose demands are those of one copy alone, or as predicted: CPU seconds at a station
 * with as many servers as there are cores, and the rest of its time, for which nobody waits. 0 or negative
 * errno.
 */
int model_scale_write(const struct model_scale_options *options, struct error *error);

/* What is known of loads; texts are the caller's. */
struct model_mixes_options {
	const char *const *directories; /* with loads.csv, NULL-terminated */
	double goal_share, goal_ns;	/* so many of all runs shall take no longer than this; NaN: no goal */
	const char *predicted; /* directory with predictions.csv; NULL: programs are as they were alone */
	const char *path;
};

/*
 * Writes how VMs of unlike programs get on together (schema_mixes): throughput as measured, and as exact mean
 * value analysis predicts it from each program alone, a class of customers each, whose CPU seconds are served
 * by as many servers as there are cores; where that needs too much memory by its approximation, and where
 * programs compute on several cores at once by simulation. Percentiles are by simulation of runs as they were
 * alone. 0 or negative errno.
 */
int model_mixes_write(const struct model_mixes_options *options, struct error *error);

/* A term of predictions; texts are static. */
struct model_term {
	const char *name, *summary;
	const char *direct; /* the nano suite's event that measures it; NULL: none does */
};

/* The term I, from 0; false beyond the last. */
bool model_term(size_t i, struct model_term *term);

#endif
