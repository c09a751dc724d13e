/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

#define HUGE  (2ull << 20)
#define GUARD HUGE /* nothing is mapped past guest memory, so a string that runs over its end faults */
#define PAGE  4096u

/* Maps guest memory at a 2 MiB boundary with a guard behind it. Private, so that a fork would copy it. */
static int map(struct monitor *m)
{
	size_t bytes = m->memory_bytes + HUGE + GUARD;
	uint8_t *raw = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *start;

	if (raw == MAP_FAILED)
		return error_fail(m->error, errno, "use a smaller --memory", "cannot map guest memory");
	start = (uint8_t *)(((uintptr_t)raw + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
	if (mprotect(start, m->memory_bytes, PROT_READ | PROT_WRITE))
		return error_fail(m->error, errno, "use a smaller --memory", "cannot map guest memory");
	m->memory = start;
	if (m->options->role != VMM_CHILD_EXEC) {
		m->report->guest_at = (uintptr_t)start;
		m->report->guest_bytes = m->memory_bytes;
	}
	return 0;
}

/* Bytes of guest memory that huge pages back, from /proc/self/smaps. */
uint64_t memory_huge(const struct monitor *m)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	unsigned long low, high, kib;
	uint64_t sum = 0;
	bool ours = false;
	char line[256];

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &low, &high) == 2)
			ours = low >= (uintptr_t)m->memory && high <= (uintptr_t)m->memory + m->memory_bytes;
		else if (ours && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			sum += (uint64_t)kib << 10;
	}
	if (smaps)
		fclose(smaps);
	return sum;
}

static void fall_back(struct monitor *m, unsigned value, const char *why)
{
	m->config.value[VMM_MEMORY] = (uint8_t)value;
	snprintf(m->report->fallback[VMM_MEMORY], sizeof(m->report->fallback[0]), "%s", why);
}

void memory_settle(const struct monitor *m, void *start, uint64_t bytes, bool now)
{
	unsigned memory = m->config.value[VMM_MEMORY];

	madvise(start, bytes, memory == VMM_MEMORY_LOCKED_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	if (memory != VMM_MEMORY_LAZY4K && mlock2(start, bytes, now ? 0 : MLOCK_ONFAULT))
		return; /* it was locked before: only a limit lowered since refuses, and unlocked memory
			   serves */
}

/* Populates and locks; what cannot be had falls back to the nearest that can. */
static void lock(struct monitor *m)
{
	bool huge = m->config.value[VMM_MEMORY] == VMM_MEMORY_LOCKED_HUGE;

	madvise(m->memory, m->memory_bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	populate_memory(m);
	if (mlock(m->memory, m->memory_bytes)) {
		munlock(m->memory, m->memory_bytes);
		fall_back(m, VMM_MEMORY_LAZY4K, "guest memory cannot be locked: raise ulimit -l");
	} else if (huge && memory_huge(m) < m->memory_bytes / 10 * 9) {
		fall_back(m, VMM_MEMORY_LOCKED4K, "fewer than 9 in 10 huge pages could be had");
	}
}

int memory_open(struct monitor *m)
{
	int error;

	m->memory_bytes = m->options->memory_bytes ? m->options->memory_bytes : VMM_MEMORY_DEFAULT;
	m->memory_bytes = (m->memory_bytes + HUGE - 1) & ~(HUGE - 1);
	if (m->memory_bytes < VMM_MEMORY_MIN || m->memory_bytes > VMM_MEMORY_MAX)
		return error_fail(m->error, EINVAL, "give --memory 512M, or leave it out",
				  "guest memory must be between 16M and 3G");
	error = map(m);
	if (error)
		return error;
	if (m->config.value[VMM_MEMORY] == VMM_MEMORY_LAZY4K)
		madvise(m->memory, m->memory_bytes, MADV_NOHUGEPAGE);
	else if (m->options->role == VMM_FIRST)
		lock(m);
	else if (m->config.value[VMM_MEMORY] == VMM_MEMORY_LOCKED_HUGE)
		madvise(m->memory, m->memory_bytes, MADV_HUGEPAGE);
	return 0;
}

void memory_close(struct monitor *m)
{
	if (m->memory)
		munmap(m->memory, m->memory_bytes);
	m->memory = NULL;
}

uint64_t memory_resident(const struct monitor *m)
{
	unsigned char present[4096];
	uint64_t pages = 0;

	for (uint64_t at = 0; at < m->memory_bytes; at += sizeof(present) * PAGE) {
		uint64_t bytes = m->memory_bytes - at;

		if (bytes > sizeof(present) * PAGE)
			bytes = sizeof(present) * PAGE;
		if (mincore(m->memory + at, bytes, present))
			continue;
		for (uint64_t i = 0; i < bytes / PAGE; i++)
			pages += present[i] & 1;
	}
	return pages * PAGE;
}

void *memory_at(const struct monitor *m, uint64_t gpa, uint64_t bytes)
{
	if (gpa > m->memory_bytes || bytes > m->memory_bytes - gpa)
		return NULL;
	return m->memory + gpa;
}
