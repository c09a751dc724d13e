/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Does one thing until it is ended, so that its time is known. */

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

static const struct {
	const char *name;
	void (*once)(void);
} things[] = { { "cpuid", look_up }, { "doorbell", ring }, { "compute", compute }, { "call", call } };

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(things) / sizeof(things[0]); i++)
		if (strcmp(argv[1], things[i].name) == 0)
			for (;;)
				things[i].once();
	fputs("usage: forever cpuid|doorbell|compute|call\n", stderr);
	return 2;
}
