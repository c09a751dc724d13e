/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/model.h"
#include "probes/host_priv.h"
#include "tests/check.h"
#include "tests/report_tables.h"
#include "tests/report_text.h"

/* What the host spends: what probes see of it, and what host-footprint.csv makes of it. */

#define MIB (1u << 20)

/* A mapping of the guest's is the guest's, all else the monitor's. */
static void test_smaps(void)
{
	size_t bytes = 16 * MIB;
	char *around = mmap(NULL, bytes + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory = around + 4096; /* beside others it would be one mapping with them */
	struct probe_target target = { .pid = getpid() };
	struct smaps without, with;

	if (access("/proc/self/smaps", R_OK) != 0)
		CHECK_SKIP("the kernel tells nothing of mappings");
	CHECK_INT(mprotect(memory, bytes, PROT_READ | PROT_WRITE), 0);
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = 1;
	CHECK_INT(smaps_read(&target, &without), 0);
	CHECK_INT(without.guest, 0);
	CHECK(without.program > 0 && without.program < without.beyond);
	target.guest_at = (uintptr_t)memory;
	target.guest_bytes = bytes;
	CHECK_INT(smaps_read(&target, &with), 0);
	CHECK_INT(with.guest, bytes);
	CHECK(with.beyond + bytes < without.beyond + MIB && with.beyond + bytes + MIB > without.beyond);
	CHECK((with.libraries > 0) == (with.libraries_disk > 0)); /* none of it where it is static */
	munmap(around, bytes + 8192);
	target.pid = 0x7fffffff;
	CHECK(smaps_read(&target, &with) < 0);
}

/* Threads ascend, and what is there is no process of ours. */
static void test_kthreads(void)
{
	struct kthreads all;

	if (!probe_kthreads.available(NULL))
		CHECK_SKIP("kernel threads are not to be seen");
	CHECK_INT(kthreads_read(&all), 0);
	for (size_t i = 0; i < all.count; i++) {
		CHECK(i == 0 || all.thread[i - 1].tid < all.thread[i].tid);
		CHECK(all.thread[i].tid != getpid() && all.thread[i].cpu_ns >= 0);
		CHECK(all.thread[i].kind[0] && strpbrk(all.thread[i].kind, "0123456789/:") == NULL);
	}
	kthreads_free(&all);
}

/* What a thread used since BEFORE, by whose name it bears; one that is new began with nothing. */
static void test_kthreads_changes(void)
{
	struct kthread before[] = { { 10, 1000, "kworker", "kworker/0:1" },
				    { 20, 50, "vhost", "vhost-4711" } };
	struct kthread after[] = { { 10, 1700, "kworker", "kworker/0:1" },
				   { 15, 30, "kworker", "kworker/u8:4711x" },
				   { 20, 550, "vhost", "vhost-4711" },
				   { 30, 9, "rcu", "rcu_sched" } };
	struct probe_samples samples = { 0 };
	struct kthreads first = { before, 2, 2 }, last = { after, 4, 4 };

	CHECK_INT(kthreads_add_changes(&first, &last, 4711, &samples), 0);
	CHECK_INT(probe_samples_find(&samples, "kthreads", "process", "vhost"), 500);
	CHECK_INT(probe_samples_find(&samples, "kthreads", "host", "kworker"), 730);
	CHECK_INT(probe_samples_find(&samples, "kthreads", "host", "rcu"), 9);
	probe_samples_free(&samples);
}

static const char *const runs[] = {
	"run=1|workload=kv|config=native|label=native|status=ok|block=1|wall_ns=1000|cpu_vcpu_ns=900|vms=1",
	"run=2|workload=kv|config=hosted|label=hosted*|status=ok|block=1|wall_ns=2000|cpu_vcpu_ns=1000|"
	"cpu_monitor_ns=500|vms=1",
	"run=3|workload=kv|config=hosted|label=hosted*|status=ok|block=2|wall_ns=2000|cpu_vcpu_ns=1200|"
	"cpu_monitor_ns=700|vms=1",
	"run=4|workload=kv|config=hosted|label=hosted*|status=ok|wall_ns=9000|cpu_vcpu_ns=9000|"
	"flags=observed|vms=1",
	NULL,
};

static const char *const counters[] = {
	"run=1|probe=rusage|layer=process|event=max_resident|unit=bytes|value=4096",
	"run=1|probe=host|layer=process|event=page_tables|unit=bytes|value=4096",
	"run=2|probe=host|layer=process|event=monitor_proportional|unit=bytes|value=1048576",
	"run=3|probe=host|layer=process|event=monitor_proportional|unit=bytes|value=2097152",
	"run=4|probe=host|layer=process|event=monitor_proportional|unit=bytes|value=99999999",
	"run=2|probe=kthreads|layer=host|event=kworker|unit=ns|value=100",
	"run=2|probe=kthreads|layer=host|event=rcu|unit=ns|value=300",
	"run=77|probe=kthreads|layer=host|event=rcu|unit=ns|value=300",
	"run=4|probe=trace|layer=recorder|event=cpu|unit=ns|value=900",
	"run=2|probe=layer|layer=disk|event=monitor|unit=bytes|value=1024",
	NULL,
};

/* The row of host-footprint.csv for an item, or -1. */
static double item(const struct table *t, const char *config, const char *resource, const char *name)
{
	for (size_t row = 0; row < t->rows; row++)
		if (table_is(t, row, "config", config) && table_is(t, row, "resource", resource) &&
		    table_is(t, row, "item", name))
			return table_number_of(t, row, "value");
	return -1;
}

static void test_table(void)
{
	const char *directory = tables_directory();
	struct table t = { 0 };
	char path[4200];
	struct error error = { 0 };

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_counters, counters);
	CHECK_INT(model_footprint_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/host-footprint.csv", directory);
	CHECK_INT(table_read(&t, path, &schema_footprint, &error), 0);
	CHECK_NEAR(item(&t, "native", "memory", "process"), 4096, 0);
	CHECK_NEAR(item(&t, "native", "memory", "page-tables"), -1, 0); /* it has no meaning there */
	CHECK_NEAR(item(&t, "native", "cpu", "program"), 0.9, 1e-9);
	CHECK_NEAR(item(&t, "hosted", "memory", "monitor"), 1.5 * MIB, 0); /* without the observed one */
	CHECK_NEAR(item(&t, "hosted", "cpu", "program"), 0.55, 1e-9);
	CHECK_NEAR(item(&t, "hosted", "cpu", "monitor"), 0.3, 1e-9);
	CHECK_NEAR(item(&t, "hosted", "cpu", "host-kernel-threads"), 0.2, 1e-9); /* all kinds summed */
	CHECK_NEAR(item(&t, "hosted", "cpu", "recorder"), 0.1, 1e-9); /* of the observed one alone */
	CHECK_NEAR(item(&t, "native", "cpu", "recorder"), -1, 0);
	CHECK_NEAR(item(&t, "hosted", "size-on-disk", "monitor"), 1024, 0);
	CHECK_NEAR(item(&t, "hosted", "memory", "guest"), -1, 0); /* nobody counted it */
	table_free(&t);
}

/* In the report: what there is, and under the name that says a knob fell back. */
static void test_report(void)
{
	const char *directory = tables_directory();
	struct error error = { 0 };
	char *text;

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_counters, counters);
	CHECK_INT(model_footprint_write(directory, &error), 0);
	text = print_text(directory, false);
	CHECK(text && strstr(text, "Memory beyond the guest's own"));
	CHECK(text && strstr(text, "hosted*"));
	CHECK(text && strstr(text, "of the whole host"));
	free(text);
}

int main(void)
{
	CHECK_RUN(test_smaps);
	CHECK_RUN(test_kthreads);
	CHECK_RUN(test_kthreads_changes);
	CHECK_RUN(test_table);
	CHECK_RUN(test_report);
	return check_done();
}
