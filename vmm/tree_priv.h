/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_TREE_PRIV_H
#define VMM_TREE_PRIV_H

/* The processes of a run: what they share, how one comes to be. */
#include "vmm/report.h"

struct abi_account;
struct monitor;
struct program;
struct vcpu;

/*
 * What the processes of one run share, behind the report in its memory. Each guest process is a monitor
 * process; the first one's figures are the report's own, those of all others are added here, atomically, as
 * each execs or ends. One that is killed takes its figures with it, but for its CPU time.
 */
struct tree {
	uint64_t deadline_ns;		 /* CLOCK_MONOTONIC: when the watchdogs of all end them; 0: never */
	uint32_t forks, execs;		 /* done */
	int32_t pid[VMM_PROCESSES];	 /* those that may be alive; 0: free, -1: about to be */
	uint64_t said_ns[VMM_PROCESSES]; /* CPU time that each has added, or that was of children of its; */
	bool ended[VMM_PROCESSES];	 /* and that was all */
	uint64_t killed_ns;		 /* of those that could not say */
	uint32_t wants[VMM_PROCESSES];	 /* cores that each wants, as crowd.c counts, */
	uint32_t wanted;		 /* and all of them */
	struct vmm_thread vcpu, driver;	 /* sums */
	uint64_t guest_spin_tsc, guest_halt_tsc, guest_kernel_tsc, guest_wait_tsc;
	uint64_t guest_syscalls, guest_served, interrupts, recalled, bytes_direct, bytes_io, cpu_ns;
	uint64_t exits_used, requests_used[VMM_REQUEST_KINDS / 64]; /* as in the report */
	struct hist exits[VMM_EXIT_REASONS];
	struct hist stage[VMM_REQUEST_KINDS][VMM_STAGES];
	char request[VMM_REQUEST_KINDS][24];
	struct vmm_unserved unserved[VMM_UNSERVED];
};

/* state.c: a vCPU's registers, to make another like it. */
struct vcpu_state;
struct vcpu_state *state_save(struct vcpu *v); /* caller frees; NULL with m->error */
void state_finish(struct vcpu *v); /* what it has exited for is done: no write of registers will be lost */
int state_restore(struct vcpu *v, const struct vcpu_state *state);

/* tree.c: what the processes of a run share. */
int tree_open(struct monitor *m);
/* Calls the guest refuses, of this process's or any's; those that find no room are not listed. */
void tree_add_unserved(struct vmm_unserved list[VMM_UNSERVED], const struct vmm_unserved *more);
int tree_claim(struct monitor *m);			     /* a place for one process more, or -EAGAIN */
void tree_settle(struct monitor *m, int place, int32_t pid); /* the place is PID's; 0: nobody's */
void tree_sweep(struct tree *tree);			     /* gives free what those that were killed had */
void tree_detach(struct monitor *m);	     /* a child: *m->report becomes its own, and empty */
void tree_add(struct monitor *m, bool ends); /* a child: adds *m->report to what is shared */
void tree_reap(struct monitor *m, int32_t pid, uint64_t cpu_ns); /* this process has waited for PID */
void tree_gather(struct monitor *m); /* the first: adds what is shared to *m->report */

/* What a process took that shared the memory of another, on the vCPU it had from it. */
void tree_add_lent(struct monitor *m, const struct vmm_thread *thread, const struct abi_account *now,
		   const struct abi_account *then);

/* crowd.c: which processes may have a driver that polls. */
void tree_want(struct tree *tree, int place, uint32_t cores);
void crowd_tell(struct monitor *m, uint32_t running); /* so many of this process's threads do not wait */
bool crowd_has_room(struct monitor *m);		      /* for this one and a driver that polls */
bool crowd_gives_way(struct monitor *m); /* requests by ring leave by exit from now on where there is none */

/* fork.c, vfork.c, exec.c: the program's processes. */
int64_t fork_process(struct monitor *m, const uint64_t argument[6]);
int64_t vfork_process(struct vcpu *v, int place); /* as fork_process; the parent waits */
int64_t exec_program(struct monitor *m, const uint64_t argument[6]);
void exec_forget(struct vcpu *v); /* what an execve of V's left behind in memory that is shared */

#endif
