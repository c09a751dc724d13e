/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CHILD_PRIV_H
#define CMD_CHILD_PRIV_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "cmd/capture_priv.h"

#define CHILD_FIRST_FD 3 /* descriptors passed on are numbered from here */
#define CHILD_FDS      2

/* How a process is to be started. */
struct child_options {
	char *const *argv; /* argv[0] is the path */
	char *const *environment;
	const char *directory; /* working directory; NULL: ours */
	const char *input;     /* its stdin, opened anew; NULL: /dev/null */
	bool shows;	       /* what it prints is passed on to our stderr */
	int signal_fd;	       /* a signalfd of what stops us, blocked here and not in the child */
	bool gate;	       /* wait before exec until child_release */
	cpu_set_t cores;       /* it may run on */
	bool fifo;	       /* under SCHED_FIFO, priority 1 */
	bool small_pages;      /* the kernel gives it no huge pages */
	int fd[CHILD_FDS];     /* passed on as CHILD_FIRST_FD and so on; -1: none */
};

/* A process of the measurement: leader of its own process group, dead when we die. */
struct child {
	pid_t pid;
	int pidfd;
	int status_fd; /* the child's word until exec: then it closes */
	int gate_fd;
	int signal_fd;
	struct capture capture;
	int policy; /* of the harness, when it does not watch */
	struct sched_param usual;
	bool hurried;
	bool begun;	    /* and not closed */
	uint64_t tsc_start; /* just before the fork */
	uint64_t tsc_ready; /* at the gate */
	int64_t rss_bytes;  /* resident memory once its first mark was read; 0: not known */
};

/*
 * Starts a process; with a gate, returns once it waits there. 0, or negative errno: nothing is left then.
 * The caller ends with child_close.
 */
int child_start(struct child *child, const struct child_options *options, struct error *error);

/* Opens the gate. */
void child_release(struct child *child);

/* Why child_await returned. */
enum child_event {
	CHILD_EXITED,
	CHILD_SPOKE, /* the watched descriptor can be read, or was closed */
	CHILD_LATE,
	CHILD_FLOODED,	   /* more output than is kept */
	CHILD_INTERRUPTED, /* the user wants to stop */
};

/* Waits, reading stderr meanwhile, for the child's end, for FD (-1: none) or until DEADLINE_NS (monotonic
 * clock). *TSC is when that was seen. */
enum child_event child_await(struct child *child, int fd, uint64_t deadline_ns, uint64_t *tsc);

/* What the exec came to: 0, or the errno it failed with. To be asked when status_fd can be read. */
int child_exec_error(struct child *child);

/* Collects the ended child: wait status and what it and its descendants used. */
int child_reap(struct child *child, struct rusage *usage);

/* Kills the child with its process group, if it still runs, and frees all. */
void child_close(struct child *child);

#endif
