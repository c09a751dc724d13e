/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm_priv.h"

/*
 * Cores for drivers that poll, where the program is several processes: each has a driver of its own, and none
 * knows of the others' threads. A process wants a core for each of its threads that does not wait, and one
 * more where a driver polls for it. Where they want more than there are, who polls keeps a core from who has
 * work, perhaps the very work it waits for: then their requests leave by exit, until there is room again.
 */

void tree_want(struct tree *tree, int place, uint32_t cores)
{
	uint32_t was = __atomic_exchange_n(&tree->wants[place], cores, __ATOMIC_RELAXED);

	if (was != cores)
		__atomic_add_fetch(&tree->wanted, cores - was, __ATOMIC_RELAXED);
}

/* What the guest says of its threads is a number of threads, whatever it says. */
void crowd_tell(struct monitor *m, uint32_t running)
{
	uint32_t most = atomic_load(&m->vcpus), drivers = m->boot->ring && driver_polls(m) ? m->drivers : 0;

	running = running < most ? running : most;
	tree_want(m->tree, m->place, running ? running + drivers : 0);
}

/* Cores that the other processes of the run want. */
static uint32_t others(const struct monitor *m)
{
	return __atomic_load_n(&m->tree->wanted, __ATOMIC_RELAXED) -
	       __atomic_load_n(&m->tree->wants[m->place], __ATOMIC_RELAXED);
}

bool crowd_has_room(struct monitor *m)
{
	uint32_t cores = (uint32_t)CPU_COUNT(&m->all), besides = others(m);

	if (besides == 0 || besides + 2 <= cores || !driver_polls(m))
		return true;
	tree_sweep(m->tree);
	besides = others(m);
	return besides == 0 || besides + 2 <= cores;
}

bool crowd_gives_way(struct monitor *m)
{
	if (m->boot->ring && others(m) && !crowd_has_room(m)) {
		m->boot->ring = 0;
		crowd_tell(m, m->boot->running);
	}
	return !m->boot->ring;
}
