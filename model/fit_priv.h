/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_FIT_PRIV_H
#define MODEL_FIT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/names.h"
#include "base/table.h"

struct error;
struct model_watch;

/*
 * What predicts the time of a program in a virtual machine: T = base * (N - faults * f - walks) + sum over
 * terms of events * cost, where N is its native time, f what a page fault takes natively, and walks what N is
 * longer by because pages are small. Costs are what an event adds, all above nought (T. Wood et al.,
 * Profiling and modeling resource usage of virtualized applications, Middleware 2008, fit such a model by
 * regression on counts).
 */

/* --- Terms: terms.c --- */

enum { TERM_BASE, TERM_FAULT, TERM_WALK, TERM_REQUEST, TERM_AWAKE, TERM_BLOCKING, TERM_WAIT, TERM_MOST = 32 };

/* One term. The count of a program is the value of EVENT's row in its profile, or the sum of WEIGHT over all.
 */
struct term {
	const char *name, *summary;
	const char *direct;  /* the event of the nano suite that measures it; NULL: none */
	const char *less;    /* and the event to subtract; NULL: none */
	const char *without; /* events of this term are none of its own; NULL: none */
	bool ring;	     /* there is such a thing only where requests go by ring, */
	bool poll;	     /* or an idle guest polls, */
	bool cpu;	     /* and only in CPU time */
	bool time;	     /* only in time: meanwhile its thread has no core, and others may have it */
	bool core;	     /* in time it is what it takes of a core: what it waits for is another term */
	bool small;	     /* only where guest memory is in small pages */
	bool kin;	   /* what is measured directly is like it, and not the same: it tells machines apart,
			      and does not enter a fit */
	bool whole;	   /* its cost is with what it takes natively, too */
	bool share;	   /* its events are ns of native time, of which its cost is a multiple */
	double divide;	   /* the direct measurement is of so many */
	const char *event; /* NULL: none, or WEIGHT tells */
	double (*weight)(const struct table *profile, size_t row);
};
extern const struct term terms[]; /* ends with a NULL name; the first are those of the enum */
extern const size_t terms_count;
/* How many events of TERM a row of a profile is. */
double term_events(const struct term *term, const struct table *profile, size_t row);

/* --- Profiles: profiles.c --- */

/* What profiles and runs in a virtual machine both count: counts.c. */
enum { COUNT_REQUEST, COUNT_CALL, COUNT_MAP, COUNT_FAULT, COUNT_WAIT, COUNTED };

/* What a program did natively. */
struct profile {
	size_t table, first, next; /* its rows: of one of the tables, from the first on, before the next */
	double count[TERM_MOST];   /* events of each term */
	double serial[TERM_MOST];  /* of what one adds, by how much it makes the program longer: less than 1
				     where others of its threads run meanwhile; NaN: not known */
	double watched[TERM_MOST]; /* of its events, the share that come while a driver polls */
	double counted[COUNTED];
	double wall_ns, cpu_ns; /* on free cores, and CPU time; NaN: not known */
	double small_ns; /* CPU time without huge pages, where the kernel gives them unasked; else cpu_ns */
	double huge_ns;	 /* and where malloc asks for them; NaN: not known */
	double faults, huge_faults;
	double large;	    /* faults where there is room for a huge page; NaN: not counted */
	double ends;	    /* of processes */
	double forks;	    /* that begin as copies; NaN: not told from threads */
	double births;	    /* those, and programs that they go on as; NaN: not counted */
	double undriven;    /* requests that find no driver; NaN: not counted */
	double waits;	    /* in calls that may block; NaN: not counted, */
	double futex_waits; /* and on futexes */
	double ops;	    /* operations that it says, or the user says, it did; NaN */
	bool alone;	    /* it starts no thread and no process */
	bool coarse;	    /* its calls were not counted */
};

struct profiles {
	struct table *table; /* tables; owned */
	size_t tables;
	struct names program;
	struct profile *at; /* programs; owned */
};

/* Adds DIRECTORY/profile.csv, or the file DIRECTORY itself where it is none. A missing one adds nothing where
 * OPTIONAL. 0 or negative errno. */
int profiles_add(struct profiles *profiles, const char *directory, bool optional, struct error *error);
void profiles_free(struct profiles *profiles);
/* Of what its rows say, SERIAL and WATCHED as so many events: takes off each term, in their order, what
 * counts as another's. profile_settle.c */
void profile_settle(struct profile *profile);

/* --- Direct measurements: direct.c --- */

/* What the nano suite says a term costs: natively, and above that under a configuration. NaN: it does not. */
struct direct {
	struct table *costs; /* tables; owned */
	size_t tables;
};
int direct_add(struct direct *direct, const char *directory, struct error *error);
double direct_native(const struct direct *direct, const struct term *term);
double direct_added(const struct direct *direct, const struct term *term, const char *config);
/* Its standard error, relative to it; 0: not known. */
double direct_unsure(const struct direct *direct, const struct term *term, const char *config);
/* The parts of what a request by exit costs (A. Landau, M. Ben-Yehuda, A. Gordon, SplitX, WIOV 2011), in ns;
 * NaN: not measured. EXIT: directly, leaving the guest and coming back. INDIRECT: through caches and TLB that
 * are colder after it, for a program that works on 256 KiB between two. The rest is synchronous: waiting
 * until it is served. */
void direct_split(const struct direct *direct, const char *config, double *exit, double *indirect);
void direct_free(struct direct *direct);

/* --- Cases: cases.c --- */

enum { METRIC_TIME, METRIC_CPU, METRICS };
extern const char *const fit_metrics[METRICS];

#define FIT_FACT 128 /* room for a fact about a machine */

/* One program under one configuration. */
struct fit_case {
	const char *program, *config, *label, *transport, *memory, *idle;
	size_t profile; /* row of profiles */
	double native_ns[METRICS], measured_ns[METRICS];
	double left_out_ns[METRICS]; /* predicted by the fit without its program; NaN: there is none */
	double *ratio[METRICS];	     /* pairs: of each run, measured by native; owned */
	double unsure[METRICS]; /* standard error of their median's logarithm; 0: one run tells of none */
	size_t pairs;
	double counted[COUNTED]; /* medians over runs; NaN: not known */
	double held;		 /* cores kept, median over runs; NaN: not known */
	double setup_ns;	 /* making the VM, likewise */
};

struct fit_cases {
	struct fit_case *at; /* count; owned */
	size_t count;
	struct cells *cells; /* directories, kept for their texts; owned */
	size_t directories;
	struct profiles profiles;
	struct direct direct;
	struct names configs, programs;
	char backend[FIT_FACT], processor[FIT_FACT]; /* of the machine; "": not known */
};

/* Which programs are taken. */
enum fit_part { FIT_OTHERS, FIT_THOSE };

/* Adds result DIRECTORIES (NULL-terminated): runs, profiles, direct costs; of their programs THOSE named in
 * the NULL-terminated list, or the others. ALL is zero-filled at first. 0 or negative errno. */
int fit_cases_read(struct fit_cases *all, const char *const *directories, enum fit_part part,
		   const char *const *those, struct error *error);
void fit_cases_free(struct fit_cases *all);

/* What the runs of a result counted, by their numbers: requests.csv, counters.csv. */
struct fit_counts {
	double *at; /* runs x COUNTED; NaN: not known; owned */
	size_t runs;
};
/* 0 or negative errno; fit_counts_free in either case. */
int fit_counts_read(struct fit_counts *counts, const char *directory, struct error *error);
double fit_counts_of(const struct fit_counts *counts, double run, size_t i);
void fit_counts_free(struct fit_counts *counts);
const char *fit_counted_name(size_t i); /* as event-counts.csv has it; static */

/* --- Fits: fit.c --- */

/* Programs of one thread, and of several or of several processes, are not predicted equally well: each kind
 * has its own errors, where there are enough. */
enum fit_kind { FIT_ONE, FIT_SEVERAL, FIT_KINDS };
extern const char *const fit_errors[FIT_KINDS]; /* as terms of coefficients.csv */

/* A fit of one metric under one configuration. */
struct fit {
	double cost[TERM_MOST], low[TERM_MOST], high[TERM_MOST];
	double most[TERM_MOST];	    /* events per native ms, at most */
	double direct[TERM_MOST];   /* as the nano suite measured it; NaN: not */
	size_t with[TERM_MOST];	    /* programs that make such events */
	bool absent[TERM_MOST];	    /* there is no such event under the configuration, or in the metric */
	int merged[TERM_MOST];	    /* the term it cannot be told from; -1: none */
	double fault_ns[TERM_MOST]; /* what a page fault takes natively, of the terms that are of such */
	bool walks;		    /* what walks of page tables take is apart from the base */
	double condition;
	double error[FIT_KINDS]
		    [3]; /* measured by predicted, left out in turn: 2.5th, 50th and 97.5th percentile */
	size_t judged[FIT_KINDS]; /* by so many programs */
	size_t programs;
	double constant, cpu_only; /* slowdowns of the baselines, */
	double constant_error[2];  /* and measured by the first: 2.5th and 97.5th percentile */
};

/* How much is found: costs alone; also error; also low and high. */
enum fit_effort { FIT_COSTS, FIT_ERROR, FIT_INTERVALS };

/*
 * Fits METRIC under CONFIG to all cases but those of program LEAVE (NULL: none): steps of non-negative least
 * squares, with a row for each direct measurement but those of kin. Low and high are percentiles of a
 * bootstrap over programs, and over the runs of each (B. Efron, Annals of Statistics 7, 1979). Errors are
 * from what fit_leave_out has put into the cases. 0; -ENODATA where nothing is to be fitted; or another
 * negative errno.
 */
int fit_make(const struct fit_cases *cases, const char *config, int metric, const char *leave,
	     enum fit_effort effort, struct fit *fit);

/*
 * What a prediction is made from: a program's events and its native time; and how many cores it keeps busy at
 * a time, over which its events are spread, and with them what they add: 1 for CPU time.
 */
struct fit_work {
	const struct profile *profile;
	double native_ns, beside;
	bool spread; /* each term has its share; else all one over BESIDE */
	enum fit_kind kind;
};
struct fit_work profile_work(const struct profile *profile, int metric, double native_ns);
/* Of what an event of TERM adds, how much longer it makes WORK. */
double profile_serial(const struct fit_work *work, size_t term);

/* --- What a fit predicts: fit_events.c --- */

/* Of FIT's fault_ns, which is NaN where it is not known: of another kind of page fault it is as of the
 * program's own, or nought; and of other terms nought. */
void fit_settle_faults(struct fit *fit);

/* Events of TERM that come one after another: for the base, ns of native time. In CPU time those count twice
 * that a driver polls beside. */
double fit_events(const struct fit *fit, const struct fit_work *work, size_t term);

/* Whether page faults, by what one takes natively where FIT is from, took over half of WORK's native time.
 * The base is then half of it: less would be no time at all. */
bool fit_faults_exceed(const struct fit *fit, const struct fit_work *work);

/* What FIT predicts for WORK, in ns; PART (TERM_MOST; may be NULL) gets each term's. */
double fit_predict(const struct fit *fit, const struct fit_work *work, double *part);

/* The interval about PREDICTED. */
void fit_interval(const struct fit *fit, enum fit_kind kind, double predicted, double *low, double *high);

/* What one fit is made on. */
struct fit_sample {
	const struct fit_cases *all;
	const char *config;
	int metric;
	const struct fit_case **at; /* count; owned */
	size_t count;
	double usual;		  /* error beyond which a case counts less */
	double *weight;		  /* count: of each case; owned */
	double *measured;	  /* count, ns; owned */
	double *a, *b;		  /* rows of the problem: count + terms; owned */
	size_t rows;		  /* of it used last */
	double direct[TERM_MOST]; /* what the nano suite says; NaN: nothing */
	double unsure[TERM_MOST]; /* and its standard error, relative to it */
	double core[TERM_MOST];	  /* of time: what it takes of a core, by the fit of CPU seconds; else 0 */
	bool absent[TERM_MOST];	  /* the configuration knows no such event */
};

/* The costs of a sample, by its weights and measured times, into FIT, whose fault_ns is known. 0 or -ENOMEM.
 */
int fit_solve(struct fit_sample *sample, struct fit *fit);

/* --- How sure it is: fit_error.c --- */

/* Predicts every case by a fit to all cases but those of its program, into left_out_ns. 0 or negative errno.
 */
int fit_leave_out(struct fit_cases *all, const struct model_watch *watch, struct error *error);
int fit_find_intervals(struct fit_sample *sample, struct fit *fit);
int fit_find_error(const struct fit_sample *sample, struct fit *fit);
/* The ENDS of an interval for what comes next, after N sorted RATIOs. */
void fit_ends(const double *ratio, size_t n, double ends[2]);

/* --- What a call would take: latency.c --- */

/* Puts rows of schema_latencies: what each kind of request of PROGRAM takes beyond what it takes natively, by
 * FIT, which is of the time under CONFIG. 0 or negative errno. */
int latency_put(struct table_writer *writer, const struct fit *fit, const char *config,
		const struct profiles *profiles, size_t program, struct error *error);

#endif
