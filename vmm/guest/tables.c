/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * The program's page tables, in the lower half of the address space. They hold permissions; the host supplies
 * the memory behind each page. Entries are written in ring 3 too, which no processor forbids: they are
 * memory.
 */
#define PRESENT	 1ull
#define WRITABLE 2ull
#define USER	 4ull
#define KEPT	 (1ull << 9) /* software: a page is here, though PROT_NONE hides it */
#define NX	 (1ull << 63)
#define ADDRESS	 0x000ffffffffff000ull

uint64_t tables_version;

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

/* The entry of ADDRESS in the last level, or NULL where a table is missing and MAKE is false or memory is
 * out. */
static uint64_t *entry_of(uint64_t address, bool make)
{
	uint64_t *table = at(ABI_PML4);

	for (int shift = 39; shift > 12; shift -= 9) {
		uint64_t *entry = &table[address >> shift & 511];

		if (!(*entry & PRESENT)) {
			uint64_t page = make ? pages_take(1, 0) : 0;

			if (page == 0)
				return NULL;
			*entry = page | PRESENT | WRITABLE | USER;
		}
		table = at(*entry & ADDRESS);
	}
	return &table[address >> 12 & 511];
}

bool tables_map(uint64_t address, uint64_t gpa, uint64_t pages, uint32_t protection)
{
	uint64_t flags = flags_of(protection), *entry = NULL;

	tables_version++;
	for (uint64_t i = 0; i < pages; i++, address += PAGE, gpa += PAGE) {
		if (entry == NULL || (address >> 12 & 511) == 0)
			entry = entry_of(address, true);
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
	uint64_t run = 0, first = MAPPED_MISSING, limit = *pages;

	tables_version++;
	for (; run < limit; run++) {
		uint64_t *entry = entry_of(address + run * PAGE, false);
		uint64_t gpa = entry && *entry & KEPT ? *entry & ADDRESS : MAPPED_MISSING;

		if (run == 0)
			first = gpa;
		else if (gpa != (first == MAPPED_MISSING ? first : first + run * PAGE))
			break;
		if (gpa != MAPPED_MISSING)
			*entry = 0;
	}
	*pages = run;
	return first;
}

void tables_protect(uint64_t address, uint64_t pages, uint32_t protection)
{
	uint64_t flags = flags_of(protection);

	tables_version++;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t *entry = entry_of(address + i * PAGE, false);

		if (entry && *entry & KEPT)
			*entry = (*entry & ADDRESS) | flags;
	}
}

bool tables_kept(uint64_t address)
{
	uint64_t *entry = entry_of(address, false);

	return entry && *entry & KEPT;
}

uint64_t tables_page(uint64_t address)
{
	uint64_t *entry = entry_of(address, false);

	return entry && *entry & KEPT ? *entry & ADDRESS : MAPPED_MISSING;
}

uint64_t tables_find(uint64_t address, uint32_t need)
{
	uint64_t *entry = address >> 47 ? NULL : entry_of(address, false);

	if (entry == NULL || !(*entry & PRESENT))
		return MAPPED_MISSING;
	if ((need & ABI_WRITE && !(*entry & WRITABLE)) || (need & ABI_EXECUTE && *entry & NX))
		return MAPPED_MISSING;
	return *entry & ADDRESS;
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
