/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_COMPARE_PRIV_H
#define CMD_COMPARE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#define DIRECTORIES 256 /* a side, the NULL at its end included */

/* What vmtax compare was told. */
struct compare_options {
	const char *ours[DIRECTORIES], *base[DIRECTORIES]; /* NULL-terminated */
	const char *metric[4];
	size_t ours_count, base_count, metrics;
	bool against;			/* what follows is of the other side */
	double min_effect, fail_over;	/* shares; fail_over < 0: not asked for */
	char variance[4096], out[4096]; /* OUT "": none */
	bool learn, csv, json, help;
};

void compare_help(void);

/* Reads the command line into O, which holds the defaults. An enum cmd_status; what is wrong was said. */
int compare_options_parse(struct compare_options *o, int argc, char **argv);

#endif
