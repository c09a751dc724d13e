/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_CHANNEL_H
#define VMM_GUEST_CHANNEL_H

/* The channel between guest kernel and monitor, and the requests that cross it. */
#include <stdint.h>

/* Answer to a request in a ring with regular = 4 that would block, as an open of a pipe does: ask again by
 * exit. */
#define ABI_BY_EXIT (-5000)

struct abi_segment {
	uint64_t gpa;
	uint64_t bytes;
};

#define ABI_SEGMENTS 64

struct abi_request {
	_Alignas(64) uint32_t call; /* enum abi_call_id */
	uint32_t regular; /* argument 0 as a file: 1 not, 2 is a regular one, 3 the host says; 4 see below */
	int64_t result;	  /* out: as the system call returns it, -errno on failure */
	uint64_t argument[6];
	uint8_t segments[8]; /* how many of the segments below each argument has, in order */
	struct abi_segment segment[ABI_SEGMENTS];
};

#define ABI_SLOTS 4

/* The guest's stamps of a request. */
struct abi_stamps {
	uint64_t submitted, resumed; /* TSC */
};

/*
 * Those of as many requests in the ring as there are slots share a line. The driver takes it when the guest
 * has begun another: while the guest writes to it, that would cost as much again as the answer's. Lines are
 * fetched in pairs, hence the 128. A guest that posts requests may be two rounds ahead.
 */
#define ABI_ROUNDS 4

struct abi_round {
	_Alignas(128) struct abi_stamps stamps[ABI_SLOTS];
};

/*
 * What a request in the ring and its answer need at least: a cache line each, so that each way moves one. The
 * number, from 1, is written last; all of request N is at (N - 1) % ABI_SLOTS.
 */
struct abi_asked {
	_Alignas(64) uint32_t number;
	uint16_t call;
	uint8_t regular, pad;
	uint64_t argument[6];
	uint8_t segments[8];
};

struct abi_answer {
	_Alignas(64) uint32_t number; /* of the request */
	uint32_t regular;
	int64_t result;
};

/* Readings of both clocks, which cross before the program runs. */
#define ABI_MEETING_OVER UINT32_MAX

struct abi_meeting {
	_Alignas(64) uint32_t asked; /* guest: for the how-many-th of the host's, from 1 */
	uint32_t times;		     /* guest: so many have come */
	int64_t there,
		back; /* guest: least ticks from its reading to the host's, and from that to its next */
	_Alignas(64) uint32_t answered; /* monitor: that is */
	uint64_t host;			/* monitor: TSC */
};

/* The channel of one vCPU. What different threads write lies on different cache lines. */
struct abi_channel {
	_Alignas(64) uint32_t submitted;	/* guest: its own count */
	struct abi_asked asked[ABI_SLOTS];	/* guest */
	struct abi_answer answer[ABI_SLOTS];	/* driver */
	_Alignas(64) uint32_t taken;		/* both: the last request that either has taken on itself, */
	_Alignas(64) uint32_t driver_asleep;	/* driver: ring the doorbell; */
	uint32_t passed;			/* the last that it found the guest had taken back */
	_Alignas(64) uint32_t guest_asleep;	/* guest: raise ABI_VECTOR_DONE */
	uint32_t recalled;			/* guest: the last it took back */
	uint32_t driver;			/* monitor: whose doorbell to ring */
	struct abi_asked bare_asked[ABI_SLOTS]; /* bench, guest: words, whose sum comes back */
	struct abi_answer bare_answer[ABI_SLOTS]; /* driver */
	_Alignas(64) uint32_t bare;		  /* guest: its count of these */
	_Alignas(64) struct abi_request slot[ABI_SLOTS];
	struct abi_round round[ABI_ROUNDS]; /* guest */
	struct abi_request exit_slot;	    /* for requests that leave by exit */
	struct abi_stamps exit_stamps;	    /* guest */
	struct abi_meeting meeting;
	uint32_t tid;  /* monitor: the thread that runs here */
	uint32_t core; /* monitor: where it is said to run */
	_Alignas(64) struct abi_account {
		uint64_t kernel_tsc, spin_tsc, halt_tsc, wait_tsc, brief_tsc;
		uint64_t late_ns; /* as it waited, its thread had no core: KVM tells */
		uint64_t syscalls, served;
		int32_t exit_code, signal;
		uint32_t panic;	    /* the guest kernel itself is at fault */
		uint32_t exhausted; /* a fault found no free page of guest memory */
		uint32_t fault_vector;
		uint64_t fault_error, fault_rip, fault_address;
		uint64_t bench_tsc;
		uint32_t bench_kind;
		uint64_t samples; /* gpa of struct abi_samples */
		struct {
			int32_t number;
			uint32_t count;
			uint64_t rip; /* of the first */
		} unserved[16];
	} account;
};

/*
 * Takes request NUMBER of the ring on itself: the driver to serve it, or the guest to have it served by exit,
 * as a driver that polls and has not begun by then has no core. Both do so in the order of the numbers, and
 * each number is taken once. False: the other has it.
 */
static inline _Bool abi_take(struct abi_channel *c, uint32_t number)
{
	uint32_t before = number - 1;

	return __atomic_compare_exchange_n(&c->taken, &before, number, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline _Bool abi_answered(const struct abi_channel *c, uint32_t number)
{
	const struct abi_answer *answer = &c->answer[(number - 1) % ABI_SLOTS];

	return (int32_t)(__atomic_load_n(&answer->number, __ATOMIC_ACQUIRE) - number) >= 0;
}

/* Where the guest's stamps of request NUMBER in the ring are. */
static inline struct abi_stamps *abi_ring_stamps(struct abi_channel *c, uint32_t number)
{
	return &c->round[(number - 1) / ABI_SLOTS % ABI_ROUNDS].stamps[(number - 1) % ABI_SLOTS];
}

/* What goes with the data of sendmsg and recvmsg: the host's copy of a struct msghdr and what it points to.
 */
struct abi_message {
	uint32_t flags; /* of the call; out: of the message */
	uint32_t name_bytes;
	uint32_t control_bytes;
	uint32_t pad;
	uint8_t name[128];
	uint8_t control[2048];
};

#endif
