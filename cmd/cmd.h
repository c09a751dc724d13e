/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Exit statuses of every command. */
enum cmd_status {
	CMD_OK = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2,	   /* bad options or bad input */
	CMD_THRESHOLD = 3, /* a threshold the user set is exceeded */
	CMD_UNABLE = 77,   /* this machine cannot do it; the reason was printed */
};

/* The commands: argv[0] is the command's name. Each returns an enum cmd_status. */
int cmd_doctor(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_ablate(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_account(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_profile(int argc, char **argv);
int cmd_fit(int argc, char **argv);
int cmd_predict(int argc, char **argv);
int cmd_scale(int argc, char **argv);

/* Prints "vmtax COMMAND: what: where: why: mend" on stderr and returns STATUS. COMMAND may be NULL. */
int cmd_fail(const char *command, const struct error *error, enum cmd_status status);

struct option;

/*
 * Says what is wrong with the option getopt_long has just refused with ID ('?' or ':') and returns CMD_USAGE.
 * For an option string that begins with ":" or "+:", opterr = 0, and OPTIONS whose values are over 255.
 */
int cmd_option_fail(const char *command, int id, char **argv, const struct option *options);

/* How a command reads its options. */
struct cmd_options {
	const char *command;
	const struct option *known; /* values over 255 */
	bool words; /* may stand between options: each is option 1. Else the first ends them */
	/* Takes option ID, with its value in optarg, into TO. 0, or negative errno with ERROR. */
	int (*take)(void *to, int id, struct error *error);
};

/* Gives each option of ARGV to its take; optind is behind the last. CMD_OK, or CMD_USAGE, once it is said. */
int cmd_options_take(const struct cmd_options *options, int argc, char **argv, void *to);

/* A line of help on stdout: NAME from the third column on, then TEXT from column INDENT on, filled to the
 * page. */
void cmd_help_line(const char *name, size_t indent, const char *text);

/* The value that getopt_long has just read of --OPTION, a whole number from 1 to MOST. 0, or negative errno
 * with ERROR naming the option. */
int cmd_option_count(const char *option, uint64_t most, uint64_t *count, struct error *error);

/*
 * What follows a measurement: computes overhead.csv and waterfall.csv in DIRECTORY, writes datapackage.json
 * and report.html there, and prints the summary table on stdout. Shared by run and report. 0 or negative
 * errno.
 */
int cmd_results_publish(const char *directory, bool all, struct error *error);

/*
 * The results to show when none are named: the newest in out/, else the recorded sample. Writes their
 * directory into PATH (SIZE bytes) and says on stderr, for COMMAND (NULL: not), which they are. 0, or -ENOENT
 * with the mend.
 */
int cmd_results_find(const char *command, char *path, unsigned long size, bool *sample, struct error *error);

/* Where the monitor, guest kernel, workloads and examples are: beside the program in a build tree, in
 * ../lib/vmtax when installed. Writes "<there>/NAME" into PATH (SIZE bytes). 0, or -ENOENT with the mend. */
int cmd_find_part(const char *name, char *path, unsigned long size, struct error *error);

#endif
