/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <sys/personality.h>
#include <sys/random.h>

#include "vmm/vmm_priv.h"

/*
 * Where the parts of a program lie. Linux draws that anew for each process, and so must the guest: where
 * branches and buffers happen to lie moves a program's time by tens of per cent (T. Mytkowicz et al.,
 * Producing wrong data without doing anything obviously wrong, ASPLOS 2009), and one fixed layout, compared
 * with ones drawn by the host, would be taken for what virtualization costs. As on the host nothing is drawn
 * under setarch -R and where kernel.randomize_va_space is 0, and not where the heap begins where it is 1.
 */
#define PAGE 4096ull
#define PIE_BASE                                                                                             \
	0x555555554000ull /* and the others: where Linux puts them without randomization, or near            \
			   */
#define LINKER_BASE  0x7ffff4000000ull /* above all mappings, below the stack */
#define MAPPINGS_TOP 0x7ffff0000000ull
#define STACK_TOP    0x7ffffffff000ull

/* Bits of a number of pages, as Linux has them on x86-64; what lies above the mappings has less room here. */
#define BITS_FAR   28
#define BITS_NEAR  13
#define STACK_SKEW 8192 /* bytes within the stack's first pages */

/* The host's level of randomization, asked for once: a program begins with five draws. */
static int randomizes(void)
{
	static int level = -1;
	FILE *stream = level < 0 ? fopen("/proc/sys/kernel/randomize_va_space", "re") : NULL;

	if (level >= 0)
		return level;
	if (!stream || fscanf(stream, "%d", &level) != 1 || level < 0)
		level = 2;
	if (stream)
		fclose(stream);
	if (personality(0xffffffff) & ADDR_NO_RANDOMIZE)
		level = 0;
	return level;
}

/* A number below N, which is a power of two; 0 where the host's LEVEL of randomization is lower. */
static uint64_t draw(int level, uint64_t n)
{
	uint64_t value;

	if (randomizes() < level || getrandom(&value, sizeof(value), 0) != sizeof(value))
		return 0;
	return value & (n - 1);
}

uint64_t layout_image(enum elf_role role)
{
	return role == ELF_INTERPRETER ? LINKER_BASE + draw(1, 1ull << BITS_NEAR) * PAGE
				       : PIE_BASE + draw(1, 1ull << BITS_FAR) * PAGE;
}

uint64_t layout_heap(uint64_t end)
{
	return end + draw(2, 1ull << BITS_NEAR) * PAGE;
}

uint64_t layout_mappings(void)
{
	return MAPPINGS_TOP - draw(1, 1ull << BITS_FAR) * PAGE;
}

uint64_t layout_stack(void)
{
	return STACK_TOP - draw(1, 1ull << BITS_NEAR) * PAGE;
}

uint64_t layout_skew(uint64_t bytes)
{
	return bytes / 64 < STACK_SKEW ? 0 : draw(1, STACK_SKEW) & ~15ull;
}
