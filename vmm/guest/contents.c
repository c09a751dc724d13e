/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* What mappings hold: madvise drops it, msync writes it to the file. */
#define MADV_DONTNEED 4
#define MS_ASYNC      1
#define MS_INVALIDATE 2
#define MS_SYNC	      4

/* Bytes from ADDRESS on, at most LIMIT, whose pages lie at GPA without a gap. */
static uint64_t run_of(uint64_t address, uint64_t limit, uint64_t gpa)
{
	uint64_t run = PAGE;

	while (run < limit && tables_page(address + run) == gpa + run)
		run += PAGE;
	return run;
}

/* Makes what is mapped in [ADDRESS, +BYTES) zero again, or what its file has. Pages nobody has stay so. */
static void forget(uint64_t address, uint64_t bytes, enum area_kind kind)
{
	for (uint64_t end = address + bytes, run; address < end; address += run) {
		uint64_t gpa = tables_page(address);

		run = PAGE;
		if (gpa == MAPPED_MISSING)
			continue;
		run = run_of(address, end - address, gpa);
		if (kind == AREA_FILE || (BOOT->discard && run >= DISCARD_MIN * PAGE))
			channel_service(ABI_CALL_discard, gpa, run);
		else
			memset(at(gpa), 0, run);
	}
}

/* madvise(address, bytes, advice): only MADV_DONTNEED changes what a program sees */
int64_t memory_madvise(struct syscall_frame *f)
{
	uint64_t address = f->rdi, end = address + round_up(f->rsi, PAGE);

	if (address % PAGE || end < address || f->rsi > USER_END)
		return -EINVAL;
	while (f->rdx == MADV_DONTNEED && address < end) {
		const struct area *a = areas_find(address);
		uint64_t stop;

		if (a == NULL)
			return -ENOMEM;
		stop = a->address + a->bytes < end ? a->address + a->bytes : end;
		forget(address, stop - address, a->kind);
		address = stop;
	}
	return 0;
}

static int64_t write_back(uint64_t address, uint64_t bytes, uint64_t flags)
{
	int64_t result = 0;

	for (uint64_t end = address + bytes, run; address < end && result == 0; address += run) {
		uint64_t gpa = tables_page(address);
		struct abi_request *request;

		run = PAGE;
		if (gpa == MAPPED_MISSING)
			continue;
		run = run_of(address, end - address, gpa);
		request = channel_begin(ABI_CALL_msync, true);
		request->argument[0] = gpa;
		request->argument[1] = run;
		request->argument[2] = flags;
		result = channel_submit(request);
	}
	return result;
}

/* msync(address, bytes, flags): holes are told once the rest is written, as in Linux */
int64_t memory_msync(struct syscall_frame *f)
{
	uint64_t address = f->rdi, end = address + round_up(f->rsi, PAGE);
	int64_t result = 0, error = 0;

	if (address % PAGE || f->rdx & ~(uint64_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
	    (f->rdx & MS_ASYNC && f->rdx & MS_SYNC))
		return -EINVAL;
	if (end < address || f->rsi > USER_END)
		return -ENOMEM;
	while (address < end && error == 0) {
		const struct area *a = areas_next(address);
		uint64_t stop;

		if (a == NULL || a->address >= end)
			return -ENOMEM;
		if (a->address > address)
			result = -ENOMEM;
		address = a->address > address ? a->address : address;
		stop = a->address + a->bytes < end ? a->address + a->bytes : end;
		if (a->kind == AREA_FILE)
			error = write_back(address, stop - address, f->rdx);
		address = stop;
	}
	return error ? error : result;
}

/* mincore(address, bytes, vector): what is mapped is in memory, as the host would have it on first touch */
int64_t memory_mincore(struct syscall_frame *f)
{
	uint64_t address = f->rdi, end = address + round_up(f->rsi, PAGE),
		 pages = round_up(f->rsi, PAGE) / PAGE;

	if (address % PAGE)
		return -EINVAL;
	if (end < address || f->rsi > USER_END)
		return -ENOMEM;
	if (!user_writable(f->rdx, pages))
		return -EFAULT;
	for (uint64_t i = 0; i < pages; i++) {
		if (!areas_find(address + i * PAGE))
			return -ENOMEM;
		((uint8_t *)f->rdx)[i] = tables_page(address + i * PAGE) != MAPPED_MISSING;
	}
	return 0;
}
