/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_OUTPUT_PRIV_H
#define CMD_OUTPUT_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct error;

/* The directory that tables are written to. */
struct output {
	char path[4200];
	bool made;     /* it was not there before */
	size_t stood;  /* how much of its path was */
	int alive;     /* of one that is ours alone: open as long as we live, */
	pid_t cleaner; /* and who then removes it */
};

/* Makes DIRECTORY and those above it; of its path so much as *STOOD was there before. 0, or -1 with errno:
 * EEXIST where it was there itself. */
int output_make(const char *directory, size_t *stood);

/* Makes the directory NAMED by --out, unless it is there; where it is NULL one in /tmp (TMPDIR), named for
 * COMMAND, which goes with all that is in it once this process ends. 0 or negative errno. */
int output_open(struct output *output, const char *named, const char *command, struct error *error);

/* Of one that was made nothing is left where it stayed, or is now, empty. */
void output_close(const struct output *output);

#endif
