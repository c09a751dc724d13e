/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CAPTURE_PRIV_H
#define CMD_CAPTURE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

#define CAPTURE_STDOUT_MOST (256ull << 20) /* a program that prints more is stopped: it is kept in memory */

/* What a program prints: stdout into a memfd, stderr through a pipe that is read as it comes. */
struct capture {
	int out;		 /* memfd; owned until capture_take_stdout */
	int err_read, err_write; /* owned; err_write is the child's, closed by capture_parent */
	char line[256];		 /* the line of stderr under construction */
	size_t length;
	char last_words[200];	     /* the last whole line that was not a mark */
	uint64_t tsc_begin, tsc_end; /* when the marks were read; 0: none */
	uint64_t roi_ns, ops;	     /* as the program says; valid once tsc_end is set */
	bool shows;		     /* what it prints is passed on to our stderr as well */
	uint64_t shown;		     /* bytes of stdout that were */
};

int capture_open(struct capture *capture, struct error *error);

/* In the child: makes these its stdout and stderr, and INPUT, opened anew, its stdin (NULL: /dev/null). 0 or
 * -1. Async-signal-safe. */
int capture_child(const struct capture *capture, const char *input);

/* Passes on what has been printed since the last time, where it shows. */
void capture_show(struct capture *capture);

/* In the parent, once the child has them. */
void capture_parent(struct capture *capture);

/*
 * Reads what is there, without waiting, and stamps marks with NOW_TSC. A mark is stamped when it is read,
 * so with the noise of waking up: tens of microseconds on a quiet machine.
 */
void capture_drain(struct capture *capture, uint64_t now_tsc);

/* Whether more came out than is kept. */
bool capture_flooded(const struct capture *capture);

/* Gives the memfd to the caller. */
int capture_take_stdout(struct capture *capture);

void capture_close(struct capture *capture);

#endif
