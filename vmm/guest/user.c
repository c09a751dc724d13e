/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* The program's memory is looked up in its own tables before the kernel or the host uses it. */

/* Guest-physical page of ADDRESS if it allows NEED, bringing in a lazy one; else MAPPED_MISSING. */
static uint64_t page_of(uint64_t address, uint32_t need)
{
	uint64_t gpa = tables_find(address, need);

	if (gpa != MAPPED_MISSING || address >> 47 || tables_kept(address))
		return gpa;
	lock_take(&memory_lock);
	if (tables_kept(address) || memory_touch(address, need))
		gpa = tables_find(address, need);
	lock_give(&memory_lock);
	return gpa;
}

static bool allowed(uint64_t address, uint64_t bytes, uint32_t need)
{
	uint64_t end = address + bytes;

	if (end < address)
		return false;
	for (uint64_t page = address & ~(PAGE - 1); page < end; page += PAGE)
		if (page_of(page, need) == MAPPED_MISSING)
			return false;
	return true;
}

bool user_readable(uint64_t address, uint64_t bytes)
{
	return allowed(address, bytes, ABI_READ);
}

bool user_writable(uint64_t address, uint64_t bytes)
{
	return allowed(address, bytes, ABI_WRITE);
}

int64_t user_string(uint64_t address, uint64_t limit)
{
	for (uint64_t n = 0; n < limit; n++) {
		if ((n == 0 || (address + n) % PAGE == 0) && page_of(address + n, ABI_READ) == MAPPED_MISSING)
			return -EFAULT;
		if (*(const char *)(address + n) == 0)
			return (int64_t)n + 1;
	}
	return -ENAMETOOLONG;
}

int user_segments(uint64_t address, uint64_t bytes, uint32_t need, struct abi_segment *segment, int limit,
		  uint64_t *covered)
{
	uint64_t done = 0;
	int n = 0;

	while (done < bytes) {
		uint64_t gpa = page_of(address + done, need), offset = (address + done) % PAGE;
		uint64_t take = PAGE - offset < bytes - done ? PAGE - offset : bytes - done;

		if (gpa == MAPPED_MISSING)
			break;
		gpa += offset;
		if (n > 0 && segment[n - 1].gpa + segment[n - 1].bytes == gpa) {
			segment[n - 1].bytes += take;
		} else {
			if (n == limit)
				break;
			segment[n++] = (struct abi_segment){ gpa, take };
		}
		done += take;
	}
	*covered = done;
	return n == 0 && bytes > 0 ? -EFAULT : n;
}
