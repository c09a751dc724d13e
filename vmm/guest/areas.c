/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* The parts of the program's address space, sorted by address. A few dozen in most programs, so an array
 * serves. */
#define AREAS_MAX 2048
#define LOWEST	  0x10000ull

static struct area area[AREAS_MAX];
static unsigned count;

void areas_init(void)
{
	count = 0;
}

/* Index of the first area that ends above ADDRESS. */
static unsigned search(uint64_t address)
{
	unsigned low = 0, high = count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (area[middle].address + area[middle].bytes <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct area *areas_next(uint64_t address)
{
	unsigned i = search(address);

	return i < count ? &area[i] : NULL;
}

struct area *areas_find(uint64_t address)
{
	struct area *found = areas_next(address);

	return found && found->address <= address ? found : NULL;
}

static bool insert(unsigned i, struct area new)
{
	if (count == AREAS_MAX)
		return false;
	memmove(&area[i + 1], &area[i], (count - i) * sizeof(area[0]));
	area[i] = new;
	count++;
	return true;
}

static bool joins(const struct area *a, const struct area *b)
{
	return a->address + a->bytes == b->address && a->kind == b->kind && a->protection == b->protection &&
	       a->denied == b->denied;
}

bool areas_add(struct area new)
{
	unsigned i = search(new.address);

	if (i > 0 && joins(&area[i - 1], &new)) {
		area[i - 1].bytes += new.bytes;
		if (i < count && joins(&area[i - 1], &area[i])) {
			area[i - 1].bytes += area[i].bytes;
			areas_remove(&area[i]);
		}
		return true;
	}
	if (i < count && joins(&new, &area[i])) {
		area[i].address = new.address;
		area[i].bytes += new.bytes;
		return true;
	}
	return insert(i, new);
}

bool areas_split(uint64_t address)
{
	struct area *whole = areas_find(address), upper;

	if (whole == NULL || whole->address == address)
		return true;
	upper = *whole;
	upper.bytes -= address - upper.address;
	upper.address = address;
	if (!insert((unsigned)(whole - area) + 1, upper))
		return false;
	whole->bytes = address - whole->address;
	return true;
}

void areas_remove(struct area *gone)
{
	unsigned i = (unsigned)(gone - area);

	count--;
	memmove(&area[i], &area[i + 1], (count - i) * sizeof(area[0]));
}

/* Where BYTES that end at TOP at the latest begin; 0: nowhere. */
static uint64_t below(uint64_t top, uint64_t bytes)
{
	uint64_t unit = BOOT->large && bytes >= PAGE_LARGE ? PAGE_LARGE : PAGE;

	return top > bytes + LOWEST ? (top - bytes) & ~(unit - 1) : 0;
}

uint64_t areas_gap(uint64_t bytes)
{
	unsigned i = search(BOOT->mappings);
	uint64_t top = i < count && area[i].address < BOOT->mappings ? area[i].address : BOOT->mappings;

	/* An area that grew in place may span the top. */
	for (; i > 0 && area[i - 1].address + area[i - 1].bytes > below(top, bytes); i--)
		top = area[i - 1].address;
	return below(top, bytes);
}
