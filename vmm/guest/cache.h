/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_CACHE_H
#define VMM_GUEST_CACHE_H

/* What the files of the page cache share. All of it is under cache_lock, which is taken after memory_lock. */
#include "vmm/guest/kernel.h"

#define CACHE_BATCH  60 /* pages moved at once: no more than a request has segments */
#define CACHE_OPENS  1024
#define CACHE_NOBODY 0 /* no file */

extern struct lock cache_lock;
extern bool cache_active; /* nobody else of the run can change a file */

/* cache_page.c: the pages of files, in frames of guest memory. */
struct cache_page {
	uint64_t gpa;
	uint64_t number; /* in its file */
	uint32_t next;	 /* in its bucket, or among the free */
	uint16_t file;
	bool used_again; /* since the hand last came by */
};
void cache_page_grow(void); /* without the lock */
struct cache_page *cache_page_find(uint16_t file, uint64_t number);
struct cache_page *cache_page_take(void); /* an empty frame, of the page longest unused if need be; or NULL */
void cache_page_put(struct cache_page *page, uint16_t file, uint64_t number); /* it holds that now */
void cache_page_give(struct cache_page *page);				      /* it holds nothing */
void cache_page_drop(uint16_t file, uint64_t first, uint64_t end);

/* cache_file.c: files, by device and inode. */
struct cache_file {
	uint64_t device, inode;
	uint64_t size, modified_ns, changed_ns; /* as the host last said */
	uint64_t checked;			/* the news it was compared at */
	uint32_t opens, pages;
	bool recent;	/* another change may bear the same time */
	bool written;	/* by us since, hence another time is no news; `writer` wrote */
	bool uncertain; /* somebody else may have written at the same time: an open forgets its pages */
	bool shared;	/* mapped, so that it changes under our hands: not cached any more */
	uint16_t writer;
};
struct cache_file *cache_file_at(uint16_t file);
uint16_t cache_file_open(const struct abi_file *seen); /* finds or makes it; CACHE_NOBODY: there is no room */
void cache_file_close(uint16_t file);
bool cache_file_check(uint16_t file, uint64_t fd,
		      bool anew);	/* compares with the host's; ANEW: whatever the news */
bool cache_file_current(uint16_t file); /* nothing has been heard since it was compared */
void cache_file_written(uint16_t file, uint64_t fd);
void cache_file_grown(uint16_t file, uint64_t fd); /* written to as well, and its size is not known */
void cache_forget_pages(void);			   /* of all files */
bool cache_ask(uint64_t fd, struct abi_file *seen);

/* cache_open.c: what the program has open, by one descriptor or several. */
enum cache_state {
	CACHE_OTHER, /* not a regular file */
	CACHE_PLAIN, /* a regular file that is not cached */
	CACHE_CACHED,
};
struct cache_open {
	enum cache_state state;
	uint16_t file;
	uint16_t descriptors; /* 0: free */
	bool known;	      /* the host has been asked what it is */
	bool placed;	      /* nobody else has its offset, which is kept here */
	bool moved;	      /* the host's lags */
	bool in_memory;	      /* it can never be cached, by whatever descriptor */
	uint32_t flags;
	uint64_t offset;
	uint64_t expected; /* where a read goes on if they are sequential */
	uint64_t window;   /* pages to read at once */
};
struct cache_open *cache_open_know(uint64_t fd);	     /* NULL: nothing is kept of FD */
void cache_open_place(struct cache_open *open, uint64_t fd); /* the host's offset is as ours */

/* cache_call.c, cache_read.c, cache_write.c: data calls, their memory as a request describes it. */
struct cache_io {
	struct abi_request request; /* a copy: requests of the cache's own use the slots meanwhile */
	struct cache_open *open;
	uint64_t fd, offset, bytes;
	bool placed; /* the call names its offset */
	int piece;   /* of the request's memory, next to be copied */
	uint64_t within;
};
int64_t cache_pass(struct cache_io *io); /* the host's answer to the call as it is */
int64_t cache_move(enum abi_call_id call, uint64_t fd, const struct abi_segment *segment, int count,
		   uint64_t offset);					    /* a request of the cache's own */
void cache_copy(struct cache_io *io, void *page, uint64_t bytes, bool out); /* the next bytes of its memory */
int64_t cache_read(struct cache_io *io);
int64_t cache_write(struct cache_io *io);

#endif
