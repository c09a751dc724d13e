/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_MM_H
#define VMM_GUEST_MM_H

/* Memory: pages, page tables, areas, and the program's memory as the kernel may use it. */
#include <stdbool.h>
#include <stdint.h>

struct abi_segment;

/* pages.c: guest-physical pages. */
void pages_init(uint64_t first, uint64_t end);
uint64_t pages_take(uint64_t count, uint64_t near); /* contiguous and zeroed; prefers gpa NEAR; 0: none */
uint64_t pages_take_for(uint64_t count,
			uint64_t address); /* where large pages can map it at ADDRESS; 0: none */
uint64_t pages_try(uint64_t count);	   /* the same, but the page cache keeps what it has */
void pages_give(uint64_t gpa, uint64_t count, bool clean); /* CLEAN: known to be zero again */
uint64_t pages_free(void);

/* tables.c: the program's page tables. */
#define MAPPED_MISSING (~0ull)
#define TABLES_SMALL   8u	/* with a protection: by 4 KiB only */
extern uint64_t tables_version; /* moves on with every change */
bool tables_map(uint64_t address, uint64_t gpa, uint64_t pages,
		uint32_t protection); /* false: out of memory */
uint64_t
tables_unmap(uint64_t address,
	     uint64_t *pages); /* up to *pages from ADDRESS on: the run unmapped, its gpa or MAPPED_MISSING */
void tables_protect(uint64_t address, uint64_t pages, uint32_t protection);
uint64_t tables_find(uint64_t address,
		     uint32_t need);	/* gpa of the page if it allows NEED, else MAPPED_MISSING */
uint64_t tables_page(uint64_t address); /* gpa of the page there, be it hidden by PROT_NONE */
bool tables_kept(uint64_t address);	/* whether a page lies there, be it hidden by PROT_NONE */
void tables_flush_own(void);		/* drops stale translations of this vCPU */
void tables_flush(void);		/* of all, after rights were taken away; the exit slot is free */

/* areas.c: which parts of the address space the program has. */
enum area_kind { AREA_ANON, AREA_FILE, AREA_LAZY }; /* LAZY: pages come on first touch */
struct area {
	uint64_t address, bytes;
	uint32_t protection;
	enum area_kind kind;
	uint32_t denied; /* rights it can never have: the file was not opened for them */
};
void areas_init(void);
struct area *areas_find(uint64_t address); /* the area that holds ADDRESS, or NULL */
struct area *areas_next(uint64_t address); /* the first area that ends above ADDRESS, or NULL */
bool areas_add(struct area area);	   /* merges with a like neighbour; false: table full */
bool areas_split(uint64_t address);	   /* so that one begins at ADDRESS, if any spans it */
void areas_remove(struct area *area);
uint64_t areas_gap(uint64_t bytes); /* highest free range of BYTES below the last one placed; 0: none */

#define DISCARD_MIN 16 /* pages: fewer are cleared here rather than given back to the host */

/* memory.c, remap.c, contents.c: mmap and its family. */
void memory_init(void);
void memory_heap(uint64_t start);				 /* where brk begins */
enum area_kind memory_kind(uint64_t bytes, uint32_t protection); /* of anonymous memory */
int64_t memory_map(uint64_t address, uint64_t bytes, uint32_t protection,
		   enum area_kind kind); /* over nothing */
int64_t memory_unmap(uint64_t address, uint64_t bytes);
uint64_t memory_take_over(uint64_t address,
			  uint64_t bytes); /* the gpa of a file mapped there, taken; 0: none */
bool memory_touch(uint64_t address,
		  uint32_t need);     /* brings in a lazy page; false: not the program's to touch so */
bool memory_shared(uint64_t address); /* whether a file lies there, which other processes may have too */

/* user.c: the program's memory, checked before use. */
bool user_readable(uint64_t address, uint64_t bytes);
bool user_writable(uint64_t address, uint64_t bytes);
int64_t user_string(uint64_t address, uint64_t limit); /* length with NUL, -EFAULT, or -ENAMETOOLONG */
int user_segments(uint64_t address, uint64_t bytes, uint32_t need, struct abi_segment *segment, int limit,
		  uint64_t *covered); /* pieces used, or -EFAULT when the first byte is not allowed */

#endif
