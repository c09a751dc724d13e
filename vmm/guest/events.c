/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/*
 * What one event costs: batches of it, in turns with batches of the same loop without it, each long enough
 * that reading the clock does not count. Ring 0 is entered once a batch, with and without, so that way
 * cancels. What is a distribution is done one by one. Samples go to the monitor all at once, at the end.
 */
#define BATCHES	   30
#define SINGLES	   300
#define BATCH_RATE 10000 /* a batch takes at least a second by this */
#define STEPS_MOST (1u << 20)

static struct abi_samples *samples;

struct abi_samples *event_samples(void)
{
	return samples;
}

void event_say(enum abi_event_say what)
{
	port_write(ABI_PORT_EVENT, (uint8_t)what);
}

static void loop_nothing(uint64_t n)
{
	__asm__ volatile("1:\n\tdec %0\n\tjnz 1b" : "+r"(n) : : "cc");
}

static const struct event *find(uint32_t id)
{
	static const struct event *const tables[] = { events_instruction, events_exit, events_interrupt,
						      events_memory };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && id < ABI_EVENT_COUNT; i++)
		if (tables[i][id].ring0 || tables[i][id].ring3 || tables[i][id].once)
			return &tables[i][id];
	return NULL;
}

static void add(bool empty, uint64_t ops, uint64_t ticks)
{
	if (samples->count < ABI_SAMPLES)
		samples->sample[samples->count++] = (struct abi_sample){ empty, (uint32_t)ops, ticks };
}

static uint64_t batch(const struct event *e, uint64_t n, bool empty)
{
	void (*loop)(uint64_t) = !empty	    ? (e->ring0 ? e->ring0 : e->ring3)
				 : e->empty ? e->empty
					    : loop_nothing;
	uint64_t start;

	if (e->before)
		e->before();
	start = tsc();
	if (e->ring0)
		ring0_run(loop, n);
	else
		loop(n);
	return tsc() - start;
}

/* Steps of a batch that takes long enough; the first tries warm up. */
static uint64_t calibrate(const struct event *e)
{
	uint64_t n = 1, most = e->most ? e->most : STEPS_MOST;

	batch(e, n, false);
	while (n < most && batch(e, n, false) < BOOT->tsc_hz / BATCH_RATE + batch(e, 1, true))
		n *= 2;
	return n < most ? n : most;
}

static void measure_batches(const struct event *e)
{
	uint64_t n = calibrate(e), ops = n * (e->times ? e->times : 1);

	for (int i = 0; i < BATCHES; i++) {
		add(true, ops, batch(e, n, true));
		add(false, ops, batch(e, n, false));
	}
}

static void measure_singles(const struct event *e)
{
	uint32_t most = e->most ? e->most : SINGLES;

	e->once(false);
	for (uint32_t i = 0; i < most; i++) {
		uint64_t empty = e->once(true);

		if (empty)
			add(true, 1, empty);
		add(false, 1, e->once(false));
	}
}

_Noreturn void events_run(void)
{
	const struct event *e = find(BOOT->event);
	uint64_t gpa = pages_take(round_up(sizeof(*samples), PAGE) / PAGE, 0);

	if (e == NULL || gpa == 0)
		fault_exit(1);
	samples = at(gpa);
	samples->count = 0;
	ACCOUNT->samples = gpa;
	event_say(ABI_EVENT_BEGIN);
	if (e->ready)
		e->ready();
	if (e->once)
		measure_singles(e);
	else
		measure_batches(e);
	for (;;)
		event_say(ABI_EVENT_DONE);
}
