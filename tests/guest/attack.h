/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_GUEST_ATTACK_H
#define TESTS_GUEST_ATTACK_H

/*
 * Programs that attack the guest kernel and, past it, the monitor. They can, because on a software backend
 * the kernel's memory is open to ring 3. What they destroy is their own VM: an attack prints "survived" where
 * that goes on, and the monitor must live in any case.
 */
#include "tests/guest/guest.h"
#include "vmm/guest_abi.h"

#define DIRECT(gpa) ((void *)(ABI_DIRECT + (gpa)))
#define CHANNEL	    ((struct abi_channel *)DIRECT(ABI_BLOCK + ABI_CHANNEL))
#define VCPU	    ((volatile struct abi_vcpu_data *)DIRECT(ABI_BLOCK + ABI_VCPU_DATA))
#define BOOT	    ((volatile struct abi_boot *)DIRECT(ABI_BOOT))

static inline void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

struct attack {
	const char *name;
	void (*function)(void);
};

/* Makes the attack that argv[1] names; ends with a row whose name is NULL. */
static inline int attack(int argc, char **argv, const struct attack *attacks)
{
	for (; argc > 1 && attacks->name; attacks++)
		if (strcmp(argv[1], attacks->name) == 0) {
			attacks->function();
			puts("survived");
			return 0;
		}
	return 99;
}

#endif
