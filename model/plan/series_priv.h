/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_SERIES_PRIV_H
#define MODEL_PLAN_SERIES_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct fleet;

/*
 * What VMs used over time. Files are read twice: for when, how often and by whom, then for how much. No row
 * is kept: a VM's samples go into slots of time, of which there are no more than memory is meant for,
 * whatever the files' size.
 */

enum series_metric { SERIES_CPU, SERIES_MEMORY, SERIES_IO, SERIES_IOPS, SERIES_NET, SERIES_METRICS };

/* What one row says. */
struct sample {
	const char *vm, *path;
	size_t line;
	double time;		      /* seconds since 1970 */
	double value[SERIES_METRICS]; /* cores, GiB, MB/s, 1/s, MB/s; NaN: it does not say */
	bool share;		      /* CPU is a share of all of the VM's, as their number is not told */
	size_t part;		      /* of the file: in each, times begin anew */
};

/* Takes a sample. 0, or negative errno with ERROR filled, which ends the reading. */
typedef int sample_take(void *user, const struct sample *sample, struct error *error);

/* Whether the file at PATH is a series, by its header: the project's own, or of sadf -d. */
bool series_is_plain(const char *path);
bool series_is_sadf(const char *path);

/* Gives each sample of the file at PATH to TAKE, in the file's order. 0, or negative errno naming file, line
 * and column. */
int series_scan(const char *path, sample_take *take, void *user, struct error *error);
int series_scan_sadf(const char *path, sample_take *take, void *user, struct error *error);

/* Seconds since 1970 that TEXT stands for: these themselves (or thousandths of them), or 2030-01-31 12:00:00
 * or 31.01.2030 12:00, with T or a blank between and Z, UTC or +01:00 behind; what has no zone is taken as
 * UTC. NaN: none. */
double series_time(const char *text);

struct series_vm {
	char *name; /* owned */
	const char *path;
	size_t line;	    /* where it is named first */
	size_t rows;	    /* that name it */
	double first, last; /* seconds since 1970 of its first and last sample */
	double step;	    /* seconds that most samples are apart; 0: it has one */
	size_t votes;	    /* for this step, while it is being found */
	double seen;	    /* time of the row before; NaN: there is none */
	const char *in;	    /* file and */
	size_t part;	    /* part that row is in */
	double checked;	    /* gaps have been looked for up to then */
	size_t covered;	    /* slots of its life with a sample */
	size_t gaps, turns; /* times without samples, and rows of times that there had been already */
	bool share;	    /* its CPU is a share of its vCPUs */
};

struct series {
	struct series_vm *vm; /* vms; owned */
	size_t vms;
	size_t *slot_of; /* a hash table of room places, number + 1; owned */
	size_t room;
	double start, width; /* seconds since 1970, and of a slot */
	size_t slots;
	float *value[SERIES_METRICS];	 /* vms x slots: means, held over gaps, NaN outside of a VM's life;
					  * owned, NULL: nobody tells of it */
	uint16_t *count[SERIES_METRICS]; /* samples that went into it; owned */
};

/* Reads the files PATHS, which NULL ends, into *SERIES, and lists gaps and clock steps as doubts of FLEET. 0
 * or negative errno. The caller frees in both cases. */
int series_read(struct series *series, const char *const *paths, struct fleet *fleet, struct error *error);
void series_free(struct series *series);

/* Makes NAME what lists of VMs can hold, which blanks and colons part. */
void series_clean(char *name);

/* The number of the VM of NAME, new where it is not there yet; vms: it is not and ADD is false, or memory is
 * short. */
size_t series_find(struct series *series, const char *name, bool add);

/* The values of one VM over the slots; NULL: nobody tells of METRIC. */
const float *series_values(const struct series *series, size_t vm, enum series_metric metric);

/* The quantile Q of what VM used while it lived; NaN: it does not say. VALUES has room for the slots. */
double series_quantile(const struct series *series, size_t vm, enum series_metric metric, double q,
		       double *values);

/* Days that VM's samples span, the share of them that is covered, and what that is worth: A (four weeks and
 * 95 %), B (a week and 80 %), C (a day and half of it) or D. */
double series_days(const struct series *series, size_t vm);
double series_coverage(const struct series *series, size_t vm);
const char *series_grade(const struct series *series, size_t vm);

#endif
