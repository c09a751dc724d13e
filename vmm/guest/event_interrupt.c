/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/* Interrupts: sent by a vCPU to itself or to another, injected by the monitor in three ways, and the timer's.
 */
#define APIC_EOI       0xb0
#define APIC_COMMAND   0x300 /* writing it sends (SDM volume 3, 11.6.1) */
#define APIC_TARGET    0x310
#define APIC_LVT_TIMER 0x320
#define TO_SELF	       (1u << 18)
#define DEADLINE       (2u << 17)
#define MSR_DEADLINE   0x6e0
#define TIMER_RATE     5000 /* deadlines lie a second by this ahead */
#define HALT_RATE      1000 /* so long a vCPU is halted before it is woken: KVM has stopped polling for it */
#define SINGLES_ASLEEP 100
#define PATIENCE_RATE  2000 /* so long a wait is spun out */
#define STACK	       8192

extern const char event_complete[]; /* event_entry.S */
extern volatile uint64_t event_complete_ticks, event_complete_empty;
extern volatile uint32_t event_complete_count;

static struct event_peer second;

static volatile uint32_t *apic(uint64_t offset)
{
	return at(ABI_APIC + offset);
}

/* Where it takes long, whoever is to change it may be waiting for this core. */
static void wait_change(const volatile uint32_t *word, uint32_t from)
{
	uint64_t start = tsc();

	while (*word == from) {
		relax();
		if (tsc() - start < BOOT->tsc_hz / PATIENCE_RATE)
			continue;
		port_write(ABI_PORT_YIELD, 0);
		start = tsc();
	}
}

static void wait_ticks(uint64_t rate)
{
	uint64_t start = tsc();

	while (tsc() - start < BOOT->tsc_hz / rate)
		relax();
}

/* --- The second vCPU --- */

/* In ring 0, whose stack lies in the vCPU's block: so its counter is found. */
static void find_interrupts(uint64_t peer)
{
	((struct event_peer *)peer)->interrupts = &SELF->done_interrupts;
}

static void peer_run(void)
{
	ring0_run(find_interrupts, (uint64_t)&second);
	__atomic_store_n(&second.started, 1, __ATOMIC_RELEASE);
	for (;;)
		second.step(&second);
}

void event_peer_start(void (*step)(struct event_peer *peer))
{
	static _Alignas(16) uint8_t stack[STACK];
	struct syscall_frame frame = { .rip = (uint64_t)peer_run, .flags = 0x202 };
	struct clone_args wish = { .flags = 0x900 /* CLONE_VM, CLONE_SIGHAND */,
				   .stack = (uint64_t)stack,
				   .stack_size = STACK - 8 };

	second.step = step;
	if (thread_create(&frame, &wish) < 0)
		fault_exit(1);
	wait_change(&second.started, 0);
	*apic(APIC_TARGET) = 1u << 24;
}

void event_interrupt_peer(void)
{
	*apic(APIC_COMMAND) = ABI_VECTOR_DONE;
}

static void spin(struct event_peer *peer)
{
	(void)peer;
	relax();
}

/* Halts until it is interrupted, and says when it goes on. */
static void doze(struct event_peer *peer)
{
	uint32_t count = *peer->interrupts;

	__atomic_store_n(&peer->naps, peer->naps + 1, __ATOMIC_RELEASE);
	while (*peer->interrupts == count)
		ring0_request(1, count);
	peer->woken_tsc = tsc();
	__atomic_store_n(&peer->wakes, peer->naps, __ATOMIC_RELEASE);
}

static void ready_spin(void)
{
	event_peer_start(spin);
}

static void ready_doze(void)
{
	event_peer_start(doze);
}

/* --- The events --- */

static void interrupt_self(uint64_t n)
{
	while (n--) {
		uint32_t count = SELF->done_interrupts;

		*apic(APIC_COMMAND) = TO_SELF | ABI_VECTOR_DONE;
		wait_change(&SELF->done_interrupts, count);
	}
}

static uint64_t interrupt_running(bool empty)
{
	uint32_t count = *second.interrupts;
	uint64_t start = tsc();

	if (empty)
		return 0;
	event_interrupt_peer();
	wait_change(second.interrupts, count);
	return tsc() - start;
}

static uint64_t interrupt_halted(bool empty)
{
	uint64_t start;
	uint32_t wakes;

	if (empty)
		return 0;
	wait_change(&second.naps, second.wakes);
	wait_ticks(HALT_RATE);
	start = tsc();
	wakes = second.wakes;
	event_interrupt_peer();
	wait_change(&second.wakes, wakes);
	return second.woken_tsc - start;
}

/* The exit that has the monitor raise it is no part of it. */
static void inject_empty(uint64_t n)
{
	while (n--)
		port_write(ABI_PORT_NOTHING, 0);
}

static void inject(uint64_t n)
{
	while (n--) {
		uint32_t count = SELF->done_interrupts;

		event_say(ABI_EVENT_INJECT);
		wait_change(&SELF->done_interrupts, count);
	}
}

/* By the monitor's helper, from just before it raises it. */
static uint64_t raised(bool empty)
{
	struct abi_samples *s = event_samples();
	uint32_t count = SELF->done_interrupts;
	uint64_t now;

	if (empty)
		return 0;
	__atomic_store_n(&s->asked, s->asked + 1, __ATOMIC_RELEASE);
	wait_change(&SELF->done_interrupts, count);
	now = tsc();
	wait_change(&s->answered, s->asked - 1);
	return now - s->raised_tsc;
}

static uint64_t raised_asleep(bool empty)
{
	struct abi_samples *s = event_samples();
	uint32_t count = SELF->done_interrupts;
	uint64_t now;

	if (empty)
		return 0;
	__atomic_store_n(&s->asked, s->asked + 1, __ATOMIC_RELEASE);
	while (SELF->done_interrupts == count)
		ring0_request(1, count);
	now = tsc();
	wait_change(&s->answered, s->asked - 1);
	return now - s->raised_tsc;
}

static void end_interrupt(uint64_t n)
{
	while (n--)
		*apic(APIC_EOI) = 0;
}

static void ready_complete(void)
{
	boot_gate(ABI_VECTOR_DONE, event_complete, 0);
}

static uint64_t complete(bool empty)
{
	uint32_t count = event_complete_count;

	if (empty)
		return event_complete_empty;
	*apic(APIC_COMMAND) = TO_SELF | ABI_VECTOR_DONE;
	wait_change(&event_complete_count, count);
	return event_complete_ticks;
}

static void set_deadline(uint64_t at_tsc)
{
	__asm__ volatile("wrmsr" : : "c"(MSR_DEADLINE), "a"((uint32_t)at_tsc), "d"((uint32_t)(at_tsc >> 32)));
}

static void ready_timer(void)
{
	*apic(APIC_LVT_TIMER) = DEADLINE | ABI_VECTOR_DONE;
}

/* How late the program learns of it. */
static uint64_t timer(bool empty)
{
	uint32_t count = SELF->done_interrupts;
	uint64_t deadline = tsc() + BOOT->tsc_hz / TIMER_RATE, now;

	if (empty)
		return 0;
	ring0_run(set_deadline, deadline);
	wait_change(&SELF->done_interrupts, count);
	now = tsc();
	return now > deadline ? now - deadline : 1;
}

const struct event events_interrupt[ABI_EVENT_COUNT] = {
	[ABI_EVENT_self_ipi] = { .ring3 = interrupt_self },
	[ABI_EVENT_ipi] = { .once = interrupt_running, .ready = ready_spin },
	[ABI_EVENT_ipi_halted] = { .once = interrupt_halted, .ready = ready_doze, .most = SINGLES_ASLEEP },
	[ABI_EVENT_hlt_wake] = { .once = raised_asleep, .most = SINGLES_ASLEEP },
	[ABI_EVENT_inject_monitor] = { .ring3 = inject, .empty = inject_empty },
	[ABI_EVENT_inject_irqfd] = { .once = raised },
	[ABI_EVENT_inject_msi] = { .once = raised },
	[ABI_EVENT_eoi] = { .ring3 = end_interrupt },
	[ABI_EVENT_interrupt_complete] = { .once = complete, .ready = ready_complete },
	[ABI_EVENT_timer] = { .once = timer, .ready = ready_timer },
};
