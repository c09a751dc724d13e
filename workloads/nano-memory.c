/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/mman.h>
#include <sys/resource.h>

#include "workloads/samples.h"

/* Page faults, changes of page tables, and what translating addresses costs a chase of pointers. */

#define PAGE	   UINT64_C(4096)
#define HUGE	   (UINT64_C(2) << 20)
#define TOUCH_4K   UINT64_C(4096) /* pages of a batch at most */
#define TOUCH_2M   UINT64_C(4)
#define CHASE_MOST (UINT64_C(1) << 30)
#define LIBRARY	   UINT64_C(16) /* pages of a mapping as a dynamic linker makes them */

static struct {
	unsigned char *memory;
	uint64_t step, touched;
	void **at;
	int file;
} area;

/* SIZE bytes that begin at a multiple of 2 MiB, so that one page of 2 MiB may hold as much as possible of
 * them. */
static unsigned char *map(uint64_t size, int how)
{
	uint64_t bytes = (size + 2 * HUGE - 1) & ~(HUGE - 1);
	unsigned char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		samples_fail("mmap");
	return memory + (-(uintptr_t)memory & (HUGE - 1));
}

/* 77 where the kernel never gives pages of 2 MiB. */
static void need_huge(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
	char line[100] = "";

	if (f == NULL || fgets(line, sizeof(line), f) == NULL || strstr(line, "[never]"))
		samples_cannot("the kernel gives no pages of 2 MiB: transparent_hugepage/enabled is never");
	fclose(f);
}

static uint64_t faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt;
}

/* 77 when there were more faults than pages of 2 MiB explain: some came in pieces of 4 KiB. */
static void check_huge(uint64_t before, uint64_t pages)
{
	if (faults() - before > 3 * pages + 100)
		samples_cannot("the kernel has no free pages of 2 MiB");
}

static void touch(uint64_t ops)
{
	volatile unsigned char *p = area.memory;

	for (uint64_t i = 0; i < ops; i++, p += area.step)
		*p = 1;
	area.touched = ops;
}

/* The same pages again, as often as it takes. */
static void touch_again(uint64_t ops)
{
	uint64_t pages = area.touched;

	for (; ops > pages; ops -= pages)
		touch(pages);
	touch(ops);
	area.touched = pages;
}

static void forget(uint64_t ops)
{
	if (madvise(area.memory, ops * area.step, MADV_DONTNEED))
		samples_fail("madvise");
}

static void measure_touch(void (*op)(uint64_t), void (*prepare)(uint64_t), uint64_t step, uint64_t least,
			  uint64_t most)
{
	area.step = step;
	samples_batches(&(struct samples_loop){ op, touch_again, prepare, least, most });
}

/* BYTES of the area are mapped anew, in place of what was there. */
static void map_anew(uint64_t bytes, int protection, int how, int file)
{
	if (mmap(area.memory, bytes, protection, how | MAP_FIXED, file, 0) == MAP_FAILED)
		samples_fail("mmap");
}

/* Mapped anew, so that a guest kernel has to find pages, too. */
static void own_anew(uint64_t ops)
{
	map_anew(ops * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(area.memory, ops * PAGE, MADV_NOHUGEPAGE);
}

/* Whole pages of 2 MiB, of which a guest kernel may make use where the host is not let to. */
static void large_anew(uint64_t ops)
{
	own_anew((ops * PAGE + HUGE - 1) / HUGE * (HUGE / PAGE));
}

static void share_anew(uint64_t ops)
{
	map_anew(ops * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	touch(ops);
}

/* A file in memory, all of whose pages are there. */
static void make_file(uint64_t pages)
{
	static const char page[PAGE] = "page";

	area.file = memfd_create("pages", MFD_CLOEXEC);
	if (area.file < 0)
		samples_fail("memfd_create");
	for (uint64_t i = 0; i < pages; i++)
		if (write(area.file, page, PAGE) != (ssize_t)PAGE)
			samples_fail("write");
}

static void copy_anew(uint64_t ops)
{
	if (area.file == 0)
		make_file(TOUCH_4K);
	map_anew(ops * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, area.file);
}

/* Pages of another kind each, by the event's name. */
static void measure_anew(void)
{
	static const struct {
		const char *event;
		void (*op)(uint64_t), (*prepare)(uint64_t);
		uint64_t least;
	} kinds[] = {
		{ "touch-4k", touch, own_anew, 0 },
		{ "touch-large", touch, large_anew, HUGE / PAGE },
		{ "touch-shared", share_anew, NULL, TOUCH_4K },
		{ "touch-copied", touch, copy_anew, 0 },
	};
	size_t i = 0;

	while (strcmp(samples.event, kinds[i].event) != 0)
		i++;
	area.memory = map(TOUCH_4K * PAGE, MAP_PRIVATE);
	measure_touch(kinds[i].op, kinds[i].prepare, PAGE, kinds[i].least, TOUCH_4K);
}

static void measure_touch_2m(void)
{
	uint64_t before;

	need_huge();
	area.memory = map(TOUCH_2M * HUGE, MAP_PRIVATE);
	if (madvise(area.memory, TOUCH_2M * HUGE, MADV_HUGEPAGE))
		samples_fail("madvise");
	before = faults();
	area.step = PAGE;
	touch(TOUCH_2M * HUGE / PAGE);
	check_huge(before, TOUCH_2M);
	measure_touch(touch, forget, HUGE, 0, TOUCH_2M);
}

/* Shared memory keeps its pages when the tables forget them, so a fault has no page to find or clear. */
static void measure_minor(void)
{
	area.memory = map(TOUCH_4K * PAGE, MAP_SHARED);
	area.step = PAGE;
	touch(TOUCH_4K);
	measure_touch(touch, forget, PAGE, 0, TOUCH_4K);
}

static void map_file_loop(uint64_t ops)
{
	while (ops--)
		map_anew(LIBRARY * PAGE, PROT_READ, MAP_PRIVATE, area.file);
}

static void measure_map_file(void)
{
	make_file(LIBRARY);
	area.memory = map(LIBRARY * PAGE, MAP_PRIVATE);
	samples_batches(&(struct samples_loop){ .op = map_file_loop });
}

static void protect(uint64_t bytes, int protection)
{
	if (mprotect(area.memory, bytes, protection))
		samples_fail("mprotect");
}

static void protect_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i += 2) {
		protect(PAGE, PROT_READ);
		protect(PAGE, PROT_READ | PROT_WRITE);
	}
}

static void protect_same(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		protect(PAGE, PROT_READ | PROT_WRITE);
}

/* The page lies alone between others that may not be touched, so no mapping is split or joined. */
static void measure_pte(void)
{
	area.memory = map(3 * PAGE, MAP_PRIVATE);
	protect(3 * PAGE, PROT_NONE);
	area.memory += PAGE;
	protect(PAGE, PROT_READ | PROT_WRITE);
	area.memory[0] = 1;
	samples_batches(&(struct samples_loop){ .op = protect_loop, .empty = protect_same });
}

static void chase_loop(uint64_t ops)
{
	void **at = area.at;

	for (uint64_t i = 0; i < ops; i++)
		at = *at;
	area.at = at;
}

/* One random cycle (Sattolo's) through a cache line of each 4 KiB: caches hold the lines long after TLBs are
 * full. */
static void link_lines(uint64_t pages)
{
	uint64_t seed = 42, *line = malloc(pages * sizeof(*line));

	if (line == NULL)
		samples_fail("memory");
	for (uint64_t i = 0; i < pages; i++)
		line[i] = i * PAGE + workload_random(&seed) % 64 * 64;
	for (uint64_t i = pages - 1; i > 0; i--) {
		uint64_t j = workload_random(&seed) % i, t = line[i];

		line[i] = line[j];
		line[j] = t;
	}
	for (uint64_t i = 0; i < pages; i++)
		*(void **)(area.memory + line[i]) = area.memory + line[(i + 1) % pages];
	area.at = (void **)(area.memory + line[0]);
	free(line);
}

static void measure_chase(void)
{
	uint64_t size = workload_size(samples.argc, samples.argv, 0, 0), pages = size / PAGE, before;
	bool huge = samples.argc > 1 && strcmp(samples.argv[1], "2m") == 0;

	if (pages < 2 || size > CHASE_MOST || samples.argc != 2 ||
	    (!huge && strcmp(samples.argv[1], "4k") != 0)) {
		fprintf(stderr, "usage: nano-memory chase SIZE 4k|2m, as in 8M 2m; SIZE from 8K to 1G\n");
		exit(2);
	}
	if (huge)
		need_huge();
	area.memory = map(size, MAP_PRIVATE);
	madvise(area.memory, (size + HUGE - 1) & ~(HUGE - 1), huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	before = faults();
	link_lines(pages);
	if (huge)
		check_huge(before, size / HUGE + 1 + pages * sizeof(uint64_t) / PAGE);
	chase_loop(2 * pages);
	samples_batches(&(struct samples_loop){ .op = chase_loop, .least = pages / 8 });
}

static const struct samples_event events[] = {
	{ "touch-4k", NULL, "the first touch of a fresh page of 4 KiB", measure_anew },
	{ "touch-large", NULL, "the first touch of 4 KiB in a mapping of 2 MiB and more", measure_anew },
	{ "touch-2m", NULL, "the first touch of a fresh page of 2 MiB", measure_touch_2m },
	{ "touch-shared", NULL, "a fresh page of shared memory, mapped and given back", measure_anew },
	{ "touch-copied", NULL, "the first write to a page of a file mapped privately", measure_anew },
	{ "map-file", NULL, "16 pages of a file mapped, in place of what was there", measure_map_file },
	{ "minor-fault", NULL, "a touch of a page that is there but not in the page tables", measure_minor },
	{ "pte-change", NULL, "a page made read-only, or writable again (mprotect)", measure_pte },
	{ "chase", "SIZE PAGES", "a pointer followed, one line of each 4 KiB of SIZE; PAGES: 4k or 2m",
	  measure_chase },
	{ 0 },
};

int main(int argc, char **argv)
{
	return samples_main(argc, argv, "nano-memory", events);
}
