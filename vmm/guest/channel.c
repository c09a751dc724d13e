/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * How a request leaves the guest and how its answer comes back: transport x completion.
 *
 * - exit, poll: the slot is filled, a port write exits to the monitor, which has answered when the guest
 * resumes.
 * - exit, inject: the same, but the monitor also raises an interrupt, and the guest goes on once that has
 * arrived.
 * - ring, poll: the slot's number is published; a driver thread that polls it answers; the guest polls for
 * that, and halts when it takes long (idle=exit), having asked for an interrupt.
 * - ring, inject: the guest asks for the interrupt at once and halts.
 * - eventfd is ring with a driver that always sleeps, so that the doorbell rings for every request.
 */
#define FOR_EVER UINT64_MAX
#define SPINS	 2000 /* before another may have the core */
#define CROWDED	 50   /* so much less is polled where cores are short: about what an exit takes */

static bool by_exit(bool blocks)
{
	return blocks || !BOOT->ring || SELF->apart; /* the driver has the descriptors of another process */
}

struct abi_request *channel_slot(enum abi_call_id call, bool blocks)
{
	struct abi_channel *c = CHANNEL;
	struct abi_request *request = by_exit(blocks) ? &c->exit_slot : &c->slot[c->submitted % ABI_SLOTS];

	request->call = call;
	request->regular = 0;
	for (int i = 0; i < 6; i++) {
		request->argument[i] = 0;
		request->segments[i] = 0;
	}
	return request;
}

struct abi_request *channel_begin(enum abi_call_id call, bool blocks)
{
	cache_settle(call);
	return channel_slot(call, blocks);
}

/* Halts until an interrupt newer than COUNT. In ring 0 (VMX, SVM) system calls run with interrupts off. */
__attribute__((noinline, noclone)) static void halt(uint32_t count)
{
	uint64_t start = tsc();

	if (!in_ring0())
		ring0_request(1, count);
	else if (SELF->done_interrupts == count)
		__asm__ volatile("sti\n\t.globl halt_hlt\nhalt_hlt:\thlt\n\tcli" : : : "memory");
	ACCOUNT->halt_tsc += tsc() - start;
}

/* How long to poll where every thread and driver may have a core; elsewhere whoever polls may keep the one it
 * waits for from running. */
static uint64_t patience(uint64_t roomy)
{
	return thread_fit(BOOT->driven) ? roomy : BOOT->spin_ticks / CROWDED;
}

/* Polls until an interrupt newer than COUNT; may give up. Here too interrupts are off, and only ring 0 can
 * turn them on. */
static void poll_interrupt(uint32_t count)
{
	uint64_t start = tsc();

	if (!in_ring0())
		ring0_request(2, 0);
	while (SELF->done_interrupts == count && tsc() - start < patience(FOR_EVER)) {
		if (in_ring0())
			__asm__ volatile("sti\n\tpause\n\tcli" : : : "memory");
		else
			relax();
	}
	ACCOUNT->spin_tsc += tsc() - start;
	if (SELF->done_interrupts == count)
		port_write(ABI_PORT_YIELD, 0);
}

/* Waits for an interrupt newer than COUNT; may return without one. */
static void await_interrupt(uint32_t count)
{
	(BOOT->idle_poll ? poll_interrupt : halt)(count);
}

static void submit_exit(void)
{
	uint32_t count = SELF->done_interrupts;

	port_write(ABI_PORT_REQUEST, 0);
	while (BOOT->inject && SELF->done_interrupts == count)
		await_interrupt(count);
}

static bool answered(uint32_t number)
{
	return __atomic_load_n(&CHANNEL->completed, __ATOMIC_ACQUIRE) == number;
}

/* Polls for at most spin_ticks, or for ever with idle=poll; for less where cores are short. */
static bool poll_answer(uint32_t number)
{
	uint64_t start = tsc(), now = start, roomy = BOOT->idle_poll ? FOR_EVER : BOOT->spin_ticks;
	bool done;

	while (!(done = answered(number)) && now - start < patience(roomy)) {
		relax();
		now = tsc();
	}
	ACCOUNT->spin_tsc += tsc() - start;
	return done;
}

/* Asks for the interrupt, then halts until the answer is there. COUNT was read before the request was
 * published. */
static void sleep_answer(uint32_t number, uint32_t count)
{
	struct abi_channel *c = CHANNEL;

	__atomic_store_n(&c->guest_asleep, 1, __ATOMIC_SEQ_CST);
	while (!answered(number)) {
		await_interrupt(count);
		count = answered(number) ? count : SELF->done_interrupts;
	}
	__atomic_store_n(&c->guest_asleep, 0, __ATOMIC_RELAXED);
}

static void submit_ring(void)
{
	struct abi_channel *c = CHANNEL;
	uint32_t number = c->submitted + 1, count = SELF->done_interrupts;

	if (BOOT->inject)
		__atomic_store_n(&c->guest_asleep, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&c->submitted, number, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&c->driver_asleep, __ATOMIC_SEQ_CST))
		port_write(ABI_PORT_DOORBELL, (uint8_t)c->driver);
	if (!BOOT->inject) {
		for (uint8_t tries = 0; !poll_answer(number); tries += tries < UINT8_MAX)
			if (BOOT->idle_poll)
				port_write(ABI_PORT_YIELD, tries);
			else
				sleep_answer(number, SELF->done_interrupts);
		return;
	}
	for (;;) { /* past an interrupt that tells of nothing */
		uint32_t arrived;

		while ((arrived = SELF->done_interrupts) == count)
			await_interrupt(count);
		if (answered(number))
			break;
		count = arrived;
	}
	__atomic_store_n(&c->guest_asleep, 0, __ATOMIC_RELAXED);
}

uint32_t channel_post(struct abi_request *request)
{
	struct abi_channel *c = CHANNEL;

	request->submitted = tsc();
	__atomic_store_n(&c->submitted, c->submitted + 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&c->driver_asleep, __ATOMIC_SEQ_CST))
		port_write(ABI_PORT_DOORBELL, (uint8_t)c->driver);
	return c->submitted;
}

void channel_await(const struct abi_channel *c, uint32_t number)
{
	for (uint32_t spins = 1; (int32_t)(__atomic_load_n(&c->completed, __ATOMIC_ACQUIRE) - number) < 0;
	     spins++)
		if (spins % SPINS)
			relax();
		else
			port_write(ABI_PORT_YIELD, 1);
}

int64_t channel_send(struct abi_request *request)
{
	bool waits = request == &CHANNEL->exit_slot;
	uint64_t submitted = tsc();

	request->submitted = submitted;
	if (waits) {
		thread_waits(true);
		channel_await(CHANNEL, CHANNEL->submitted); /* one after the other */
		submit_exit();
		thread_waits(false);
	} else {
		submit_ring();
	}
	request->resumed = tsc();
	ACCOUNT->wait_tsc += request->resumed - submitted;
	return request->result;
}

int64_t channel_submit(struct abi_request *request)
{
	uint32_t call = request->call;
	int64_t result = channel_send(request);

	cache_heard((enum abi_call_id)call);
	return result;
}

int64_t channel_service(enum abi_call_id call, uint64_t a, uint64_t b)
{
	struct abi_request *request = channel_begin(call, true);

	request->argument[0] = a;
	request->argument[1] = b;
	return channel_submit(request);
}
