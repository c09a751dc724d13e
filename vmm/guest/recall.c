/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Requests taken back from a driver that has no core, since other threads keep it: waiting for it would take
 * a slice of the scheduler's time, and an exit takes a hundredth of that. Until the driver has come past what
 * was taken back, requests leave by exit at once.
 */
#define SPINS 2000 /* before another may have the core */

bool recall_away(const struct abi_channel *c)
{
	return (int32_t)(__atomic_load_n(&c->passed, __ATOMIC_ACQUIRE) - c->recalled) < 0;
}

/* Waits for what the driver has begun, or will. */
static void await_driver(const struct abi_channel *c, uint32_t number)
{
	uint64_t start = tsc();

	for (uint32_t spins = 1; !abi_answered(c, number); spins++) {
		if (spins % SPINS) {
			relax();
			continue;
		}
		ACCOUNT->spin_tsc += tsc() - start;
		port_write(ABI_PORT_YIELD, 1);
		start = tsc();
	}
	ACCOUNT->spin_tsc += tsc() - start;
}

/* Has request NUMBER of the ring served by exit, and gives the answer in the driver's place. */
static void serve(struct abi_channel *c, uint32_t number)
{
	struct abi_answer *answer = &c->answer[(number - 1) % ABI_SLOTS];

	c->recalled = number;
	c->exit_slot = c->slot[(number - 1) % ABI_SLOTS];
	channel_exit();
	answer->result = c->exit_slot.result;
	answer->regular = c->exit_slot.regular;
	__atomic_store_n(&answer->number, number, __ATOMIC_RELEASE);
}

void recall(struct abi_channel *c, uint32_t number)
{
	await_driver(c, number - 1); /* what was posted before is the driver's */
	if (abi_take(c, number))
		serve(c, number);
}

void channel_await(const struct abi_channel *c, uint32_t number)
{
	uint64_t start = tsc();

	if (abi_answered(c, number))
		return;
	await_driver(c, number);
	ACCOUNT->wait_tsc += tsc() - start;
}
