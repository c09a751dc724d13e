/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Does one thing until it is ended, or so many times, so that its time is known. */

static void look_up(void)
{
	unsigned a, b, c, d;

	__cpuid(0, a, b, c, d);
}

/* The doorbell of a driver, which a program in a guest may ring, too: an exit that ends in KVM. */
static void ring(void)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(0), "Nd"(0xe1) : "memory");
}

static void compute(void)
{
	__asm__ volatile("" : : : "memory");
}

static void call(void)
{
	getpgrp();
}

/* The guest kernel's own business. */
static void serve(void)
{
	getppid();
}

/* The same, of which every call is stamped, but for a request so often that who polls for it does not tire.
 */
static void call_seldom(void)
{
	static unsigned times;

	if (times++ % 64 == 0)
		call();
	else
		mlock(NULL, 0);
}

static const struct {
	const char *name;
	void (*once)(void);
} things[] = { { "cpuid", look_up }, { "doorbell", ring }, { "compute", compute },
	       { "call", call },     { "served", serve },  { "seldom", call_seldom } };

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* COUNT times, by the program's own clock, in the marks that vmtax reads. */
static int time_it(void (*once)(void), unsigned long count)
{
	uint64_t begun;

	fputs("roi begin\n", stderr);
	begun = now_ns();
	for (unsigned long i = 0; i < count; i++)
		once();
	fprintf(stderr, "roi_ns=%llu ops=%lu\n", (unsigned long long)(now_ns() - begun), count);
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(things) / sizeof(things[0]); i++)
		if (strcmp(argv[1], things[i].name) == 0) {
			if (argc > 2)
				return time_it(things[i].once, strtoul(argv[2], NULL, 10));
			for (;;)
				things[i].once();
		}
	fputs("usage: forever cpuid|doorbell|compute|call|served|seldom [TIMES]\n", stderr);
	return 2;
}
