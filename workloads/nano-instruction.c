/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <cpuid.h>
#include <signal.h>
#include <ucontext.h>

#include "workloads/samples.h"

/* Single instructions, and those that end in the kernel as a signal. */

#define LOOP(name, body)                                                                                     \
	static void name(uint64_t ops)                                                                       \
	{                                                                                                    \
		for (uint64_t i = 0; i < ops; i++) {                                                         \
			__asm__ volatile("");                                                                \
			body;                                                                                \
		}                                                                                            \
	}

static void do_cpuid(void)
{
	unsigned a, b, c, d;

	__cpuid(0, a, b, c, d);
}

static void do_rdtscp(void)
{
	unsigned processor;

	__rdtscp(&processor);
}

static __attribute__((noinline)) void called(void)
{
	__asm__ volatile("");
}

LOOP(empty_loop, )
LOOP(cpuid_loop, do_cpuid())
LOOP(rdtsc_loop, __asm__ volatile("rdtsc" ::: "eax", "edx"))
LOOP(rdtscp_loop, do_rdtscp())
LOOP(pause_loop, _mm_pause())
LOOP(call_loop, called())
LOOP(divide_loop, __asm__ volatile("div %0" ::"r"(0) : "eax", "edx"))
LOOP(undefined_loop, __asm__ volatile("ud2"))
LOOP(breakpoint_loop, __asm__ volatile("int3"))

static void measure(void (*loop)(uint64_t))
{
	samples_batches(&(struct samples_loop){ .op = loop, .empty = empty_loop });
}

static void measure_loop(void)
{
	samples_batches(&(struct samples_loop){ .op = empty_loop });
}

#define MEASURE(name)                                                                                        \
	static void measure_##name(void)                                                                     \
	{                                                                                                    \
		measure(name##_loop);                                                                        \
	}

MEASURE(cpuid)
MEASURE(rdtsc)
MEASURE(rdtscp)
MEASURE(pause)
MEASURE(call)

/* div of a 32-bit register without REX, or ud2: both have two bytes. After int3 the next is where we are. */
static void step_over(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;

	(void)number, (void)info;
	at->uc_mcontext.gregs[REG_RIP] += 2;
}

static void stay(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info, (void)context;
}

static void measure_signal(int number, void (*handler)(int, siginfo_t *, void *), void (*loop)(uint64_t))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	if (sigaction(number, &action, NULL))
		samples_fail("sigaction");
	measure(loop);
}

static void measure_divide(void)
{
	measure_signal(SIGFPE, step_over, divide_loop);
}

static void measure_undefined(void)
{
	measure_signal(SIGILL, step_over, undefined_loop);
}

static void measure_breakpoint(void)
{
	measure_signal(SIGTRAP, stay, breakpoint_loop);
}

static const struct samples_event events[] = {
	{ "loop", NULL, "a turn of the empty loop the others are in", measure_loop },
	{ "cpuid", NULL, "cpuid, leaf 0", measure_cpuid },
	{ "rdtsc", NULL, "rdtsc, unordered", measure_rdtsc },
	{ "rdtscp", NULL, "rdtscp", measure_rdtscp },
	{ "pause", NULL, "pause", measure_pause },
	{ "call-return", NULL, "a call of a function that does nothing, and its return", measure_call },
	{ "divide", NULL, "a division by zero, its SIGFPE, and going on behind it", measure_divide },
	{ "undefined", NULL, "ud2, its SIGILL, and going on behind it", measure_undefined },
	{ "breakpoint", NULL, "int3, its SIGTRAP, and going on", measure_breakpoint },
	{ 0 },
};

int main(int argc, char **argv)
{
	return samples_main(argc, argv, "nano-instruction", events);
}
