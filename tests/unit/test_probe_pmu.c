/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/counters_priv.h"
#include "tests/check.h"

/*
 * The hardware's counters on a PMU that is made up: this program's own perf_event_open gives files, which
 * hold what a counter would say. So what depends on a PMU is tested where there is none.
 */
#define COUNTERS 2 /* it has: a group of more is refused */
#define OPENED	 128

static struct {
	uint64_t instructions; /* of the loop, as it counts them */
	uint64_t running_ns;   /* of 1000 */
	int refuses;	       /* errno for kernel halves; 0: none */
	struct perf_event_attr opened[OPENED];
	int leader[OPENED], fd[OPENED];
	size_t count;
} pmu;

static size_t members(int leader)
{
	size_t count = 1;

	for (size_t i = 0; i < pmu.count; i++)
		count += pmu.leader[i] == leader;
	return count;
}

static int open_counter(const struct perf_event_attr *a, int leader)
{
	bool loop = a->exclude_kernel && !a->inherit;
	int fd;

	if ((leader >= 0 && members(leader) >= COUNTERS) || pmu.count == OPENED)
		errno = EINVAL;
	else if (pmu.refuses && a->exclude_user)
		errno = pmu.refuses;
	else if ((fd = memfd_create("counter", MFD_CLOEXEC)) >= 0) {
		/* As often as the loop may be counted; times go on after a reset. */
		for (uint64_t i = 1; i <= 3; i++) {
			const struct counter_reading reading = { loop ? pmu.instructions
								      : 100 * (a->config + 1),
								 1000 * i, pmu.running_ns * i };

			if (write(fd, &reading, sizeof(reading)) != sizeof(reading))
				return -1;
		}
		lseek(fd, 0, SEEK_SET);
		pmu.opened[pmu.count] = *a;
		pmu.leader[pmu.count] = leader;
		pmu.fd[pmu.count++] = fd;
		return fd;
	}
	return -1;
}

long syscall(long number, ...)
{
	const struct perf_event_attr *attribute;
	va_list list;
	int leader;

	va_start(list, number);
	attribute = va_arg(list, const struct perf_event_attr *);
	(void)va_arg(list, int); /* thread */
	(void)va_arg(list, int); /* CPU: any */
	leader = va_arg(list, int);
	va_end(list);
	if (number == SYS_perf_event_open)
		return open_counter(attribute, leader);
	errno = ENOSYS;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	(void)fd;
	(void)request;
	return 0;
}

static void make_pmu(uint64_t instructions, uint64_t running_ns)
{
	memset(&pmu, 0, sizeof(pmu));
	pmu.instructions = instructions;
	pmu.running_ns = running_ns;
}

static void test_believed(void)
{
	struct error error = { 0 };

	make_pmu(2000100, 1000);
	CHECK(pmu_works(&error));
	CHECK(probe_counters.available(NULL));
	CHECK_INT(pmu.opened[0].type, PERF_TYPE_HARDWARE);
	CHECK_INT(pmu.opened[0].config, PERF_COUNT_HW_INSTRUCTIONS);
	make_pmu(2100000, 1000);
	CHECK(!pmu_works(&error));
	CHECK_STR(error.what, "the PMU counts 2100000 instructions where there are 2000000");
	CHECK(!probe_counters.available(NULL));
	make_pmu(2000000, 900); /* however often it is tried */
	CHECK(!pmu_works(&error));
	CHECK_STR(error.what, "the PMU counts for others");
}

/* What a thread NAME gives: cycles 100, instructions 200, misses 600 everywhere, by the PMU above. */
static struct probe_samples count(const char *name)
{
	static struct event_sets sets;
	const struct probe_target target = { .thread = { { .name = name, .tid = 1 } },
					     .threads = 1,
					     .kvm_vm = -1,
					     .kvm_vcpu = -1,
					     .sets = &sets };
	struct probe_samples samples = { 0 };
	FILE *file = fopen("mine.set", "w");
	void *state;

	fputs("cycles cycles cycles\ninstructions 1 instructions\nmisses 1 branch-misses\nfree 1 "
	      "page-faults\n"
	      "ipc = instructions / cycles : 1\nmpi = misses / instructions : 1\n",
	      file);
	fclose(file);
	CHECK_INT(event_set_read(&sets.set[0], "mine.set", NULL), 0);
	sets.count = 1;
	CHECK_INT(probe_counters.steps->open(&probe_counters, &target, &state), 0);
	CHECK_INT(probe_counters.steps->start(&target, state), 0);
	CHECK_INT(probe_counters.steps->stop(&target, state), 0);
	CHECK_INT(probe_counters.steps->read(&target, state, &samples), 0);
	probe_counters.steps->close(state);
	return samples;
}

static double value_of(const struct probe_samples *samples, const char *layer, const char *event)
{
	for (size_t i = 0; i < samples->count; i++)
		if (strcmp(samples->sample[i].layer, layer) == 0 &&
		    strcmp(samples->sample[i].event, event) == 0)
			return samples->sample[i].value;
	return -1;
}

/* Four groups of two, and the third event in one of its own; each excludes three of four halves. */
static void test_groups(void)
{
	struct probe_samples samples;
	unsigned seen = 0;

	make_pmu(2000000, 1000);
	samples = count("vcpu0");
	CHECK_INT(pmu.count, 1 + 4 * 3 + 2); /* the loop; the kernel's event is the host's only */
	for (size_t i = 1; i < pmu.count; i++) {
		const struct perf_event_attr *a = &pmu.opened[i];

		CHECK(a->exclude_user != a->exclude_kernel && a->exclude_guest != a->exclude_host);
		CHECK(a->inherit && a->exclude_hv);
		CHECK_INT(a->disabled, pmu.leader[i] == -1);
		seen |= 1u << (2 * a->exclude_guest + a->exclude_user);
		if (a->type == PERF_TYPE_HARDWARE)
			CHECK_INT(pmu.leader[i] == -1, a->config != PERF_COUNT_HW_INSTRUCTIONS);
	}
	CHECK_INT(seen, 15);
	for (int half = 0; half < COUNTER_HALVES; half++) {
		char layer[32];

		snprintf(layer, sizeof(layer), "vcpu0/%s", counter_half_names[half]);
		CHECK_NEAR(value_of(&samples, layer, "mine/instructions"), 200, 0);
		CHECK_NEAR(value_of(&samples, layer, "mine/misses"), 600, 0);
		CHECK_NEAR(value_of(&samples, layer, "mine/ipc"), 2, 0);
		CHECK_NEAR(value_of(&samples, layer, "mine/mpi"), 3, 0);
	}
	probe_samples_free(&samples);
}

/* A PMU that works when it is tried, and has groups take turns after that. */
static void test_turns(void)
{
	struct counter_group group;
	struct event_set set = { .events = 3, .formulas = 2 };
	struct perf_event_attr attribute[3] = { { .config = 0 }, { .config = 1 }, { .config = 5 } };
	const bool has[3] = { true, true, true };

	strcpy(set.event[0].name, "cycles");
	strcpy(set.event[1].name, "instructions");
	strcpy(set.event[2].name, "misses");
	strcpy(set.formula[0].text, "instructions / cycles");
	strcpy(set.formula[1].text, "misses / instructions");
	make_pmu(0, 500);
	counter_group_open(&group, &set, attribute, has, 1, GUEST_USER);
	counter_group_start(&group, set.events);
	counter_group_read(&group, set.events);
	CHECK_INT(group.reading[1].value, 200); /* as it counted, not scaled */
	CHECK_INT(group.reading[1].running_ns, 500);
	CHECK_NEAR(counter_group_formula(&group, &set, &set.formula[0]), 2, 0);
	CHECK(isnan(counter_group_formula(&group, &set, &set.formula[1])));
	counter_group_close(&group, set.events);
}

/* An ordinary user is not told of the kernel: those halves are missing, the others there. */
static void test_user(void)
{
	struct probe_samples samples;

	make_pmu(2000000, 1000);
	pmu.refuses = EACCES;
	samples = count("program");
	CHECK_NEAR(value_of(&samples, "program/host-user", "mine/ipc"), 2, 0);
	CHECK(isnan(value_of(&samples, "program/host-kernel", "mine/cycles")));
	CHECK(isnan(value_of(&samples, "program/host-kernel", "mine/ipc")));
	probe_samples_free(&samples);
}

/* One that counts wrongly counts nothing; the kernel's own events do without it. */
static void test_disbelieved(void)
{
	struct probe_samples samples;

	make_pmu(1000000, 1000);
	samples = count("program");
	CHECK(isnan(value_of(&samples, "program/host-user", "mine/cycles")));
	CHECK(value_of(&samples, "program/host-user", "mine/free") > 0);
	CHECK_INT(pmu.count, 1 + 2);
	probe_samples_free(&samples);
}

int main(void)
{
	CHECK_RUN(test_believed);
	CHECK_RUN(test_groups);
	CHECK_RUN(test_turns);
	CHECK_RUN(test_user);
	CHECK_RUN(test_disbelieved);
	return check_done();
}
