/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Calls that the cache does not serve, and what they do to it. Before the host has one, it has all that the
 * program wrote before, lest by that call anybody else could know, or tell, that it was written; but for
 * calls that let nobody know.
 */
#define O_TRUNC	 01000
#define TERMINAL 'T'  /* of an ioctl: it is about no file */
#define ALL	 0x80 /* in place of arguments: every descriptor */

enum needs {
	EVERYTHING, /* the host is to have, of any file */
	ITS_OWN,    /* of the file of argument 0 */
	NOTHING,
};

static const struct {
	uint8_t needs;
	uint8_t shared;	  /* which arguments are descriptors whose offsets the host is to have */
	bool tells;	  /* that what was written could not be stored, where it went well itself */
	bool changes;	  /* what the file of argument 0 holds */
	bool changes_any; /* some file or other */
} known[ABI_CALL_COUNT] = {
	[ABI_CALL_sendfile] = { .shared = 3, .changes_any = true },
	[ABI_CALL_splice] = { .shared = 5, .changes_any = true },
	[ABI_CALL_copy_file_range] = { .shared = 5, .changes_any = true },
	[ABI_CALL_preadv2] = { .shared = 1 },
	[ABI_CALL_pwritev2] = { .shared = 1, .changes = true },
	[ABI_CALL_ioctl] = { .changes = true },
	[ABI_CALL_ftruncate] = { .changes = true },
	[ABI_CALL_fallocate] = { .changes = true },
	[ABI_CALL_truncate] = { .changes_any = true },
	[ABI_CALL_sendmsg] = { .shared = ALL },
	[ABI_CALL_fsync] = { ITS_OWN, .tells = true },
	[ABI_CALL_fdatasync] = { ITS_OWN, .tells = true },
	[ABI_CALL_close] = { ITS_OWN, .tells = true },
	[ABI_CALL_fstat] = { ITS_OWN },
	[ABI_CALL_lseek] = { ITS_OWN },
	[ABI_CALL_fadvise64] = { ITS_OWN },
	[ABI_CALL_open] = { NOTHING },
	[ABI_CALL_openat] = { NOTHING },
	[ABI_CALL_access] = { NOTHING },
	[ABI_CALL_faccessat] = { NOTHING },
	[ABI_CALL_readlink] = { NOTHING },
	[ABI_CALL_readlinkat] = { NOTHING },
	[ABI_CALL_getcwd] = { NOTHING },
	[ABI_CALL_getdents64] = { NOTHING },
	[ABI_CALL_getrandom] = { NOTHING },
	[ABI_CALL_clock_gettime] = { NOTHING },
	[ABI_CALL_null] = { NOTHING },
	[ABI_CALL_unmap] = { NOTHING },
	[ABI_CALL_discard] = { NOTHING },
	[ABI_CALL_flush] = { NOTHING },
	[ABI_CALL_thread] = { NOTHING },
	[ABI_CALL_vcpu] = { NOTHING },
	[ABI_CALL_disposition] = { NOTHING },
};

/* Whether an open takes away what a file holds. */
static bool truncates(enum abi_call_id call, const uint64_t argument[6])
{
	return (call == ABI_CALL_open && argument[1] & O_TRUNC) ||
	       (call == ABI_CALL_openat && argument[2] & O_TRUNC);
}

/* Any request; those whose arguments matter are looked at below. */
void cache_flush_for(enum abi_call_id call)
{
	if (!cache_dirty() || known[call].needs != EVERYTHING)
		return;
	lock_take(&cache_lock);
	cache_flush_all();
	lock_give(&cache_lock);
}

static void flush_own(uint64_t fd)
{
	struct cache_open *open = cache_dirty() ? cache_open_know(fd) : cache_open_at(fd);

	if (open == NULL || open->state != CACHE_CACHED)
		return;
	cache_flush(open->file);
	if (!open->placed) /* it appends: the host has been told of no offset */
		cache_open_place(open, fd);
}

void cache_before(enum abi_call_id call, const uint64_t argument[6])
{
	uint8_t shared = known[call].shared;
	bool own = known[call].needs == ITS_OWN, truncated = cache_active && truncates(call, argument);

	if (!cache_active || !(shared || own || truncated))
		return;
	lock_take(&cache_lock);
	if (own)
		flush_own(argument[0]);
	if (truncated)
		cache_flush_all();
	if (shared == ALL)
		cache_open_surrender_all();
	for (int i = 0; shared != ALL && i < 6; i++)
		if (shared >> i & 1)
			cache_open_surrender(argument[i]);
	lock_give(&cache_lock);
}

/* The file of argument 0, or any, has been changed by the host. */
static void changed(enum abi_call_id call, const uint64_t argument[6])
{
	const struct cache_open *open = known[call].changes ? cache_open_know(argument[0]) : NULL;

	if (call == ABI_CALL_ioctl && (argument[1] >> 8 & 255) == TERMINAL)
		return;
	if (open == NULL || (open->state == CACHE_PLAIN && !open->in_memory))
		cache_forget_pages();
	else if (open->state == CACHE_CACHED)
		cache_page_drop(open->file, 0, UINT64_MAX);
}

/* The error that nobody has heard of. */
static int64_t told(uint64_t fd, int64_t result)
{
	const struct cache_open *open = cache_open_at(fd);
	struct cache_file *f = cache_file_at(open && open->state == CACHE_CACHED ? open->file : CACHE_NOBODY);

	if (result == 0 && f->error) {
		result = f->error;
		f->error = 0;
	}
	return result;
}

int64_t cache_after(enum abi_call_id call, const uint64_t argument[6], int64_t result)
{
	bool changes = known[call].changes || known[call].changes_any;

	if (!cache_active || SELF->apart || !(changes || known[call].tells))
		return result;
	lock_take(&cache_lock);
	if (changes)
		changed(call, argument);
	else
		result = told(argument[0], result);
	lock_give(&cache_lock);
	return result;
}
