/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "tests/check.h"
#include "tests/deprive.h"
#include "tests/tracefs.h"

/* The table of probes, and all of them at work on real processes. */

static void test_table(void)
{
	size_t count = 0;

	for (; probes[count]; count++) {
		const struct probe *p = probes[count];
		struct error error = { 0 };

		CHECK(p->name && p->name[0] && p->name[strcspn(p->name, " ,\"\n")] == '\0');
		CHECK(p->summary && p->summary[0] && strchr(p->summary, '\n') == NULL);
		CHECK(p->available != NULL);
		CHECK(!p->steps || (p->steps->open && p->steps->start && p->steps->stop && p->steps->read &&
				    p->steps->close));
		CHECK(!p->steps || p->calibrate);
		CHECK((p->steps == &probe_reading_steps) == (p->reader != NULL));
		for (size_t i = 0; i < count; i++)
			CHECK(strcmp(probes[i]->name, p->name) != 0);
		if (!p->available(&error))
			CHECK(error.what[0] && error.mend[0]);
		p->available(NULL); /* whoever wants no reason gets none */
	}
	CHECK(count > 0 && count <= PROBES_MOST);
}

static void test_layers(void)
{
	for (int i = 0; i < PROBE_LAYERS; i++) {
		CHECK(probe_layers[i].name && probe_layers[i].name[0]);
		CHECK(probe_layers[i].summary && probe_layers[i].summary[0]);
		for (int k = 0; k < i; k++)
			CHECK(strcmp(probe_layers[i].name, probe_layers[k].name) != 0);
	}
	for (int i = 0; i < PROBE_SOURCES; i++)
		CHECK(probe_source_names[i] && probe_source_names[i][0]);
}

static size_t descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	while (directory && readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* A child that touches PAGES fresh pages once it is told to, and then is a zombie. It has had a core before.
 */
static pid_t start(int *gate, size_t pages)
{
	int ends[2], ready[2];
	pid_t pid;
	char go = 0;

	if (pipe(ends) != 0 || pipe(ready) != 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = pages * page;
		volatile char *memory;

		close(ends[1]);
		if (write(ready[1], &go, 1) != 1 || read(ends[0], &go, 1) < 0)
			_exit(1);
		memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		madvise((void *)memory, bytes, MADV_NOHUGEPAGE);
		for (size_t i = 0; memory != MAP_FAILED && i < pages; i++)
			memory[i * page] = 1;
		_exit(0);
	}
	close(ends[0]);
	close(ready[1]);
	if (read(ready[0], &go, 1) != 1)
		abort();
	close(ready[0]);
	*gate = ends[1];
	return pid;
}

static struct probe_target target_of(pid_t pid)
{
	return (struct probe_target){
		.pid = pid, .thread = { { "program", pid } }, .threads = 1, .kvm_vm = -1, .kvm_vcpu = -1
	};
}

/* Watches a child from gate to end as run does; the caller frees SAMPLES. */
static void watch(bool disturb, struct probe_samples *samples)
{
	struct probe_session session;
	struct probe_target target;
	siginfo_t info;
	int gate;
	pid_t pid = start(&gate, 100);

	target = target_of(pid);
	probe_session_begin(&session, &target, disturb, 0);
	close(gate);
	CHECK_INT(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_INT(probe_session_end(&session, samples), 0);
	CHECK_INT(probe_session_end(&session, samples), 0); /* what has ended stays so */
	waitpid(pid, NULL, 0);
}

static int64_t found(const struct probe_samples *samples, const char *probe, const char *event)
{
	return probe_samples_find(samples, probe, "program", event);
}

static size_t rows_of(const struct probe_samples *samples, const char *probe)
{
	size_t rows = 0;

	for (size_t i = 0; i < samples->count; i++)
		rows += strcmp(samples->sample[i].probe, probe) == 0;
	return rows;
}

static void test_free(void)
{
	struct probe_samples samples = { 0 };
	size_t before = descriptors();

	watch(false, &samples);
	CHECK_INT(descriptors(), before);
	CHECK_INT(rows_of(&samples, "perf"), 0); /* it disturbs */
	CHECK_INT(rows_of(&samples, "tracepoints"), 0);
	CHECK_INT(rows_of(&samples, "kvm-stats"), 0); /* no VM */
	CHECK_INT(rows_of(&samples, "guest-time"), 0);
	if (probe_schedstat.available(NULL)) {
		CHECK(found(&samples, "schedstat", "cpu") > 0);
		CHECK(found(&samples, "schedstat", "cpu_before") > 0);
		CHECK(found(&samples, "schedstat", "run_delay") >= 0); /* and there, if 0 */
	}
	probe_samples_free(&samples);
}

static void test_disturbing(void)
{
	struct probe_samples samples = { 0 };
	size_t before = descriptors();

	if (!probe_perf.available(NULL))
		CHECK_SKIP("perf_event_open is not for us");
	watch(true, &samples);
	CHECK_INT(descriptors(), before);
	CHECK(found(&samples, "perf", "page-faults") >= 100);
	CHECK(found(&samples, "perf", "minor-faults") >= 100);
	CHECK_INT(found(&samples, "perf", "major-faults") == PROBE_MISSING, 0);
	CHECK(found(&samples, "perf", "task-clock") > 0);
	CHECK(found(&samples, "schedstat", "cpu") > 0); /* the others go on */
	for (size_t i = 0; i < samples.count; i++) {
		const struct probe_sample *s = &samples.sample[i];

		if (strcmp(s->probe, "perf") != 0)
			continue;
		CHECK(s->running_ns > 0 && s->running_ns <= s->enabled_ns);
		CHECK_STR(s->unit, strcmp(s->event, "task-clock") == 0 ? "ns" : "1");
	}
	probe_samples_free(&samples);
}

static void test_tracepoints(void)
{
	struct probe_samples samples = { 0 };

	if (!tracefs_provide() || !probe_tracepoints.available(NULL))
		CHECK_SKIP("tracefs is not mounted, or not for us");
	watch(true, &samples);
	CHECK(found(&samples, "tracepoints", "raw_syscalls:sys_enter") >= 3);
	CHECK_INT(found(&samples, "tracepoints", "kvm:kvm_pio"), PROBE_MISSING); /* no VM */
	probe_samples_free(&samples);
}

/* A process that has gone before anyone looked: no rows, no crash, no descriptor left. */
static void test_gone(void)
{
	struct probe_samples samples = { 0 };
	struct probe_session session;
	struct probe_target target;
	size_t before = descriptors();
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	target = target_of(pid);
	target.kvm_vm = target.kvm_vcpu = 1000000; /* and descriptors nobody has */
	probe_session_begin(&session, &target, true, 0);
	CHECK_INT(probe_session_end(&session, &samples), 0);
	CHECK_INT(samples.count, 0);
	CHECK_INT(descriptors(), before);
	probe_samples_free(&samples);
}

/* In a child that is denied perf_event_open with NUMBER: its exit status tells what it found. */
static int denied(int number)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct probe_samples samples = { 0 };
		struct error error = { 0 };

		deprive_call(SYS_perf_event_open, number);
		if (probe_perf.available(&error) || error.number != number || error.mend[0] == '\0')
			_exit(1);
		watch(true, &samples);
		_exit(rows_of(&samples, "perf") ? 2 : found(&samples, "schedstat", "cpu") > 0 ? 0 : 3);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_denied(void)
{
	if (!probe_schedstat.available(NULL))
		CHECK_SKIP("the scheduler keeps no account");
	CHECK_INT(denied(EACCES), 0);
	CHECK_INT(denied(EPERM), 0);
	CHECK_INT(denied(ENOSYS), 0);
}

int main(void)
{
	CHECK_RUN(test_table);
	CHECK_RUN(test_layers);
	CHECK_RUN(test_free);
	CHECK_RUN(test_disturbing);
	CHECK_RUN(test_tracepoints);
	CHECK_RUN(test_gone);
	CHECK_RUN(test_denied);
	return check_done();
}
