/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_REQUEST_BED_H
#define TESTS_REQUEST_BED_H

/* A monitor without a VM, for requests to be made of. */
#include <stdlib.h>
#include <sys/mman.h>

#include "vmm/vmm_priv.h"

#define MEMORY (1u << 20)
#define GUARD  4096u
#define NOFILE 512

struct bed {
	struct monitor m;
	struct vmm_options options;
	struct vmm_report report;
	struct abi_request request;
};

static inline struct bed *make_bed(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	if (bed == NULL)
		abort();
	/* A guard behind it, as guest memory has one. */
	bed->m.memory = mmap(NULL, MEMORY + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mprotect(bed->m.memory, MEMORY, PROT_READ | PROT_WRITE))
		abort();
	bed->m.memory_bytes = MEMORY;
	bed->m.nofile = bed->m.nofile_soft = NOFILE;
	bed->m.options = &bed->options;
	bed->m.report = &bed->report;
	bed->m.error = &bed->report.error;
	bed->m.backend = backend_pick(VMM_BACKEND_BUFFERED);
	return bed;
}

static inline void free_bed(struct bed *bed)
{
	munmap(bed->m.memory, MEMORY + GUARD);
	free(bed);
}

/* Adds a piece of memory for argument I; arguments must be given in order. */
static inline void piece(struct abi_request *r, int i, uint64_t gpa, uint64_t bytes)
{
	int used = 0;

	for (int k = 0; k < 6; k++)
		used += r->segments[k];
	r->segment[used] = (struct abi_segment){ gpa, bytes };
	r->segments[i]++;
	r->argument[i] = 1;
}

#endif
