/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SCRATCH_PRIV_H
#define CMD_SCRATCH_PRIV_H

#include <stdbool.h>

#include "cmd/suite_priv.h"

#define SCRATCH_NAME ".scratch" /* its name in a result directory */

/* Where workloads run, on the file system of the results. */
struct scratch {
	char root[4096];
	char cell[4200]; /* the directory of the repetition to come */
	int signal_fd;	 /* a signalfd of what stops us, -1: none */
};

/* Makes DIRECTORY/.scratch, after removing what a killed run left of it. 0 or negative errno. */
int scratch_open(struct scratch *scratch, const char *directory, int signal_fd, struct error *error);

/*
 * The state every repetition begins in: an empty directory with WORKLOAD's files made anew, everything
 * written back to the disk, and the files in the host's page cache, or, where COLD, not. NUMBER tells
 * workloads apart. 0; -EINTR where a signal that stops us came before large files were made; or another
 * negative errno.
 */
int scratch_prepare(struct scratch *scratch, const struct workload *workload, size_t number, bool cold,
		    struct error *error);

/* Chooses the directory of copy NUMBER (from 0) of what runs at once; scratch_prepare makes it. */
void scratch_choose(struct scratch *scratch, size_t number);

/* Removes the directory PATH and all that is in it, without following links or leaving the file system. */
void scratch_remove_tree(const char *path);

/* Removes it all. */
void scratch_close(struct scratch *scratch);

/* Writes BYTES of text into FD: words of a made-up language in numbered lines, the same for the same NAME
 * everywhere, that compress about threefold. 0, -EINTR as soon as SIGNAL_FD can be read, or another negative
 * errno. */
int filler_write(int fd, const char *name, uint64_t bytes, int signal_fd, struct error *error);

#endif
