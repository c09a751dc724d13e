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
#define POLLS	 8 /* between two looks at the time, each of which takes as long as half a poll */

bool channel_rings(void)
{
	/* A driver has the descriptors of another process than a child that has borrowed the vCPU. */
	return BOOT->ring && !SELF->apart && !recall_away(CHANNEL);
}

struct abi_request *channel_slot(enum abi_call_id call, bool blocks)
{
	struct abi_channel *c = CHANNEL;
	struct abi_request *request = &c->slot[c->submitted % ABI_SLOTS];

	if (blocks || !channel_rings()) {
		channel_await(c, c->submitted); /* one after the other */
		request = &c->exit_slot;
	}
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
	return thread_fit(BOOT->driven) ? roomy : BOOT->brief_ticks;
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

uint64_t channel_exit(void)
{
	struct abi_stamps *stamps = &CHANNEL->exit_stamps;
	uint64_t start = tsc(); /* a child that has borrowed the vCPU meanwhile has left its own there */
	uint32_t count = SELF->done_interrupts;

	stamps->submitted = start;
	thread_waits(true);
	port_write(ABI_PORT_REQUEST, 0);
	while (BOOT->inject && SELF->done_interrupts == count)
		await_interrupt(count);
	thread_waits(false);
	stamps->resumed = tsc();
	return stamps->resumed - start;
}

/*
 * Rings for a driver that sleeps, once a request. No barrier stands between a request's number and the look
 * at this flag: who polls looks again and again, and who is about to halt has set a flag of his own between.
 */
static void ring_asleep(bool *rung)
{
	struct abi_channel *c = CHANNEL;

	if (*rung || !__atomic_load_n(&c->driver_asleep, __ATOMIC_SEQ_CST))
		return;
	*rung = true;
	port_write(ABI_PORT_DOORBELL, (uint8_t)c->driver);
}

/* Polls for at most so long; for less where cores are short. */
static bool poll_answer(uint32_t number, uint64_t start, uint64_t roomy, bool *rung)
{
	do {
		for (int i = 0; i < POLLS; i++) {
			if (abi_answered(CHANNEL, number))
				return true;
			ring_asleep(rung);
			relax();
		}
	} while (tsc() - start < patience(roomy));
	return abi_answered(CHANNEL, number);
}

/* Asks for the interrupt, then halts until the answer is there. COUNT was read before the request was
 * published. */
static void sleep_answer(uint32_t number, uint32_t count, bool *rung)
{
	struct abi_channel *c = CHANNEL;

	__atomic_store_n(&c->guest_asleep, 1, __ATOMIC_SEQ_CST);
	ring_asleep(rung);
	while (!abi_answered(CHANNEL, number)) {
		await_interrupt(count);
		count = abi_answered(CHANNEL, number) ? count : SELF->done_interrupts;
	}
	__atomic_store_n(&c->guest_asleep, 0, __ATOMIC_RELAXED);
}

/*
 * Polls for as long as a driver that polls needs to see a request, or one that slept to wake up. False: it
 * has no core.
 */
static bool poll_driver(uint32_t number, uint64_t start, bool *rung)
{
	return poll_answer(number, start, BOOT->brief_ticks, rung) ||
	       (*rung && poll_answer(number, start, BOOT->spin_ticks, rung));
}

/* Returns when the answer was seen. */
static uint64_t await_polling(uint32_t number, uint64_t start)
{
	uint64_t now, roomy = BOOT->idle_poll ? FOR_EVER : BOOT->spin_ticks;
	bool rung = false;

	if (!poll_driver(number, start, &rung)) {
		ACCOUNT->spin_tsc += tsc() - start;
		recall(CHANNEL, number);
		start = tsc();
	}
	for (uint8_t tries = 0; !poll_answer(number, start, roomy, &rung); tries += tries < UINT8_MAX) {
		ACCOUNT->spin_tsc += tsc() - start;
		if (BOOT->idle_poll)
			port_write(ABI_PORT_YIELD, tries);
		else
			sleep_answer(number, SELF->done_interrupts, &rung);
		start = tsc();
	}
	now = tsc();
	ACCOUNT->spin_tsc += now - start;
	return now;
}

/* The interrupt was asked for before the request was published, when COUNT had come. */
static uint64_t await_injected(uint32_t number, uint32_t count)
{
	struct abi_channel *c = CHANNEL;
	bool rung = false;

	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* as nobody polls */
	ring_asleep(&rung);
	for (;;) { /* past an interrupt that tells of nothing */
		uint32_t arrived;

		while ((arrived = SELF->done_interrupts) == count)
			await_interrupt(count);
		if (abi_answered(CHANNEL, number))
			break;
		count = arrived;
	}
	__atomic_store_n(&c->guest_asleep, 0, __ATOMIC_RELAXED);
	return tsc();
}

/* In a line that the driver polls, and so at once. Returns the request's number. */
static uint32_t publish(struct abi_channel *c, const struct abi_request *request)
{
	struct abi_asked *asked = &c->asked[c->submitted % ABI_SLOTS];

	asked->call = (uint16_t)request->call;
	asked->regular = (uint8_t)request->regular;
	for (int i = 0; i < 6; i++)
		asked->argument[i] = request->argument[i];
	for (int i = 0; i < 6; i++)
		asked->segments[i] = request->segments[i];
	__atomic_store_n(&asked->number, ++c->submitted, __ATOMIC_RELEASE);
	return c->submitted;
}

/* Returns the ticks from stamp to stamp. */
static uint64_t submit_ring(struct abi_request *request)
{
	struct abi_channel *c = CHANNEL;
	uint32_t number, count = SELF->done_interrupts;
	const struct abi_answer *answer;
	struct abi_stamps *stamps;

	if (BOOT->inject)
		__atomic_store_n(&c->guest_asleep, 1, __ATOMIC_RELAXED);
	number = publish(c, request);
	/* While the line is on its way. Stored before, the stamp would delay it: the driver reads that line,
	 * too.
	 */
	stamps = abi_ring_stamps(c, number);
	stamps->submitted = tsc();
	stamps->resumed =
		BOOT->inject ? await_injected(number, count) : await_polling(number, stamps->submitted);
	answer = &c->answer[(number - 1) % ABI_SLOTS];
	request->result = answer->result;
	request->regular = answer->regular;
	return stamps->resumed - stamps->submitted;
}

uint32_t channel_post(struct abi_request *request)
{
	uint32_t number;
	bool rung = false;

	/* Before: nobody waits who could make up for a late one. */
	abi_ring_stamps(CHANNEL, CHANNEL->submitted + 1)->submitted = tsc();
	number = publish(CHANNEL, request);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* as nobody polls */
	ring_asleep(&rung);
	return number;
}

/* How long the vCPU's thread has waited for a core: struct kvm_steal_time begins with it. 0: KVM does not
 * tell.
 */
static uint64_t told_late(void)
{
	return *(const volatile uint64_t *)(self_block() + ABI_STEAL);
}

int64_t channel_send(struct abi_request *request)
{
	uint64_t told = told_late(), ticks, late;

	ticks = request == &CHANNEL->exit_slot ? channel_exit() : submit_ring(request);
	late = told_late() - told;
	ACCOUNT->wait_tsc += ticks;
	if (late <=
	    ticks) /* else the thread is another now, and has waited otherwise; a tick is at most 1 ns */
		ACCOUNT->late_ns += late;
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
