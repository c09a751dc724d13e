/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SUITE_PRIV_H
#define CMD_SUITE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/digest_priv.h"

#define SUITE_VMS   1024	   /* copies at once, at most */
#define SUITE_LIVES "provisioning" /* class of workloads whose starting and ending is measured */
#define SUITE_NANO  "nano"	   /* class of those that time an event themselves, and print samples of it */

/* A file a workload finds in its working directory. */
struct suite_file {
	char *name; /* owned */
	uint64_t bytes;
};

/* What is to be run. */
struct workload {
	char *name;  /* owned, as is all below */
	char *class; /* NULL: not known */
	char **argv; /* argv[0] is the program's path; NULL: there is only the guest kernel's event */
	struct suite_file *file;
	size_t files;
	uint64_t vms;		 /* copies at once; 0: as many as the user says */
	uint64_t memory_bytes;	 /* of a guest, unless the user says; 0: the default */
	bool lives;		 /* starting and ending is what is measured: class provisioning */
	bool nano;		 /* an event is what is measured, by the samples it prints: class nano */
	char *guest;		 /* nano: the guest kernel's event to run in a VM; NULL: argv */
	char *set;		 /* nano: assignments to knobs of VMs, separated by blanks; NULL: none */
	bool staged;		 /* nano: in a VM the stages of its requests tell the cost, not samples */
	bool virtual_only;	 /* nano: a plain process has no such event */
	bool own_directory;	 /* runs in the user's directory, not in a fresh one */
	char sha256[DIGEST_HEX]; /* of the executable */
	char absent[256];	 /* why it cannot run here; "" when it can */
};

struct suite {
	struct workload *workload; /* owned */
	size_t count;
	char **file; /* it was read from; owned */
	size_t files;
};

/*
 * Reads the suites NAMES, separated by commas: those that come with vmtax ("default", "nano", "training"...),
 * or files. ONLY, unless NULL, names the workloads wanted, separated by commas. A program that is not
 * installed leaves its workload absent. 0, or negative errno with ERROR naming file, line and column.
 */
int suite_read(struct suite *suite, const char *names, const char *only, struct error *error);

/* Adds the paths of the suites NAMES to *FILE, whose count is *FILES; owned by the caller, also where it
 * fails. 0 or negative errno. */
int suite_find(const char *names, char ***file, size_t *files, struct error *error);

/* The configurations that the suites NAMES, or the first of them, are run under without --configs. */
const char *suite_configs(const char *names);

/* Fills WORKLOAD from a row of a suite in DIRECTORY; *COLUMN is where it was wrong. 0 or negative errno. */
struct table;
int suite_take_row(struct workload *workload, const struct table *table, size_t row, const char *directory,
		   const char **column, struct error *error);

/* Whether WORKLOAD, or any of SUITE, is observed by probes that disturb: what only lives has nothing to be
 * counted, and what times itself shall not be disturbed. */
bool suite_observes(const struct workload *workload);
bool suite_observed(const struct suite *suite);

int suite_no_memory(struct error *error); /* -ENOMEM */

/* TEXT as guest memory, between what a monitor takes. 0 or negative errno. */
int suite_memory(const char *text, uint64_t *bytes, struct error *error);

/* A suite of one: the user's own program and arguments, found as a shell would. 0 or negative errno. */
int suite_of_program(struct suite *suite, char *const *argv, struct error *error);

void suite_free(struct suite *suite);

/* Splits COMMAND into words as a shell would: blanks, '…', "…" and \; nothing is expanded. *ARGV is
 * NULL-terminated and the caller's. 0 or negative errno. */
int command_split(const char *command, char ***argv, struct error *error);

/* Frees what command_split made. */
void command_free(char **argv);

/*
 * Path of the executable NAME: itself (made absolute where ABSOLUTE) when it contains a '/', else in
 * DIRECTORY (may be NULL), beside vmtax's workloads, or in PATH. *PATH is the caller's. 0, or -ENOENT or
 * -EACCES.
 */
int command_find(const char *name, const char *directory, bool absolute, char **path, struct error *error);

/* What to do about the executable PATH, which the kernel does not run, by how it begins: written into MEND
 * (SIZE bytes) and returned. NULL: that cannot be told. */
const char *command_refused(const char *path, char *mend, size_t size);

#endif
