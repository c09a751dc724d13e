/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "tests/check.h"

/* Counters others keep: what is read, and what the difference of two readings is. */

static int64_t value(const struct probe_samples *samples, const char *event)
{
	return probe_samples_find(samples, "p", "l", event);
}

static void put(struct probe_samples *samples, const char *event, double count)
{
	CHECK_INT(probe_samples_add(samples, "p", "l", event, "1", count), 0);
}

static void test_samples(void)
{
	struct probe_samples samples = { 0 };
	char event[16], longer[100];

	for (int i = 0; i < 1000; i++) {
		snprintf(event, sizeof(event), "e%d", i);
		put(&samples, event, i);
	}
	CHECK_INT(samples.count, 1000);
	CHECK_INT(value(&samples, "e999"), 999);
	CHECK_INT(value(&samples, "e0"), 0); /* a true nought */
	CHECK_INT(value(&samples, "e1000"), PROBE_MISSING);
	CHECK_INT(probe_samples_find(&samples, "q", "l", "e1"), PROBE_MISSING);
	CHECK_INT(probe_samples_find(&samples, "p", "m", "e1"), PROBE_MISSING);
	CHECK_INT(samples.sample[5].enabled_ns, PROBE_MISSING);
	CHECK_INT(samples.sample[5].running_ns, PROBE_MISSING);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	CHECK_INT(probe_samples_add(&samples, "p", longer, longer, "1", 1), 0); /* cut off, not overrun */
	CHECK_INT(strlen(samples.sample[1000].event), sizeof(samples.sample[0].event) - 1);
	probe_samples_free(&samples);
	CHECK_INT(samples.count, 0);
	probe_samples_free(&samples);
}

static void test_changes(void)
{
	struct probe_samples earlier = { 0 }, later = { 0 }, moved = { 0 }, all = { 0 };

	put(&earlier, "moved", 10);
	put(&earlier, "still", 5);
	put(&earlier, "backwards", 9);
	put(&earlier, "gone", 3);
	put(&later, "moved", 12);
	put(&later, "still", 5);
	put(&later, "backwards", 8);
	put(&later, "new", 7);
	CHECK_INT(probe_samples_add_changes(&moved, &earlier, &later, false), 0);
	CHECK_INT(moved.count, 1);
	CHECK_INT(value(&moved, "moved"), 2);
	CHECK_INT(probe_samples_add_changes(&all, &earlier, &later, true), 0);
	CHECK_INT(all.count, 2);
	CHECK_INT(value(&all, "still"), 0);
	CHECK_INT(value(&all, "new"), PROBE_MISSING); /* since when is not known */
	CHECK_INT(value(&all, "backwards"), PROBE_MISSING);
	probe_samples_free(&earlier);
	probe_samples_free(&later);
	probe_samples_free(&moved);
	probe_samples_free(&all);
}

static void test_schedstat(void)
{
	struct probe_samples samples = { 0 };

	CHECK_INT(probe_schedstat_parse("123456789012 42 7\n", "vcpu0", &samples), 0);
	CHECK_INT(probe_samples_find(&samples, "schedstat", "vcpu0", "cpu"), 123456789012);
	CHECK_INT(probe_samples_find(&samples, "schedstat", "vcpu0", "run_delay"), 42);
	CHECK_INT(probe_samples_find(&samples, "schedstat", "vcpu0", "timeslices"), 7);
	probe_samples_free(&samples);
	CHECK_INT(probe_schedstat_parse("5 0 1\n", "t", &samples), 0);
	CHECK_INT(probe_samples_find(&samples, "schedstat", "t", "run_delay"), 0);
	probe_samples_free(&samples);
	CHECK_INT(probe_schedstat_parse("0 0 1\n", "t", &samples), 0); /* too young to have a time */
	probe_samples_free(&samples);
	CHECK_INT(probe_schedstat_parse("0 0 0\n", "t", &samples), -ENODATA); /* no account is kept */
	CHECK_INT(probe_schedstat_parse("", "t", &samples), -EINVAL);
	CHECK_INT(probe_schedstat_parse("12 3", "t", &samples), -EINVAL);
	CHECK_INT(probe_schedstat_parse("many few some\n", "t", &samples), -EINVAL);
	CHECK_INT(samples.count, 0);
}

/* /proc/PID/stat of a process called NAME whose field N is 1000 + N. */
static const char *stat_of(const char *name, int last)
{
	static char text[1024];
	int used = snprintf(text, sizeof(text), "77 (%s) S", name);

	for (int n = 4; n <= last; n++)
		used += snprintf(text + used, sizeof(text) - (size_t)used, " %d", 1000 + n);
	snprintf(text + used, sizeof(text) - (size_t)used, "\n");
	return text;
}

static void test_stat_field(void)
{
	static const char *const names[] = { "vmtax", "a b c", "x) S 1 (y", ")", "(", "", ") ) )", NULL };

	for (int i = 0; names[i]; i++) {
		const char *text = stat_of(names[i], 52);

		CHECK_INT(probe_stat_field(text, 3)[0], 'S');
		CHECK_INT(atoi(probe_stat_field(text, 4)), 1004);
		CHECK_INT(atoi(probe_stat_field(text, 43)), 1043);
		CHECK_INT(atoi(probe_stat_field(text, 52)), 1052);
		CHECK(probe_stat_field(text, 53) == NULL);
	}
	CHECK(probe_stat_field("", 3) == NULL);
	CHECK(probe_stat_field("77 (cut off", 3) == NULL);
	CHECK(probe_stat_field("77 (cut off)", 3) == NULL);
}

static void test_guest_time(void)
{
	struct probe_samples samples = { 0 };
	double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);

	CHECK_INT(probe_guest_time_parse(stat_of("a (b) c", 52), "vcpu0", &samples), 0);
	CHECK_INT(probe_samples_find(&samples, "guest-time", "vcpu0", "guest_time"),
		  (int64_t)(1043 * tick_ns));
	probe_samples_free(&samples);
	CHECK_INT(probe_guest_time_parse(stat_of("old kernel", 42), "vcpu0", &samples), -EINVAL);
	CHECK_INT(probe_guest_time_parse("", "vcpu0", &samples), -EINVAL);
	CHECK_INT(samples.count, 0);
}

static int take(const char *text, const char *thread, struct probe_samples *samples)
{
	return text[0] ? probe_samples_add(samples, "p", thread, "read", "1", 1) : -EINVAL;
}

/* One thread that has gone takes nothing of the others along. */
static void test_threads(void)
{
	struct probe_target target = {
		.pid = getpid(),
		.thread = { { "gone", 0 }, { "here", getpid() }, { "gone too", 0 } },
		.threads = 3,
	};
	struct probe_samples samples = { 0 };

	CHECK_INT(probe_read_threads(&target, "stat", take, &samples), 0);
	CHECK_INT(samples.count, 1);
	CHECK_STR(samples.sample[0].layer, "here");
	CHECK(probe_read_threads(&target, "no-such-file", take, &samples) < 0);
	target.threads = 1;
	CHECK(probe_read_threads(&target, "stat", take, &samples) < 0);
	target.threads = 0;
	CHECK(probe_read_threads(&target, "stat", take, &samples) < 0);
	CHECK_INT(samples.count, 1);
	probe_samples_free(&samples);
}

static void test_read_text(void)
{
	char text[8] = "before";

	CHECK_INT(probe_read_text("no/such/file", text, sizeof(text)), -ENOENT);
	CHECK_STR(text, "");
	CHECK_INT(probe_read_text(".", text, sizeof(text)), -EISDIR);
	CHECK_STR(text, "");
	CHECK_INT(probe_read_text("/proc/self/stat", text, sizeof(text)), 7);
	CHECK_INT(strlen(text), 7);
}

static void test_rusage(void)
{
	struct rusage usage = { .ru_utime = { 3, 250000 },
				.ru_stime = { 0, 7 },
				.ru_maxrss = 5,
				.ru_minflt = 11,
				.ru_nivcsw = 0 };
	struct probe_samples samples = { 0 };

	CHECK_INT(probe_rusage_add(&samples, &usage), 0);
	CHECK_INT(probe_samples_find(&samples, "rusage", "process", "user"), 3250000000);
	CHECK_INT(probe_samples_find(&samples, "rusage", "process", "system"), 7000);
	CHECK_INT(probe_samples_find(&samples, "rusage", "process", "max_resident"), 5120);
	CHECK_INT(probe_samples_find(&samples, "rusage", "process", "minor_faults"), 11);
	CHECK_INT(probe_samples_find(&samples, "rusage", "process", "involuntary_switches"), 0);
	probe_samples_free(&samples);
}

int main(void)
{
	CHECK_RUN(test_samples);
	CHECK_RUN(test_changes);
	CHECK_RUN(test_schedstat);
	CHECK_RUN(test_stat_field);
	CHECK_RUN(test_guest_time);
	CHECK_RUN(test_threads);
	CHECK_RUN(test_read_text);
	CHECK_RUN(test_rusage);
	return check_done();
}
