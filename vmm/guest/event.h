/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_EVENT_H
#define VMM_GUEST_EVENT_H

/* What the files share that measure events. */
#include "vmm/guest/kernel.h"

/* How one event is measured: in batches, or one by one where the cost is a distribution. */
struct event {
	void (*ready)(void);	   /* before all else; NULL: nothing is to be done */
	void (*ring0)(uint64_t n); /* does it N times, in ring 0; or */
	void (*ring3)(uint64_t n); /* in ring 3; or */
	void (*empty)(uint64_t n); /* the same loop without it; NULL: the plain loop of its ring */
	uint64_t (*once)(
		bool empty);  /* ticks of one; EMPTY: of what is measured besides, where that can be told */
	uint32_t times;	      /* operations of a step of the loop; 0: 1 */
	uint32_t most;	      /* steps of a batch, or operations one by one, at the most; 0: the usual */
	void (*before)(void); /* before each batch, not counted */
};

/* One table each, by enum abi_event_id; what another file has is empty there. */
extern const struct event events_instruction[ABI_EVENT_COUNT], events_exit[ABI_EVENT_COUNT],
	events_interrupt[ABI_EVENT_COUNT], events_memory[ABI_EVENT_COUNT];

/* entry.S: runs FUNCTION(ARGUMENT) in ring 0, interrupts off. */
void ring0_run(void (*function)(uint64_t), uint64_t argument);

/* events.c */
struct abi_samples *event_samples(void);
void event_say(enum abi_event_say what);

/* event_interrupt.c: a second vCPU that runs STEP(IT) for ever, in ring 3 with interrupts on. */
struct event_peer {
	void (*step)(struct event_peer *peer);
	volatile uint32_t *interrupts; /* of its own, so many that it has handled */
	volatile uint32_t started;
	volatile uint32_t naps, wakes; /* begun, and ended */
	uint64_t woken_tsc;	       /* when the last ended */
};
void event_peer_start(void (*step)(struct event_peer *peer));
void event_interrupt_peer(void); /* sends it ABI_VECTOR_DONE */

/* boot.c */
void boot_gate(unsigned vector, const char *handler, unsigned privilege);

#endif
