/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PROFILE_PRIV_H
#define CMD_PROFILE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "cmd/input_priv.h"
#include "cmd/suite_priv.h"
#include "probes/sets.h"
#include "probes/profile.h"
#include "probes/trace.h"

/* The parts of vmtax profile. */

struct profile_options {
	char out[4000];	      /* directory for profile.csv and arrivals.csv */
	const char *suite;    /* NULL: a program, or a process */
	const char *only;     /* NULL: all */
	char *const *program; /* NULL: none */
	const char *sadf;     /* file that sadf -d printed; NULL: none */
	uint64_t cpus;	      /* of the machine it is of; 0: as it says */
	const char *name;     /* of the program in the tables; NULL: its own */
	uint64_t pid, for_ns;
	uint64_t repeat; /* undisturbed runs */
	uint64_t ops;	 /* that the program does; 0: what it says itself */
	uint64_t timeout_ns;
	const char *counters;	 /* names of event sets; NULL: the usual ones */
	struct event_sets *sets; /* of these; owned by the caller */
	char input[INPUT_PATH];	 /* what the program reads each time; "": nothing */
	bool csv, json, show, help;
	int stop_fd; /* tells of what shall stop us; -1: none */
};

/* Fills O. An enum cmd_status. */
int profile_options_parse(struct profile_options *o, int argc, char **argv);
void profile_help(void);

/* What is found of one program. */
struct profile {
	const char *program;
	double wall_ns, cpu_ns;	       /* medians of undisturbed runs; NaN: not known */
	double fastest_ns, slowest_ns; /* of which the first is the median */
	double alone_ns;	       /* the first, less waiting for a core */
	double huge_cpu_ns;	       /* of runs with huge pages, as malloc gets them; NaN: there are none */
	double huge_faults;	       /* and their page faults */
	double small_cpu_ns; /* of runs without any, where the kernel gives them unasked; NaN: it does not */
	double ops;	     /* operations that it does; NaN: not known */
	double slowdown;     /* by its CPU time, that tracing was; NaN: not known */
	double observed_ns;  /* how long the run took that was counted in, */
	double followed_ns;  /* and the one that was followed; NaN: none was */
	struct probe_samples samples; /* of that run; owned */
	struct trace_profile trace;   /* owned */
	bool traced;		      /* else there is no trace */
	double quick; /* what it took undisturbed, by what drivers would poll of the counted run; at most 1 */
	bool followed;	   /* by ptrace(2): the trace has system calls alone */
	int64_t exit_code; /* of that run; RUN_MISSING: not known */
	bool ended;	   /* a process, while it was watched */
};
void profile_init(struct profile *profile, const char *program); /* nothing is known of it */
void profile_free(struct profile *profile);

/* Prints a summary of it. */
void profile_show(const struct profile *profile);

/* Two tables being written, of so many programs. */
struct profile_tables {
	struct table_writer profile, arrivals;
	size_t programs;
};

/* A row of profile.csv. Texts are the caller's. */
struct profile_row {
	const char *event, *group, *served, *blocks, *unit, *source;
	double value;		       /* NaN: no row */
	const struct trace_call *call; /* NULL: none */
	bool request;		       /* which of its calls came after a pause is known */
	struct trace_share share;      /* of value */
};
int profile_tables_put_row(struct profile_tables *tables, const struct profile *profile,
			   const struct profile_row *row, struct error *error);

/* Events of the hardware by their names, as in counters.csv: "tlb/dtlb-walks"; summed over threads, user mode
 * and kernel. 0 or negative errno. */
int profile_tables_put_hardware(struct profile_tables *tables, const struct profile *profile,
				struct error *error);

/* Rows for what a trace told: counts and calls, with when these came. 0 or negative errno. */
int profile_tables_put_traced(struct profile_tables *tables, const struct profile *profile,
			      struct error *error);

/* Rows for what no trace tells of: waits, and where there is no trace at all, reads and writes. */
int profile_tables_put_untraced(struct profile_tables *tables, const struct profile *profile,
				struct error *error);

/* Fills S, which is zero-filled, from O->sadf; and from that P, whose rows it puts. 0 or negative errno; P
 * owns nothing. */
#define PROFILE_SADF "sadf" /* their source */
struct sadf;
int profile_sadf_read(const struct profile_options *o, struct sadf *s, struct error *error);
int profile_sadf_put(const struct profile_options *o, const struct sadf *s, struct profile_tables *tables,
		     struct profile *p, struct error *error);
int profile_tables_open(struct profile_tables *tables, const char *directory, struct error *error);
int profile_tables_put(struct profile_tables *tables, const struct profile *profile, struct error *error);
/* Both take their names, or, where not KEEP, neither. */
int profile_tables_close(struct profile_tables *tables, bool keep, struct error *error);

/* The calls that become requests; of those that guest or host serve the ones that mostly do. And how long a
 * driver polls for one. */
void profile_requests(enum trace_request request[TRACE_CALLS]);
#define PROFILE_PAUSE ((struct trace_pause){ VMM_SPIN_US * 1000ull, VMM_SPIN_US * 1000ull / VMM_CROWDED })

/* Runs WORKLOAD natively, in DIRECTORY (NULL: ours): as often as O says, and once more counted, traced into
 * the file TRACE, or, where it does not trace, a run more is followed into it (NULL: neither). 0, or negative
 * errno, -ECHILD where the program came to no good end; profile_free in either case. */
struct scratch;
int profile_run(const struct profile_options *o, const struct workload *workload, size_t number,
		struct scratch *scratch, const char *trace, bool traces, struct profile *profile,
		struct error *error);

/* Watches the process O names for as long as it says, traced into the file TRACE unless it is NULL. */
int profile_watch(const struct profile_options *o, const char *trace, struct profile *profile,
		  struct error *error);

#endif
