/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* Mappings that change size: brk, mremap. */
#define MREMAP_MAYMOVE 1

static uint64_t heap_start, heap_end; /* brk: [start, end), end not page-aligned */

void memory_heap(uint64_t start)
{
	heap_start = heap_end = start;
}

/* brk(address): the new end, or the old one where that cannot be */
int64_t memory_brk(struct syscall_frame *f)
{
	uint64_t old = round_up(heap_end, PAGE), new = round_up(f->rdi, PAGE);
	const struct area *next = areas_next(old);

	if (f->rdi < heap_start || f->rdi > USER_END)
		return (int64_t)heap_end;
	if (new > old && ((next && next->address < new) || memory_map(old, new - old, ABI_READ | ABI_WRITE,
								      memory_kind(new - old, ABI_WRITE))))
		return (int64_t)heap_end;
	if (new < old && memory_unmap(new, old - new))
		return (int64_t)heap_end;
	heap_end = f->rdi;
	return (int64_t)heap_end;
}

/* Moves the pages of AREA to ADDRESS; the area's own record is the caller's to change. */
static bool move(const struct area *a, uint64_t address)
{
	for (uint64_t done = 0, run; done < a->bytes / PAGE; done += run) {
		uint64_t gpa;

		run = a->bytes / PAGE - done;
		gpa = tables_unmap(a->address + done * PAGE, &run);
		if (gpa != MAPPED_MISSING && !tables_map(address + done * PAGE, gpa, run, a->protection))
			return false;
	}
	return true;
}

/* Moves the area at ADDRESS, of OLD bytes, to where there is room for NEW. Returns that address or -errno. */
static int64_t grow_elsewhere(uint64_t address, uint64_t old, uint64_t new)
{
	uint64_t to = areas_gap(new);
	struct area a = *areas_find(address);
	int64_t error;

	if (to == 0)
		return -ENOMEM;
	/* First: what is mapped below it would join it. */
	areas_remove(areas_find(address));
	error = memory_map(to + old, new - old, a.protection, a.kind);
	if (error == 0 && move(&a, to))
		a.address = to;
	else
		error = -ENOMEM;
	areas_add(a);
	tables_flush();
	return error ? error : (int64_t)to;
}

/* Grows the area at ADDRESS from OLD to NEW bytes, in place if it can be. Returns its address or -errno. */
static int64_t grow(uint64_t address, uint64_t old, uint64_t new, bool may_move)
{
	const struct area *next = areas_next(address + old);
	struct area *a = areas_find(address);
	int64_t error;

	if (a->kind == AREA_FILE)
		return -ENOMEM;
	/* It stays one area: all of it gets its pages on first touch, or none. */
	if (memory_kind(new - old, a->protection) == AREA_LAZY)
		a->kind = AREA_LAZY;
	if (next && next->address < address + new)
		return may_move ? grow_elsewhere(address, old, new) : -ENOMEM;
	error = memory_map(address + old, new - old, a->protection, a->kind);
	return error ? error : (int64_t)address;
}

/* mremap(address, old bytes, new bytes, flags, new address) */
int64_t memory_mremap(struct syscall_frame *f)
{
	uint64_t old = round_up(f->rsi, PAGE), new = round_up(f->rdx, PAGE);
	const struct area *a = areas_find(f->rdi);

	if (f->rdx == 0 || f->rdi % PAGE || f->r10 & ~(uint64_t)MREMAP_MAYMOVE || f->rdx > USER_END ||
	    f->rsi > USER_END)
		return -EINVAL;
	if (a == NULL || old == 0 || f->rdi + old > a->address + a->bytes)
		return -EFAULT;
	if (new <= old)
		return new < old &&memory_unmap(f->rdi + new, old - new) ? -ENOMEM : (int64_t)f->rdi;
	if (!areas_split(f->rdi) || !areas_split(f->rdi + old))
		return -ENOMEM;
	return grow(f->rdi, old, new, f->r10 & MREMAP_MAYMOVE);
}

static bool contiguous(uint64_t address, uint64_t bytes)
{
	uint64_t first = tables_page(address);

	for (uint64_t done = 0; done < bytes; done += PAGE)
		if (first == MAPPED_MISSING || tables_page(address + done) != first + done)
			return false;
	return true;
}

/*
 * The extent behind [ADDRESS, +BYTES), taken away from the file that lies there: another that is mapped in
 * its place may lie over it, too, without plain memory between them. 0: something else lies there. A dynamic
 * linker maps a library whole and then part by part.
 */
uint64_t memory_take_over(uint64_t address, uint64_t bytes)
{
	struct area *a = areas_find(address);
	uint64_t gpa, pages = bytes / PAGE;

	if (!a || a->kind != AREA_FILE || a->address + a->bytes < address + bytes ||
	    !contiguous(address, bytes) || !areas_split(address) || !areas_split(address + bytes))
		return 0;
	gpa = tables_unmap(address, &pages);
	areas_remove(areas_find(address));
	return gpa;
}
