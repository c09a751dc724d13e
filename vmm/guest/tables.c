/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * The program's page tables, in the lower half of the address space. They hold permissions; the host supplies
 * the memory behind each page. Entries are written in ring 3 too, which no processor forbids: they are
 * memory. With guest-pages=2m an entry of the directory maps 2 MiB where address and extent allow it; the
 * table that splitting it takes is set aside when it is made, as Linux does, so that taking rights away
 * cannot fail.
 */
#define PRESENT	 1ull
#define WRITABLE 2ull
#define USER	 4ull
#define LARGE	 (1ull << 7) /* in the directory: 2 MiB; set in no entry of a table */
#define KEPT	 (1ull << 9) /* software: a page is here, though PROT_NONE hides it */
#define NX	 (1ull << 63)
#define ADDRESS	 0x000ffffffffff000ull

#define SPAN 512 /* pages of a large one */

uint64_t tables_version;
static uint64_t spare; /* gpa of the first table set aside; each begins with that of the next */

static uint64_t flags_of(uint32_t protection)
{
	uint64_t flags = KEPT | USER;

	if (protection)
		flags |= PRESENT;
	if (protection & ABI_WRITE)
		flags |= WRITABLE;
	if (!(protection & ABI_EXECUTE))
		flags |= NX;
	return flags;
}

/*
 * The entry of ADDRESS at the level whose entries span 1 << LAST bytes, or a large one above it. NULL where a
 * table is missing and MAKE is false or memory is out.
 */
static uint64_t *walk(uint64_t address, int last, bool make)
{
	uint64_t *table = at(ABI_PML4);

	for (int shift = 39; shift > last; shift -= 9) {
		uint64_t *entry = &table[address >> shift & 511];

		if (*entry & LARGE)
			return entry;
		if (!(*entry & PRESENT)) {
			uint64_t page = make ? pages_take(1, 0) : 0;

			if (page == 0)
				return NULL;
			*entry = page | PRESENT | WRITABLE | USER;
		}
		table = at(*entry & ADDRESS);
	}
	return &table[address >> last & 511];
}

static uint64_t spare_take(void)
{
	uint64_t page = spare;

	spare = *(uint64_t *)at(page);
	return page;
}

/* False where the directory already has a table there, or memory is out. */
static bool map_large(uint64_t address, uint64_t gpa, uint64_t flags)
{
	uint64_t *entry = walk(address, 21, true), page = entry && *entry == 0 ? pages_take(1, 0) : 0;

	if (page == 0)
		return false;
	*(uint64_t *)at(page) = spare;
	spare = page;
	*entry = gpa | flags | LARGE;
	return true;
}

static void split(uint64_t *entry)
{
	uint64_t page = spare_take(), *table = at(page);

	for (uint64_t i = 0; i < SPAN; i++)
		table[i] = (*entry & ~LARGE) + i * PAGE;
	__atomic_store_n(entry, page | PRESENT | WRITABLE | USER, __ATOMIC_RELEASE);
}

/* The entry that maps ADDRESS, and how many of the PAGES from there on; a large one that is more is split. */
static uint64_t *leaf(uint64_t address, uint64_t pages, uint64_t *span)
{
	uint64_t *entry = walk(address, 12, false);

	*span = 1;
	if (entry == NULL || !(*entry & LARGE))
		return entry;
	if (address % PAGE_LARGE == 0 && pages >= SPAN) {
		*span = SPAN;
		return entry;
	}
	split(entry);
	return walk(address, 12, false);
}

static uint64_t gpa_of(uint64_t entry, uint64_t address)
{
	return (entry & ADDRESS) + (entry & LARGE ? address % PAGE_LARGE & ~(PAGE - 1) : 0);
}

bool tables_map(uint64_t address, uint64_t gpa, uint64_t pages, uint32_t protection)
{
	uint64_t flags = flags_of(protection), *entry = NULL;
	bool large = BOOT->large && !(protection & TABLES_SMALL) && (address - gpa) % PAGE_LARGE == 0;

	tables_version++;
	for (uint64_t i = 0, span; i < pages; i += span, address += span * PAGE, gpa += span * PAGE) {
		span = SPAN;
		if (large && address % PAGE_LARGE == 0 && pages - i >= SPAN &&
		    map_large(address, gpa, flags)) {
			entry = NULL;
			continue;
		}
		span = 1;
		if (entry == NULL || (address >> 12 & 511) == 0)
			entry = walk(address, 12, true);
		else
			entry++;
		if (entry == NULL)
			return false;
		*entry = gpa | flags;
	}
	return true;
}

uint64_t tables_unmap(uint64_t address, uint64_t *pages)
{
	uint64_t run = 0, first = MAPPED_MISSING, limit = *pages, span;

	tables_version++;
	for (; run < limit; run += span) {
		uint64_t *entry = leaf(address + run * PAGE, limit - run, &span);
		uint64_t gpa = entry && *entry & KEPT ? *entry & ADDRESS : MAPPED_MISSING;

		if (run == 0)
			first = gpa;
		else if (gpa != (first == MAPPED_MISSING ? first : first + run * PAGE))
			break;
		if (gpa != MAPPED_MISSING)
			*entry = 0;
		if (span == SPAN)
			pages_give(spare_take(), 1, false);
	}
	*pages = run;
	return first;
}

void tables_protect(uint64_t address, uint64_t pages, uint32_t protection)
{
	uint64_t flags = flags_of(protection);

	tables_version++;
	for (uint64_t i = 0, span; i < pages; i += span) {
		uint64_t *entry = leaf(address + i * PAGE, pages - i, &span);

		if (entry && *entry & KEPT)
			*entry = (*entry & (ADDRESS | LARGE)) | flags;
	}
}

bool tables_kept(uint64_t address)
{
	const uint64_t *entry = walk(address, 12, false);

	return entry && *entry & KEPT;
}

uint64_t tables_page(uint64_t address)
{
	const uint64_t *entry = walk(address, 12, false);

	return entry && *entry & KEPT ? gpa_of(*entry, address) : MAPPED_MISSING;
}

uint64_t tables_find(uint64_t address, uint32_t need)
{
	const uint64_t *entry = address >> 47 ? NULL : walk(address, 12, false);

	if (entry == NULL || !(*entry & PRESENT))
		return MAPPED_MISSING;
	if ((need & ABI_WRITE && !(*entry & WRITABLE)) || (need & ABI_EXECUTE && *entry & NX))
		return MAPPED_MISSING;
	return gpa_of(*entry, address);
}

void tables_flush_own(void)
{
	uint64_t root;

	if (!in_ring0()) {
		ring0_request(0, 0);
		return;
	}
	__asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(root) : : "memory");
}

/*
 * A software backend keeps one shadow of the tables for all vCPUs, so what one drops is dropped. Where the
 * processor walks these tables, the host drops the translations of all when it takes a page away that the
 * guest has touched.
 */
void tables_flush(void)
{
	tables_flush_own();
	if (thread_live() == 1)
		return;
	*(volatile uint32_t *)at(ABI_FLUSH) = 1;
	channel_service(ABI_CALL_flush, 0, 0);
}
