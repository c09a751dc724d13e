/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_HOST_PRIV_H
#define PROBES_HOST_PRIV_H

/* What the files share that look at the host as a whole, and at what a virtual machine takes of it. */
#include "probes/probes_priv.h"

#define KTHREAD_KIND 20
#define KTHREAD_NAME 40

/* The kernel's threads, ascending by number. */
struct kthreads {
	struct kthread {
		pid_t tid;
		int64_t cpu_ns;
		char kind[KTHREAD_KIND], name[KTHREAD_NAME];
	} * thread; /* count; owned */
	size_t count, capacity;
};

/* Reads all there are. 0, or negative errno where they are not to be seen; then there is nothing to free. */
int kthreads_read(struct kthreads *all);
void kthreads_free(struct kthreads *all);

/* Adds what they used from BEFORE to AFTER: of those named after the process PID as its, of all others as the
 * host's, by kind. 0 or -ENOMEM. */
int kthreads_add_changes(const struct kthreads *before, const struct kthreads *after, pid_t pid,
			 struct probe_samples *samples);

struct probe_before {
	struct kthreads kthreads;
	struct probe_samples memory;
};

/* Memory of one process by whose it is, from /proc/PID/smaps: proportional set sizes, so that what several
 * share is divided among them. Bytes. */
struct smaps {
	uint64_t guest;	    /* of the guest's memory */
	uint64_t beyond;    /* of all else: the monitor's */
	uint64_t program;   /* of which its executable file */
	uint64_t libraries; /* and other files it can execute */
	uint64_t libraries_disk;
};

/* Reads that of TARGET. 0 or negative errno. */
int smaps_read(const struct probe_target *target, struct smaps *smaps);

#endif
