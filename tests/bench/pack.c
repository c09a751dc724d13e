/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/bench/pack_instance.h"
#include "tests/place_check.h"

/*
 * The placement engine on instances that the literature packs. Usage: pack GROUP; prints "name,value" lines.
 *   scale N    N distinct VMs x 4 resources: seconds, of CPU, MiB, cost / bound
 *   triplets   n = 120, three items to a bin (E. Falkenauer, A hybrid grouping genetic algorithm for bin
 *              packing, Journal of Heuristics 2, 1996), and vectors of 2 to 4 resources cut from full bins
 *   classes    2-D classes after A. Caprara and P. Toth, Lower bounds and algorithms for the 2-dimensional
 *              vector packing problem, Discrete Applied Mathematics 111, 2001; of 9 and 10 the optimum is
 *              known: bins of 100 cut into 2 to 4 parts, and into 3
 *   exact      random instances of up to 30 items, with and without GLPK
 */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Bins of the answer, which is checked; its bound in *BOUND. */
static size_t solve(struct instance *x, const struct place_effort *effort, size_t *bound, bool *optimal)
{
	struct place_solution s;
	const char *wrong = "no memory";
	size_t bins;

	if (place_solve(&s, &x->problem, effort) == 0)
		wrong = place_check(&x->problem, &s);
	if (wrong || s.unplaced) {
		fprintf(stderr, "pack: %s\n", wrong ? wrong : "something is left");
		exit(1);
	}
	bins = s.bins;
	if (bound)
		*bound = (size_t)(s.bound + 0.5);
	if (optimal)
		*optimal = s.optimal;
	place_solution_free(&s);
	return bins;
}

static size_t solve_by(struct instance *x, const char *name)
{
	struct place_solution s;
	size_t bins;

	if (place_by(&s, &x->problem, name) != 0)
		exit(1);
	bins = s.bins;
	place_solution_free(&s);
	return bins;
}

static void scale(size_t n)
{
	struct instance x;
	struct place_solution s;
	struct rusage usage;
	struct timespec cpu;
	double began, before;
	const char *wrong;

	state = 12345;
	make(&x, n, 4, 1);
	x.capacity[0] = 64;
	x.capacity[1] = 512;
	x.capacity[2] = 2000;
	x.capacity[3] = 1250;
	for (size_t i = 0; i < n; i++) {
		x.size[4 * i] = pick(1, 16000) / 1000;
		x.size[4 * i + 1] = pick(1, 64000) / 500;
		x.size[4 * i + 2] = pick(1, 40000) / 100;
		x.size[4 * i + 3] = pick(1, 20000) / 100;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	before = (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec;
	began = now();
	if (place_solve(&s, &x.problem, &place_effort_usual) != 0)
		exit(1);
	printf("seconds,%.3f\n", now() - began);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	printf("cpu-seconds,%.3f\n", (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec - before);
	getrusage(RUSAGE_SELF, &usage);
	printf("mib,%.1f\n", (double)usage.ru_maxrss / 1024);
	wrong = place_check(&x.problem, &s);
	if (wrong) {
		fprintf(stderr, "pack: %s\n", wrong);
		exit(1);
	}
	printf("bins,%zu\nbound,%.0f\n", s.bins, s.bound);
	place_solution_free(&s);
	drop(&x);
}

static void triplets(void)
{
	size_t total = 0, first = 0, optimum = 0;
	struct instance x;
	double began = now();

	for (uint64_t seed = 1; seed <= 20; seed++) {
		state = seed * 7919;
		make(&x, 120, 1, 1000);
		cut(&x, 40, 3, 250, 500);
		total += solve(&x, &place_effort_usual, NULL, NULL);
		first += solve_by(&x, "first-fit-max");
		optimum += 40;
		drop(&x);
	}
	printf("triplets,%zu\ntriplets-ffd,%zu\ntriplets-optimum,%zu\ntriplets-seconds,%.3f\n", total, first,
	       optimum, now() - began);
	total = first = optimum = 0;
	for (uint64_t seed = 1; seed <= 18; seed++) {
		size_t resources = 2 + seed % 3, parts = 3 + seed % 2, bins = 120 / parts;

		state = seed * 104729;
		make(&x, 120, resources, 1000);
		cut(&x, bins, parts, 1000. / (double)parts * 0.5, 1000. / (double)parts * 1.6);
		total += solve(&x, &place_effort_usual, NULL, NULL);
		first += solve_by(&x, "first-fit-max");
		optimum += bins;
		drop(&x);
	}
	printf("vectors,%zu\nvectors-ffd,%zu\nvectors-optimum,%zu\n", total, first, optimum);
}

/* One instance of CLASS with N items. */
static void make_class(struct instance *x, int class, size_t n)
{
	static const double uniform[6][3] = { { 1000, 100, 400 }, { 1000, 1, 1000 }, { 1000, 200, 800 },
					      { 1000, 50, 200 },  { 1000, 25, 100 }, { 150, 20, 100 } };

	if (class >= 9) /* whole bins */
		n -= n % (class == 9 ? 4 : 3);
	make(x, n, 2, class <= 6 ? uniform[class - 1][0] : class <= 8 ? 150 : 100);
	for (size_t i = 0; i < n; i++) {
		double *size = &x->size[2 * i];

		if (class <= 6) {
			size[0] = pick(uniform[class - 1][1], uniform[class - 1][2]);
			size[1] = pick(uniform[class - 1][1], uniform[class - 1][2]);
		} else {
			size[0] = pick(20, 100);
			size[1] = class == 7 ? pick(size[0] - 10, size[0] + 10)
					     : pick(110 - size[0], 130 - size[0]);
		}
	}
	if (class == 9)
		cut(x, n / 4, 4, 10, 50);
	if (class == 10)
		cut(x, n / 3, 3, 20, 60);
}

static void classes(void)
{
	static const char *const others[] = { "first-fit-max", "first-fit-sum", "dot-product", "l2", NULL };
	size_t totals[3] = { 0 }, fine = 0, proven = 0;

	for (int class = 1; class <= 10; class ++) {
		size_t ours = 0, best = 0, bound = 0;

		for (int seed = 1; seed <= 20; seed++) {
			struct instance x;
			size_t least = PLACE_NONE, low;
			bool optimal;

			state = (uint64_t)(class * 1000 + seed) * 2654435761u;
			make_class(&x, class, seed <= 10 ? 50 : 200);
			ours += solve(&x, &place_effort_usual, &low, &optimal);
			for (const char *const *o = others; *o; o++) {
				size_t bins = solve_by(&x, *o);

				least = bins < least ? bins : least;
			}
			best += least;
			bound += low;
			proven += optimal;
			drop(&x);
		}
		fine += ours <= best;
		totals[0] += ours;
		totals[1] += best;
		totals[2] += bound;
		printf("class-%d,%zu\nclass-%d-best,%zu\nclass-%d-bound,%zu\n", class, ours, class, best,
		       class, bound);
	}
	printf("classes,%zu\nclasses-best,%zu\nclasses-bound,%zu\nclasses-fine,%zu\nclasses-proven,%zu\n",
	       totals[0], totals[1], totals[2], fine, proven);
}

static void exact(void)
{
	size_t same = 0, proven = 0, all = 0;
	const struct place_effort alone = { .search = place_effort_usual.search };

	for (uint64_t seed = 1; seed <= 200; seed++) {
		size_t resources = 1 + seed % 4, n = 12 + seed % 19, least, found;
		double high = 30 + 10 * (double)(seed % 5);
		struct instance x;
		bool optimal;

		state = seed * 15485863;
		make(&x, n, resources, 100);
		for (size_t i = 0; i < n * resources; i++)
			x.size[i] = pick(seed % 3 * 10 + 1, high);
		found = solve(&x, &alone, NULL, NULL);
		least = solve(&x, &place_effort_usual, NULL, &optimal);
		all++;
		proven += optimal;
		same += optimal && found == least;
		drop(&x);
	}
	printf("exact,%zu\nexact-proven,%zu\nexact-same,%zu\n", all, proven, same);
}

int main(int argc, char **argv)
{
	const char *group = argc > 1 ? argv[1] : "";

	if (strcmp(group, "scale") == 0 && argc > 2)
		scale(strtoul(argv[2], NULL, 10));
	else if (strcmp(group, "triplets") == 0)
		triplets();
	else if (strcmp(group, "classes") == 0)
		classes();
	else if (strcmp(group, "exact") == 0)
		exact();
	else
		return 2;
	return 0;
}
