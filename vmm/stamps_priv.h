/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_STAMPS_PRIV_H
#define VMM_STAMPS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/guest_abi.h"

struct monitor;
struct vcpu;
struct vmm_report;

/* Stamps of a request, in TSC ticks; between two lies a stage of enum vmm_stage. */
enum stamp {
	STAMP_SUBMITTED, /* the guest's */
	STAMP_SEEN,
	STAMP_BEGUN, /* the host call */
	STAMP_ENDED,
	STAMP_COMPLETED, /* the vCPU about to run again, or the ring about to show it */
	STAMP_RESUMED,	 /* the guest's */
	STAMPS,
};

/* What a request says of the program's region of interest: its marks are lines it writes to stderr. */
enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

/* One that was served. */
struct served {
	const struct abi_stamps *stamps; /* the guest's, of which the last comes after this was written */
	uint32_t call;			 /* enum abi_call_id */
	bool by_exit;
	enum mark mark;
	uint64_t stamp[STAMPS];
	uint64_t next; /* TSC: when the request after it was seen; 0: not known */
};

/* The last ones of a vCPU, in order. What is to be recorded of them has not all been written yet. */
struct stamps_kept {
	unsigned first, count;
	struct served served[2 * ABI_SLOTS];
};

/*
 * Keeps S. True: the one a round before it, to whose line the guest writes no more, has been taken out for
 * that, and is to be recorded.
 */
bool stamps_keep(struct stamps_kept *kept, const struct served *s, struct served *before);

/* Counts S, whose stamps the guest has made, into the report. */
void stamps_record(struct monitor *m, struct served *s);

/* The same for all that are kept. The next was seen at NEXT (0: not known). */
void stamps_flush(struct monitor *m, struct stamps_kept *kept, uint64_t next);

/* The guest's clock was seen to be behind the host's by at most THERE ticks, and ahead of it by at most BACK.
 */
void stamps_bound(struct vmm_report *report, int64_t there, int64_t back);

/* The last one kept, or NULL. */
struct served *stamps_last(struct stamps_kept *kept);

/*
 * The program's region of interest begins when it goes on after its first mark and ends when it writes the
 * second, at ENDED, which was SEEN: what the way of these requests costs is not part of it. Stamps a guest
 * cannot have made are not believed.
 */
void stamps_end_roi(struct monitor *m, uint64_t ended, uint64_t seen);

#endif
