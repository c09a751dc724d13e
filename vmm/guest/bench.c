/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Cost of a null request, in batches that alternate with batches of the same way without a request: bare port
 * writes, which the monitor answers by running the vCPU again and nothing else, or a line of shared memory
 * that a driver, polling or woken by a doorbell, answers by another. As much crosses as for a request: what
 * it leaves out are stamps, checks and the account. The monitor ends the run when it has seen enough batches.
 */
static int64_t bare_ring(void)
{
	struct abi_channel *c = CHANNEL;
	struct abi_asked *asked = &c->bare_asked[c->bare % ABI_SLOTS];
	const struct abi_answer *answer = &c->bare_answer[c->bare % ABI_SLOTS];
	uint32_t number = ++c->bare;

	for (int i = 0; i < 6; i++)
		asked->argument[i] = number;
	__atomic_store_n(&asked->number, number, __ATOMIC_RELEASE);
	if (BOOT->rings_always)
		port_write(ABI_PORT_DOORBELL, 0);
	while (__atomic_load_n(&answer->number, __ATOMIC_ACQUIRE) != number)
		relax();
	return answer->result;
}

static uint64_t bare_batch(uint32_t count)
{
	volatile int64_t sum = 0; /* what comes back is looked at */
	uint64_t start;

	port_write(ABI_PORT_BARE, 1); /* enter the bare loop */
	start = tsc();
	for (uint32_t i = 0; i < count; i++)
		if (BOOT->ring)
			sum += bare_ring();
		else
			port_write(ABI_PORT_BARE, 1);
	start = tsc() - start;
	port_write(ABI_PORT_BARE, 0); /* and leave it */
	return start;
}

static uint64_t null_batch(uint32_t count)
{
	uint64_t start = tsc();

	for (uint32_t i = 0; i < count; i++)
		channel_submit(channel_begin(ABI_CALL_null, false));
	return tsc() - start;
}

void bench_run(void)
{
	static uint64_t (*const batch[])(uint32_t) = { bare_batch, null_batch };

	for (uint32_t i = 0;; i++) {
		ACCOUNT->bench_kind = i % 2;
		ACCOUNT->bench_tsc = batch[i % 2](BOOT->bench);
		port_write(ABI_PORT_BENCH, 0);
	}
}
