/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_CACHE_H
#define VMM_GUEST_CACHE_H

/* What the files of the page cache share. All of it is under cache_lock, which is taken after memory_lock. */
#include "vmm/guest/kernel.h"

#define CACHE_BATCH  60 /* pages moved at once: no more than a request has segments */
#define CACHE_OPENS  1024
#define CACHE_FILES  256
#define CACHE_NOBODY 0 /* no file */

extern struct lock cache_lock;
extern bool cache_active; /* nobody else of the run can change a file */

/* cache_page.c: the pages of files, in frames of guest memory. */
void cache_page_grow(uint64_t pages); /* there may be so many to take; without the lock */
uint32_t cache_page_room(void);	      /* frames there may ever be */
struct abi_page *cache_page_find(uint16_t file, uint64_t number);
struct abi_page *cache_page_take(void); /* an empty frame, of the page longest unused if need be; or NULL */
void cache_page_put(struct abi_page *page, uint16_t file, uint64_t number); /* it holds that now */
void cache_page_give(struct abi_page *page);				    /* it holds nothing */
void cache_page_lose(struct abi_page *page);				    /* out of its file */
void cache_page_drop(uint16_t file, uint64_t first, uint64_t end);	    /* but for what the host lacks */

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
	bool mapped;		       /* privately: what is written is seen there, so it is not delayed */
	bool appends;		       /* what the host lacks goes to the end, wherever that is by then */
	bool disorder;		       /* the list is not by number */
	uint32_t dirty;		       /* pages in the list of those that the host lacks something of */
	struct abi_page *first, *last; /* of them */
	int64_t error;		       /* of writing them, which the program has not heard of */
	uint64_t room;		       /* what may have been written in all when its file system is full */
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
uint16_t cache_file_find(const struct abi_file *seen); /* CACHE_NOBODY: it is not known */

/* cache_dirty.c: what the program has written and the host does not have. */
uint32_t cache_dirty(void); /* pages */
bool cache_dirty_fits(uint16_t file,
		      uint64_t bytes); /* so much more of FILE surely has room in its file system */
void cache_dirty_room(uint16_t file, uint64_t bytes); /* that has BYTES of room */
void cache_dirty_mark(struct abi_page *page, uint64_t from, uint64_t to, uint64_t fd);
void cache_flush(uint16_t file); /* the host has it now, or the file an error */
void cache_flush_all(void);

/* cache_ahead.c: what is read before it is asked for. */
struct cache_io;
void cache_ahead(const struct cache_io *io, uint64_t next);
bool cache_ahead_covers(uint16_t file, uint64_t number); /* the page is on its way */
void cache_ahead_land(bool waits); /* what is on its way, if WAITS or else if it has come */
void cache_ahead_stale(uint16_t file);

/* cache_around.c: what other requests do to the cache, and need of it. */
void cache_flush_for(enum abi_call_id call);

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
	bool own;	      /* the program opened it, and has passed it on to nobody */
	bool placed;	      /* nobody else has its offset, which is kept here */
	bool moved;	      /* the host's lags */
	bool in_memory;	      /* it can never be cached, by whatever descriptor */
	uint32_t flags;
	uint64_t offset;
	uint64_t expected; /* where a read goes on if they are sequential */
	uint64_t window;   /* pages to read at once */
	uint64_t ahead;	   /* the page where what was read ahead ends */
};
struct cache_open *cache_open_know(uint64_t fd);	     /* NULL: nothing is kept of FD */
struct cache_open *cache_open_at(uint64_t fd);		     /* what is known already, or NULL */
void cache_open_place(struct cache_open *open, uint64_t fd); /* the host's offset is as ours */
void cache_open_surrender(uint64_t fd);			     /* the host has it from now on */
void cache_open_surrender_all(void);

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
extern bool cache_hurried;		 /* requests of its own leave by exit, between any other's steps */
int64_t cache_move(enum abi_call_id call, uint64_t fd, const struct abi_segment *segment, int count,
		   uint64_t offset); /* a request of the cache's own */
void cache_request(struct abi_request *request, uint64_t fd, int count,
		   uint64_t offset);					    /* its segments are there */
void cache_copy(struct cache_io *io, void *page, uint64_t bytes, bool out); /* the next bytes of its memory */
int64_t cache_read(struct cache_io *io);
/* RESULT of loading COUNT pages from NUMBER on: how many the file has now. */
int64_t cache_loaded(uint16_t file, uint64_t number, struct abi_page **page, int count, int64_t result);
int64_t cache_write(struct cache_io *io);

#endif
