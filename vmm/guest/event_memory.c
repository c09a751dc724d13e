/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/* Memory: faults that the guest handles, and faults that the host does; changes of the guest's page tables.
 */
#define BASE	   0x10000000ull /* of what is mapped, at a multiple of 2 MiB */
#define PAGES	   512
#define PRESENT	   1ull
#define WRITABLE   2ull
#define LARGE_MOST 64
#define SMALL_MOST 200 /* turns, of two pages each */

extern const char event_page_fault[], event_shootdown[]; /* event_entry.S */
extern volatile uint64_t event_base;
extern uint64_t *event_entries;
extern volatile uint32_t event_shot;

static uint64_t pages_gpa, small_gpa, large_gpa, large_end;

static volatile uint8_t *page(uint64_t number)
{
	return (volatile uint8_t *)(BASE + number * PAGE);
}

/* PAGES pages that the host has supplied, and the table that maps them. */
static void map_pages(void)
{
	const uint64_t *table;

	pages_gpa = pages_take(PAGES, 0);
	if (pages_gpa == 0 || !tables_map(BASE, pages_gpa, PAGES, ABI_READ | ABI_WRITE | TABLES_SMALL))
		fault_exit(1);
	for (uint64_t i = 0; i < PAGES; i++)
		*page(i) = 1;
	table = at(ABI_PML4); /* down to the table of 4 KiB pages: SDM volume 3, 4.5 */
	for (int shift = 39; shift > 12; shift -= 9)
		table = at(table[BASE >> shift & 511] & 0x000ffffffffff000ull);
	event_entries = (uint64_t *)table;
	event_base = BASE;
}

static void ready_fault(void)
{
	map_pages();
	boot_gate(14, event_page_fault, 0);
}

/* All are missing again. */
static void hide(void)
{
	for (uint64_t i = 0; i < PAGES; i++)
		event_entries[i] &= ~PRESENT;
	tables_flush_own();
}

static void show(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		*page(i) = 1;
}

/* The same pages again: nothing is missing. */
static void show_twice(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		*(volatile uint8_t *)at(pages_gpa + i * PAGE) = 1;
}

static void change(uint64_t n)
{
	__asm__ volatile("1:\n\txorq $2, (%1)\n\tinvlpg (%2)\n\tdec %0\n\tjnz 1b"
			 : "+r"(n)
			 : "r"(event_entries), "r"(BASE)
			 : "cc", "memory");
}

/* The other vCPU uses the page all the time. */
static void use(struct event_peer *peer)
{
	(void)peer;
	(void)*page(0);
	relax();
}

static void ready_shootdown(void)
{
	map_pages();
	event_peer_start(use); /* by requests, whose interrupt this was */
	boot_gate(ABI_VECTOR_DONE, event_shootdown, 0);
}

static void drop(uint64_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static uint64_t shoot(bool empty)
{
	uint32_t count = event_shot;
	uint64_t start = tsc();

	if (empty)
		return 0;
	event_entries[0] ^= WRITABLE;
	event_interrupt_peer();
	ring0_run(drop, BASE);
	while (event_shot == count)
		relax();
	return tsc() - start;
}

/* 2 MiB that nobody has touched, of what the guest's direct map reaches. */
static void ready_large(void)
{
	large_end = BOOT->memory_bytes & ~(PAGE_LARGE - 1);
	large_gpa = large_end - PAGE_LARGE * LARGE_MOST;
	if (large_end < PAGE_LARGE * (LARGE_MOST + 16))
		fault_exit(1);
}

static uint64_t touch(bool empty)
{
	uint64_t start = tsc();

	if (empty || large_gpa == large_end)
		return 0;
	*(volatile uint8_t *)at(large_gpa) = 1;
	large_gpa += PAGE_LARGE;
	return tsc() - start;
}

/* Pages that nobody has touched. */
static void ready_small(void)
{
	small_gpa = pages_take(2 * (SMALL_MOST + 1), 0);
	if (small_gpa == 0)
		fault_exit(1);
}

/*
 * What no guest asks for, and gets: an instruction that the processor does not let it have; a page that the
 * host has yet to supply; and one that the host shows first, as it is read, and copies then.
 */
static uint64_t get_unasked(bool empty)
{
	volatile uint8_t *fresh = at(small_gpa);
	uint64_t start = tsc();
	uint32_t leaf;

	if (empty)
		return 0;
	fresh[0] = 1;
	leaf = fresh[PAGE]; /* 0 */
	__asm__ volatile("cpuid" : "+a"(leaf) : : "ebx", "ecx", "edx");
	fresh[PAGE] = 1;
	small_gpa += 2 * PAGE;
	return tsc() - start;
}

static void forget_written(void)
{
	event_say(ABI_EVENT_WRITTEN);
}

const struct event events_memory[ABI_EVENT_COUNT] = {
	[ABI_EVENT_page_fault] = { .ring3 = show,
				   .empty = show_twice,
				   .ready = ready_fault,
				   .before = hide,
				   .most = PAGES },
	[ABI_EVENT_pte_change] = { .ring0 = change, .ready = map_pages },
	[ABI_EVENT_tlb_shootdown] = { .once = shoot, .ready = ready_shootdown },
	[ABI_EVENT_unasked] = { .once = get_unasked, .ready = ready_small, .most = SMALL_MOST },
	[ABI_EVENT_touch_2m] = { .once = touch, .ready = ready_large, .most = LARGE_MOST - 1 },
	[ABI_EVENT_dirty_log] = { .ring3 = show,
				  .ready = map_pages,
				  .before = forget_written,
				  .most = PAGES },
};
