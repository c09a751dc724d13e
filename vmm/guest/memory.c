/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * mmap and its family. Up to EAGER bytes, a mapping gets one contiguous extent and all its table entries at
 * once, because a guest page fault costs ten times a host-handled one; the host still supplies the memory on
 * first touch. Larger mappings, and those nobody may touch yet, get pages by WINDOW on first touch.
 */
#define EAGER  (64ull << 20)
#define WINDOW (2ull << 20)
#define STACKS                                                                                               \
	(1ull << 20) /* areas to this size are filled when they get rights; a thread's stack is larger */
#define STEP (256ull << 10) /* of those up to EAGER, on first touch */

/* mmap(2) */
#define MAP_SHARED	    0x01
#define MAP_PRIVATE	    0x02
#define MAP_FIXED	    0x10
#define MAP_ANONYMOUS	    0x20
#define MAP_FIXED_NOREPLACE 0x100000

struct lock memory_lock;

static uint64_t last_gpa; /* end of the last extent: the next one had best follow it */

static uint64_t pages_of(uint64_t bytes)
{
	return bytes / PAGE;
}

void memory_init(void)
{
	areas_init();
	for (uint32_t i = 0; i < BOOT->areas; i++) {
		const struct abi_area *a = &BOOT->area[i];

		tables_map(a->address, a->gpa, pages_of(a->bytes), a->protection);
		areas_add((struct area){ a->address, a->bytes, a->protection, AREA_ANON, 0 });
	}
}

/* Gives [ADDRESS, +BYTES) an extent of its own. False when memory is out. */
static bool back(uint64_t address, uint64_t bytes, uint32_t protection)
{
	uint64_t gpa = BOOT->large && bytes >= PAGE_LARGE ? pages_take_for(pages_of(bytes), address) : 0;

	if (gpa == 0)
		gpa = pages_take(pages_of(bytes), last_gpa);
	if (gpa == 0)
		return false;
	last_gpa = gpa + bytes;
	return tables_map(address, gpa, pages_of(bytes), protection);
}

/* Takes the pages of [ADDRESS, +BYTES) away. True if stale translations may remain. */
static bool release(uint64_t address, uint64_t bytes, enum area_kind kind)
{
	bool stale = false;

	for (uint64_t done = 0, run; done < pages_of(bytes); done += run) {
		uint64_t gpa;
		bool clean = true;

		run = pages_of(bytes) - done;
		gpa = tables_unmap(address + done * PAGE, &run);
		if (gpa == MAPPED_MISSING)
			continue;
		if (kind == AREA_FILE)
			channel_service(ABI_CALL_unmap, gpa, run * PAGE);
		else if (BOOT->discard && run >= DISCARD_MIN)
			channel_service(ABI_CALL_discard, gpa, run * PAGE);
		else
			clean = false;
		stale |= !clean;
		pages_give(gpa, run, clean);
	}
	return stale;
}

/* Unmaps whatever lies in [ADDRESS, +BYTES). 0 or -ENOMEM. */
int64_t memory_unmap(uint64_t address, uint64_t bytes)
{
	uint64_t end = address + bytes;
	struct area *a;
	bool stale = false;

	if (!areas_split(address) || !areas_split(end))
		return -ENOMEM;
	while ((a = areas_next(address)) && a->address < end) {
		stale |= release(a->address, a->bytes, a->kind);
		areas_remove(a);
	}
	if (stale)
		tables_flush();
	return 0;
}

static bool range_ok(uint64_t address, uint64_t bytes)
{
	return address % PAGE == 0 && bytes > 0 && bytes <= USER_END && address <= USER_END - bytes;
}

/* Where a new mapping goes: 0 with *ADDRESS final, or -errno. */
static int64_t place(uint64_t *address, uint64_t bytes, uint64_t flags)
{
	const struct area *a;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!range_ok(*address, bytes))
			return *address % PAGE ? -EINVAL : -ENOMEM;
		a = areas_next(*address);
		if (!a || a->address >= *address + bytes)
			return 0;
		return flags & MAP_FIXED_NOREPLACE ? -EEXIST : memory_unmap(*address, bytes);
	}
	*address &= ~(PAGE - 1);
	a = areas_next(*address);
	if (*address >= 0x10000 && range_ok(*address, bytes) && (!a || a->address >= *address + bytes))
		return 0;
	*address = areas_gap(bytes);
	return *address ? 0 : -ENOMEM;
}

/*
 * A file's pages: the host maps it over the extent GPA of guest memory, or over a new one where that is 0, so
 * that both see each other's writes.
 */
static int64_t map_file(uint64_t address, uint64_t bytes, uint64_t gpa, const struct syscall_frame *f)
{
	bool over = gpa != 0;
	struct abi_request *request;
	int64_t result;

	if (!over)
		gpa = pages_take(pages_of(bytes), 0);
	if (gpa == 0)
		return -ENOMEM;
	if (!(f->r10 & MAP_ANONYMOUS))
		cache_mapped(f->r8, f->r10 & MAP_SHARED);
	request = channel_begin(ABI_CALL_map, true);
	request->argument[0] = gpa;
	request->argument[1] = bytes;
	request->argument[2] = f->rdx;
	request->argument[3] = f->r10;
	request->argument[4] = f->r8;
	request->argument[5] = f->r9;
	result = channel_submit(request);
	if (result < 0) {
		if (over)
			channel_service(ABI_CALL_unmap, gpa, bytes);
		pages_give(gpa, pages_of(bytes), true);
		return result;
	}
	if (tables_map(address, gpa, pages_of(bytes), (f->rdx & 7) | TABLES_SMALL) &&
	    areas_add((struct area){ address, bytes, f->rdx & 7, AREA_FILE, result ? ABI_WRITE : 0 }))
		return 0;
	release(address, bytes, AREA_FILE);
	return -ENOMEM;
}

enum area_kind memory_kind(uint64_t bytes, uint32_t protection)
{
	return bytes > EAGER || protection == 0 ? AREA_LAZY : AREA_ANON;
}

int64_t memory_map(uint64_t address, uint64_t bytes, uint32_t protection, enum area_kind kind)
{
	if (kind != AREA_LAZY && !back(address, bytes, protection))
		return -ENOMEM;
	if (areas_add((struct area){ address, bytes, protection, kind, 0 }))
		return 0;
	release(address, bytes, AREA_ANON);
	return -ENOMEM;
}

/* mmap(address, bytes, protection, flags, fd, offset) */
int64_t memory_mmap(struct syscall_frame *f)
{
	uint64_t address = f->rdi, bytes = round_up(f->rsi, PAGE), gpa = 0;
	/* The host supplies what processes share, be it of a file or not. */
	bool file = !(f->r10 & MAP_ANONYMOUS) || f->r10 & MAP_SHARED;
	int64_t error = 0;

	if (f->rsi > USER_END)
		return -ENOMEM;
	if (f->rsi == 0 || !(f->r10 & (MAP_SHARED | MAP_PRIVATE)) || f->r9 % PAGE)
		return -EINVAL;
	if (file && f->r10 & MAP_FIXED)
		gpa = range_ok(address, bytes) ? memory_take_over(address, bytes) : 0;
	if (gpa == 0)
		error = place(&address, bytes, f->r10);
	if (error)
		return error;
	error = file ? map_file(address, bytes, gpa, f)
		     : memory_map(address, bytes, f->rdx & 7, memory_kind(bytes, f->rdx & 7));
	return error ? error : (int64_t)address;
}

/* munmap(address, bytes) */
int64_t memory_munmap(struct syscall_frame *f)
{
	uint64_t bytes = round_up(f->rsi, PAGE);

	return f->rsi <= USER_END && range_ok(f->rdi, bytes) ? memory_unmap(f->rdi, bytes) : -EINVAL;
}

/* Gives every page of a lazy area that has none one. */
static bool populate(uint64_t address, uint64_t bytes, uint32_t protection)
{
	for (uint64_t end = address + bytes, run; address < end; address += run) {
		for (run = 0; address + run < end && !tables_kept(address + run); run += PAGE)
			;
		if (run && !back(address, run, protection))
			return false;
		if (run == 0)
			run = PAGE;
	}
	return true;
}

bool memory_touch(uint64_t address, uint32_t need)
{
	struct area *a = areas_find(address);
	uint64_t low, high, window;

	if (!a || a->kind != AREA_LAZY || (a->protection & need) != need || a->protection == 0)
		return false;
	window = a->bytes > EAGER ? WINDOW : STEP;
	low = address & ~(window - 1);
	high = low + window;
	low = low > a->address ? low : a->address;
	high = high < a->address + a->bytes ? high : a->address + a->bytes;
	if (populate(low, high - low, a->protection) || populate(address & ~(PAGE - 1), PAGE, a->protection))
		return true;
	ACCOUNT->exhausted = 1;
	return false;
}

bool memory_shared(uint64_t address)
{
	const struct area *a;
	bool shared;

	lock_take(&memory_lock);
	a = areas_find(address);
	shared = a && a->kind == AREA_FILE;
	lock_give(&memory_lock);
	return shared;
}

/* mprotect(address, bytes, protection) */
int64_t memory_mprotect(struct syscall_frame *f)
{
	uint64_t address = f->rdi, bytes = round_up(f->rsi, PAGE), end = address + bytes;
	uint32_t protection = f->rdx & 7;
	bool reduced = false;
	int64_t result = 0;

	if (address % PAGE || f->rdx & ~7ull)
		return -EINVAL;
	if (f->rsi == 0)
		return 0;
	if (!range_ok(address, bytes) || !areas_split(address) || !areas_split(end))
		return -ENOMEM;
	while (address < end && result == 0) {
		struct area *a = areas_find(address), changed;

		if (a == NULL) { /* what came before it stays changed, as in Linux */
			result = -ENOMEM;
			break;
		}
		if (protection & a->denied) {
			result = -EACCES;
			break;
		}
		changed = *a;
		changed.protection = protection;
		reduced |= (a->protection & ~protection) != 0;
		if (a->kind == AREA_LAZY && a->bytes <= STACKS && protection &&
		    !populate(address, a->bytes, protection)) {
			result = -ENOMEM;
			break;
		}
		tables_protect(address, pages_of(a->bytes), protection);
		address += a->bytes;
		areas_remove(a);
		areas_add(changed);
	}
	if (reduced)
		tables_flush();
	return result;
}
