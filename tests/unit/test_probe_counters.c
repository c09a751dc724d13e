/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/run_priv.h"
#include "probes/counters_priv.h"
#include "tests/check.h"

/* Counting event sets. Where there is no PMU, events of the kernel's own stand in for the hardware's. */

static const struct probe_sample *find(const struct probe_samples *samples, const char *layer,
				       const char *event)
{
	for (size_t i = 0; i < samples->count; i++)
		if (strcmp(samples->sample[i].layer, layer) == 0 &&
		    strcmp(samples->sample[i].event, event) == 0)
			return &samples->sample[i];
	return NULL;
}

static struct event_sets *sets_of(const char *text)
{
	struct event_sets *sets = calloc(1, sizeof(*sets));
	FILE *file = fopen("mine.set", "w");
	struct error error = { 0 };

	fputs(text, file);
	fclose(file);
	CHECK_INT(event_set_read(&sets->set[0], "mine.set", &error), 0);
	sets->count = 1;
	return sets;
}

static void touch(size_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile char *memory =
		mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise((void *)memory, pages * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		memory[i * page] = 1;
	munmap((void *)memory, pages * page);
}

/* What this process does as the thread NAME, counted by SETS. */
static struct probe_samples count(const struct event_sets *sets, const char *name)
{
	const struct probe_target target = {
		.pid = getpid(),
		.thread = { { .name = name, .tid = getpid() } },
		.threads = 1,
		.kvm_vm = -1,
		.kvm_vcpu = -1,
		.sets = sets,
	};
	struct probe_samples samples = { 0 };
	void *state;

	CHECK_INT(probe_counters.steps->open(&probe_counters, &target, &state), 0);
	CHECK_INT(probe_counters.steps->start(&target, state), 0);
	touch(500);
	CHECK_INT(probe_counters.steps->stop(&target, state), 0);
	CHECK_INT(probe_counters.steps->read(&target, state, &samples), 0);
	probe_counters.steps->close(state);
	return samples;
}

static bool may_count(const struct probe_samples *samples)
{
	const struct probe_sample *faults = find(samples, "program/host-user", "mine/faults");

	return faults && faults->running_ns > 0;
}

static void test_counts(void)
{
	struct event_sets *sets =
		sets_of("faults 1 page-faults\nminor 1 minor-faults\nuser 1 page-faults:u\n"
			"ratio = minor / faults : 1\nnothing = faults / (minor - minor) : 1\n");
	struct probe_samples samples = count(sets, "program");
	const struct probe_sample *s = find(&samples, "program/host-user", "mine/faults");

	if (!may_count(&samples))
		CHECK_SKIP("perf_event_open is not for us");
	CHECK(s->value >= 500 && s->value < 700);
	CHECK_STR(s->probe, "counters");
	CHECK_STR(s->unit, "1");
	CHECK(s->enabled_ns > 0 && s->running_ns == s->enabled_ns);
	CHECK_NEAR(find(&samples, "program/host-user", "mine/ratio")->value, 1, 0.01);
	CHECK(!isfinite(find(&samples, "program/host-user", "mine/nothing")->value));
	CHECK(find(&samples, "program/host-user", "mine/user")->value >= 500);
	CHECK(find(&samples, "program/host-kernel", "mine/user") == NULL);  /* excluded by its modifier */
	CHECK(find(&samples, "program/guest-user", "mine/faults") == NULL); /* it runs no guest */
	probe_samples_free(&samples);
	free(sets);
}

/* Guest halves are there, and what cannot be counted has a row without a value. */
static void test_missing(void)
{
	struct event_sets *sets =
		sets_of("none 1 no-such-event\nfaults 1 page-faults\nshare = none / faults : 1\n");
	struct probe_samples samples = count(sets, "vcpu0");
	const struct probe_sample *s;

	for (int half = 0; half < COUNTER_HALVES; half++) {
		char layer[32];

		snprintf(layer, sizeof(layer), "vcpu0/%s", counter_half_names[half]);
		s = find(&samples, layer, "mine/none");
		CHECK(s && isnan(s->value) && s->enabled_ns == PROBE_MISSING);
		s = find(&samples, layer, "mine/share");
		CHECK(s && isnan(s->value));
	}
	CHECK(find(&samples, "vcpu0/guest-user", "mine/faults") ==
	      NULL); /* the kernel's own are the host's */
	probe_samples_free(&samples);
	free(sets);
}

static void test_no_sets(void)
{
	struct event_sets none = { 0 };
	struct probe_target target = { .sets = NULL };
	void *state;

	CHECK_INT(probe_counters.steps->open(&probe_counters, &target, &state), -ENOENT);
	target.sets = &none;
	CHECK_INT(probe_counters.steps->open(&probe_counters, &target, &state), -ENOENT);
}

/* With a PMU the loop is counted; without one the reason is told, and hardware events are missing. */
static void test_machine(void)
{
	struct event_sets *sets = sets_of("instructions 1 instructions\n");
	struct probe_samples samples = count(sets, "program");
	const struct probe_sample *s = find(&samples, "program/host-user", "mine/instructions");
	struct error error = { 0 };
	bool works = pmu_works(&error);

	CHECK_INT(works, probe_counters.available(NULL));
	CHECK(s != NULL);
	if (works) {
		CHECK(s->value > 1000);
	} else {
		CHECK(error.what[0] && error.mend[0]);
		CHECK(isnan(s->value) && s->running_ns == PROBE_MISSING);
	}
	probe_samples_free(&samples);
	free(sets);
}

static int judged(uint64_t value, uint64_t enabled, uint64_t running, struct error *error)
{
	return pmu_judge(&(struct counter_reading){ value, enabled, running }, 2000000, 20000, error);
}

static void test_judge(void)
{
	struct error error = { 0 };

	CHECK_INT(judged(2000000, 5, 5, &error), 0);
	CHECK_INT(judged(2019999, 5, 5, &error), 0);
	CHECK_INT(judged(1980000, 5, 5, &error), 0);
	CHECK_INT(judged(2020001, 5, 5, &error), -EINVAL);
	CHECK_STR(error.what, "the PMU counts 2020001 instructions where there are 2000000");
	CHECK_INT(judged(0, 5, 5, &error), -EINVAL);
	CHECK_STR(error.mend, "a hypervisor beneath may falsify it: measure on bare hardware");
	CHECK_INT(judged(2000000, 5, 4, &error), -EBUSY);
	CHECK_INT(judged(2000000, 0, 0, &error), -EBUSY);
}

/* Counts of groups that took turns cannot be divided: they are of different times. */
static void test_turns(void)
{
	struct event_sets *sets = sets_of("a 1 cycles\nb 1 instructions\nr = b / a : 1\n");
	const struct event_set *set = &sets->set[0];
	struct counter_group g = { .group = { 1, 1 }, .reading = { { 100, 10, 5 }, { 300, 10, 5 } } };

	CHECK_NEAR(counter_group_formula(&g, set, &set->formula[0]), 3, 0);
	g.group[1] = 2;
	CHECK(isnan(counter_group_formula(&g, set, &set->formula[0])));
	g.reading[0].running_ns = g.reading[1].running_ns = 10;
	CHECK_NEAR(counter_group_formula(&g, set, &set->formula[0]), 3, 0);
	g.reading[0].running_ns = 0;
	CHECK(isnan(counter_group_formula(&g, set, &set->formula[0])));
	free(sets);
}

static void test_option(void)
{
	char *plain[] = { "run", "--counters", "basic,tlb", NULL };
	char *both[] = { "run", "--counters", "tlb", "--no-observe", NULL };
	char *ablate[] = { "ablate", "--counters", "tlb", NULL };
	struct run_options options;
	struct error error;

	CHECK_INT(run_options_parse(&options, 3, plain, &error), 0);
	CHECK_STR(options.counters, "basic,tlb");
	CHECK_INT(run_options_parse(&options, 4, both, &error), -EINVAL);
	CHECK_INT(run_options_parse(&options, 3, ablate, &error), -EINVAL);
}

int main(void)
{
	CHECK_RUN(test_counts);
	CHECK_RUN(test_missing);
	CHECK_RUN(test_no_sets);
	CHECK_RUN(test_machine);
	CHECK_RUN(test_judge);
	CHECK_RUN(test_turns);
	CHECK_RUN(test_option);
	return check_done();
}
