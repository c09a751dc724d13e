/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_TRACE_H
#define PROBES_TRACE_H

/*
 * Traces: what the threads of a process did, event by event, and the account of their time made from it.
 * Events come through perf's rings (perf_event_open(2)), one a CPU, are kept in a file of rounds, and are put
 * in order of time again when it is read. So an account can be made anew, and that of a killed run as far as
 * it got.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/hist.h"
#include "probes/probes.h"

struct error;

/* --- Events ----------------------------------------------------------------------------------------------
 */

enum trace_kind {
	TRACE_LOST,	 /* value: so many events of this CPU are missing before this one */
	TRACE_SYSCALL,	 /* a system call; value: number | first argument (mmap: TRACE_MAPS...) << 32 */
	TRACE_RUN,	 /* and this one is KVM_RUN */
	TRACE_RETURN,	 /* it leaves it; value: the low 32 bits of what it returns */
	TRACE_GUEST,	 /* KVM enters the guest */
	TRACE_EXIT,	 /* and leaves it; value: enum trace_isa << 32 | the processor's reason */
	TRACE_USER_EXIT, /* KVM_RUN is to return; value: the reason as KVM tells the monitor */
	TRACE_OFF,	 /* the thread leaves its CPU; value: 1 where it would have gone on (preempted) */
	TRACE_ON,	 /* it has a CPU again */
	TRACE_WAKE, /* it may go on, once it has one; value: the thread that woke it; 0: a device or timer did
		     */
	TRACE_FAULT,  /* KVM handles a fault on guest memory; value: as TRACE_TOUCH's */
	TRACE_PORT,   /* KVM serves a guest's access to a port */
	TRACE_NOTE,   /* RCU notes that a guest is entered or left, or a switch; value: TRACE_RESCHEDULES */
	TRACE_RAISE,  /* an interrupt is raised for a vCPU, by whichever thread; value: its vector */
	TRACE_INJECT, /* KVM injects it */
	TRACE_HALT,   /* a halted vCPU goes on; value: ns that it was halted, and TRACE_BLOCKED */
	TRACE_TOUCH,  /* a page fault; value: its page's address | the low bits of the processor's error code
		       */
	TRACE_SERVED, /* the kernel has done what a page fault asks for */
	TRACE_MAP,    /* its process maps something; value: TRACE_MAP_... */
	TRACE_BEGIN,  /* the thread begins; value: its process << 32 | the thread that started it */
	TRACE_NAME,   /* value: the first 8 bytes of the thread's name */
	TRACE_END,    /* the thread ends */
	TRACE_TICKS,  /* value: ns the kernel had counted by its ticks: of the thread as a guest, */
	TRACE_USER_TICKS,   /* in user mode, the guest's among them, */
	TRACE_SYSTEM_TICKS, /* and in the kernel */
	TRACE_COST,	    /* value: ns; tid: enum trace_cost */
	TRACE_KINDS,
};

#define TRACE_TOUCH_WRITES 2u /* of TRACE_TOUCH's error code: the page was to be written; */
#define TRACE_TOUCH_USER   4u /* in user mode */

/* Of mmap: whether it maps a file; and how many pages, of a file as data. */
#define TRACE_MAPS_FILE 0x80000000u

/* Of what a process maps: the page it begins at, how many there are, and whose they are. */
enum trace_maps { MAPS_OWN, MAPS_FILE, MAPS_SHARED };
#define TRACE_MAP_PAGE(value)  ((value) & ((1ull << 36) - 1))
#define TRACE_MAP_PAGES(value) ((value) >> 36 & ((1ull << 26) - 1))
#define TRACE_MAP_WHAT(value)  ((enum trace_maps)((value) >> 62))

#define TRACE_RESCHEDULES 1u /* the CPU is wanted for another */

enum trace_isa { TRACE_VMX = 1, TRACE_SVM = 2 };

#define TRACE_BLOCKED (1ull << 63) /* it gave up its CPU; else KVM polled all the time */

/* What is found out of a machine beforehand, with its events recorded, in ns; 0: not known. */
enum trace_cost {
	COST_EVENT,  /* recording an event, of whom it is recorded */
	COST_WINDOW, /* from KVM's entry to its exit, where the guest does nothing: KVM's and the switch's */
	COST_TURN, /* from KVM_RUN's return to the next one, where the monitor does nothing: KVM restores what
		      the processor is to be like in user mode */
	COST_NOTED, /* COST_WINDOW by RCU's notes, where KVM tells of neither */
	COST_CALL,  /* from a system call's end to the next one's beginning, where the program does nothing:
		       the kernel's way out and in, and recording */
	COST_EXIT,  /* from KVM's exit to its entry, for an instruction the guest may not have; */
	/* and for a fault on guest memory: */
	COST_FAULT,  /* the host has the page; */
	COST_FRESH,  /* it has yet to supply one; */
	COST_COPIED, /* two of them: it shows one to be read, and copies it as it is written. Then KVM has to
			be asked again: COST_FAULT */
	COST_SWITCH, /* from when a thread has its CPU again until it goes on: the kernel's */
	COST_RECORDER, /* and found out meanwhile: CPU time that emptying the rings into the file took, so far
			*/
	TRACE_COSTS,
};

struct trace_event {
	uint64_t time_ns; /* CLOCK_MONOTONIC_RAW */
	uint64_t value;
	int32_t tid;
	uint16_t kind; /* enum trace_kind */
	uint16_t cpu;
};

/* Name of the processor's reason in TRACE_EXIT's value; "reason N", written to TEXT (SIZE bytes), where it
 * has none. */
const char *trace_exit_name(uint64_t value, char *text, size_t size);

/* --- Recording -------------------------------------------------------------------------------------------
 */

struct trace_recorder;

/* Whether this process may trace others; else false, with reason and mend in ERROR. */
bool trace_available(struct error *error);

/*
 * Gets ready to trace all threads that process PID has now, and all threads and processes they will start,
 * into PATH, with COSTS (TRACE_COSTS ns; NULL: none is known), of which those of any program (COST_EVENT,
 * COST_CALL) are found out anew; and with page faults and what is mapped where PAGES is set. Nothing is
 * recorded yet. 0, or negative errno with ERROR: nothing is left then. The caller ends with trace_close.
 */
int trace_open(struct trace_recorder **recorder, pid_t pid, const char *path, const uint64_t *costs,
	       bool pages, struct error *error);

/* Begins: from here on a thread of ours empties the rings into the file, until trace_end. 0 or negative
 * errno. */
int trace_begin(struct trace_recorder *recorder, struct error *error);
int trace_end(struct trace_recorder *recorder, struct error *error);

/* Whether it has ended before, as where the disk is full: trace_end says why. */
bool trace_failed(const struct trace_recorder *recorder);

/* Ends it too, if need be, and frees all; the file stays. */
void trace_close(struct trace_recorder *recorder);

/* --- Following -------------------------------------------------------------------------------------------
 */

/*
 * The slower way, for who may not trace: stops PID, a child of the caller that waits at a gate, and whatever
 * it starts, at both ends of each system call (ptrace(2)), until it ends, into PATH: TRACE_SYSCALL,
 * TRACE_RETURN and COST_EVENT, which is what a stop took. Times are without the stops. 0, or negative errno
 * with ERROR.
 */
struct trace_follower;

/* Whether a child may be followed; else false, with reason and mend in ERROR. */
bool trace_follow_available(struct error *error);
int trace_follow(struct trace_follower **follower, pid_t pid, const char *path, struct error *error);

/* Ends it, before the caller collects the child, and frees all; a child that still runs is killed. 0 or
 * negative errno. */
int trace_follow_end(struct trace_follower *follower, struct error *error);

/* --- The file --------------------------------------------------------------------------------------------
 */

/* A file of rounds being read, its events in order of time. */
struct trace_reader;

/* What the file says of the trace as a whole. */
struct trace_facts {
	uint64_t begin_ns, end_ns; /* end 0: the trace was cut off */
	uint64_t events, lost;	   /* once all are read */
	uint32_t cpus;
};

int trace_reader_open(struct trace_reader **reader, const char *path, struct error *error);
/* The next event, or NULL at the end. It holds until the next call. */
const struct trace_event *trace_reader_next(struct trace_reader *reader);
const struct trace_facts *trace_reader_facts(const struct trace_reader *reader);
void trace_reader_close(struct trace_reader *reader);

/* --- The account -----------------------------------------------------------------------------------------
 */

enum trace_role {
	TRACE_PROGRAM,
	TRACE_VCPU,
	TRACE_THREAD
}; /* a plain program's, runs a guest, another's of a monitor */

/* What one thread did. Layers sum to its wall time. */
struct trace_thread {
	int32_t tid;
	char name[9]; /* cut to 8 letters */
	enum trace_role role;
	uint64_t first_ns, last_ns; /* it was there */
	uint64_t ns[PROBE_LAYERS];
	uint64_t ticked_ns[PROBE_LAYERS]; /* of the monitor's and the host kernel's: by ticks, no call told */
	bool sampled; /* guest and hypervisor are told apart by ticks: nothing tells of entries */
	/* Of the hypervisor's: costs that were found out beforehand; of it and the guest's: divided as the
	 * rest. */
	uint64_t inferred_ns[PROBE_LAYERS];
	uint64_t syscalls, exits, switches;
};

#define TRACE_REASONS 256

/* What is counted and timed of a vCPU, waiting left out but for halts. */
enum trace_reason_kind {
	REASON_EXIT,	/* the processor left the guest, until it is entered again; value: TRACE_EXIT's */
	REASON_MONITOR, /* KVM_RUN returned, until the next one; value: TRACE_USER_EXIT's */
	REASON_FAULT,	/* a fault on guest memory, until the guest is entered again */
	REASON_RAISE,	/* an interrupt was raised, until it is injected; value: its vector */
	REASON_INJECT,	/* it is injected, until the guest is entered; value: its vector */
	REASON_POLLED,	/* the guest was halted: KVM polled all the time */
	REASON_BLOCKED, /* or the vCPU's thread gave up its CPU */
};

struct trace_reason {
	enum trace_reason_kind kind;
	uint64_t value;
	uint64_t count; /* of which those in NS have an end: KVM may tell of none */
	struct hist ns;
};

struct trace_account {
	struct trace_thread *thread; /* threads; owned */
	size_t threads;
	struct trace_reason *reason; /* reasons, up to TRACE_REASONS; owned */
	size_t reasons;
	uint64_t kinds[TRACE_KINDS]; /* events by kind */
	uint64_t cost[TRACE_COSTS];
	uint64_t lost;
};

/* An account in the making. */
struct trace_machine;

/* NULL: out of memory. */
struct trace_machine *trace_machine_make(uint64_t begin_ns);
/* Takes the next EVENT in order of time. One that is earlier than its thread's last counts as at that. 0 or
 * -ENOMEM. */
int trace_machine_take(struct trace_machine *machine, const struct trace_event *event);
/* The account up to END_NS; the machine is gone. 0 or -ENOMEM. */
int trace_machine_close(struct trace_machine *machine, uint64_t end_ns, struct trace_account *account);
void trace_account_free(struct trace_account *account);

/* --- Costs: trace_learn.c --------------------------------------------------------------------------------
 */

/*
 * Finds COST in a trace of a monitor whose guest does nothing but what costs it. Nothing is done to COSTS
 * where the trace does not tell, but that COST_EVENT is as it was then. 0 or negative errno.
 */
int trace_costs_learn(const char *path, enum trace_cost cost, uint64_t costs[TRACE_COSTS],
		      struct error *error);

#endif
