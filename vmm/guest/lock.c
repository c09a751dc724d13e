/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Locks between vCPUs. The holder may have lost its core to whoever spins here, so spinning is bounded, and
 * then the host is asked to run somebody else. No lock is held while the program's memory is touched.
 */
#define SPINS 2000

void lock_take(struct lock *lock)
{
	for (uint8_t tries = 0; __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE); tries += tries < 255) {
		for (int i = 0; i < SPINS && __atomic_load_n(&lock->held, __ATOMIC_RELAXED); i++)
			relax();
		if (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			port_write(ABI_PORT_YIELD, tries);
	}
}

void lock_give(struct lock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}
