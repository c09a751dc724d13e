/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* The four functions gcc may call in freestanding code; string instructions, since there is no FPU to use. */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *end = to;

	__asm__ volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(n) : : "memory");
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	void *end = to;

	__asm__ volatile("rep stosb" : "+D"(end), "+c"(n) : "a"(byte) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *x = to;
	const unsigned char *y = from;

	if (x <= y || x >= y + n)
		return memcpy(to, from, n);
	while (n-- > 0)
		x[n] = y[n];
	return to;
}
