/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <sys/mman.h>

#include "vmm/vmm_priv.h"

/*
 * Has the host supply all of guest memory before the program runs. Most of that time the host's kernel clears
 * pages, which takes as long as writing them does; where a hypervisor beneath has to find the memory first,
 * far longer. So each core of the process takes a part; the CPU time is the same, and counts as set-up's.
 */
#define MOST  8		    /* threads: memory is no faster for more */
#define LEAST (64ull << 20) /* bytes that are worth one */
#define PAGES (2ull << 20)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct part {
	pthread_t thread;
	uint8_t *start;
	uint64_t bytes;
	bool runs;
};

/* Kernels before 5.14 do not know it: there mlock, which follows, populates. */
static void *populate(void *argument)
{
	const struct part *part = argument;

	madvise(part->start, part->bytes, MADV_POPULATE_WRITE);
	return NULL;
}

void populate_memory(const struct monitor *m)
{
	uint64_t most = m->memory_bytes / LEAST, cores = (uint64_t)CPU_COUNT(&m->all);
	struct part part[MOST];
	unsigned parts;

	most = most < MOST ? most : MOST;
	parts = (unsigned)(cores < most ? cores : most);
	parts += parts == 0;
	for (unsigned i = 0; i < parts; i++) {
		uint64_t start = m->memory_bytes / parts * i / PAGES * PAGES;
		uint64_t end =
			i + 1 == parts ? m->memory_bytes : m->memory_bytes / parts * (i + 1) / PAGES * PAGES;

		part[i] = (struct part){ .start = m->memory + start, .bytes = end - start };
		part[i].runs = i > 0 && pthread_create(&part[i].thread, NULL, populate, &part[i]) == 0;
	}
	for (unsigned i = 0; i < parts; i++)
		if (part[i].runs)
			pthread_join(part[i].thread, NULL);
		else
			populate(&part[i]);
}
