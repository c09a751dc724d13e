/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "tests/series_bed.h"

/* What VMs used over time: files of rows, and what is made of them. */

static const struct plan_vm *vm_of(const struct fleet *fleet, const char *name)
{
	for (size_t i = 0; i < fleet->vms; i++)
		if (strcmp(fleet->vm[i].name, name) == 0)
			return &fleet->vm[i];
	abort();
}

static void test_times(void)
{
	CHECK_NEAR(series_time("1970-01-02"), 86400, 0);
	CHECK_NEAR(series_time("2024-03-01T00:00:00Z"), 1709251200, 0); /* a leap year */
	CHECK_NEAR(series_time("2024-03-01 01:30:00+01:30"), 1709251200, 0);
	CHECK_NEAR(series_time("2024-02-29 19:00:00.5 -0500"), 1709251200.5, 0);
	CHECK_NEAR(series_time("2024-03-01 00:00 UTC"), 1709251200, 0);
	CHECK_NEAR(series_time("1709251200"), 1709251200, 0);
	CHECK_NEAR(series_time("1709251200000"), 1709251200, 0);
	CHECK_NEAR(series_time("01.03.2024 00:00"), 1709251200, 0);
	CHECK_NEAR(series_time("01.03.2024"), 1709251200, 0);
	CHECK(isnan(series_time("31.13.2024")));
	CHECK(isnan(series_time("1.3.2024")));
	CHECK(isnan(series_time("03/01/2024")));
	CHECK(isnan(series_time("2024-13-01")));
	CHECK(isnan(series_time("2024-03-01 25:00:00")));
	CHECK(isnan(series_time("99999999999999999")));
	CHECK(isnan(series_time("soon")));
	CHECK(isnan(series_time("")));
}

/* A row each five minutes from MINUTE on, COUNT of them, with values from 1 up. */
static void put_rows(FILE *out, const char *vm, int minute, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(out, "%d,%s,%d,4\n", 1700000100 + 60 * minute + 300 * i, vm, i + 1);
}

static void test_percentiles(void)
{
	struct fleet fleet;
	struct error error = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("timestamp,vm,cpu,memory\n", out);
	put_rows(out, "web 1", 0, 101);
	put_rows(out, "new", 0, 21);
	fclose(out);
	CHECK_INT(read_all(&fleet, &error, "vm,class,cpu,memory,io\nweb_1,kv,50,2,7\n", text), 0);
	CHECK_INT(fleet.vms, 2);
	CHECK_NEAR(vm_of(&fleet, "web_1")->asks.cpu, 96, 1e-5); /* P95 of 1 to 101 */
	CHECK_NEAR(vm_of(&fleet, "web_1")->asks.memory, 4, 1e-5);
	CHECK_NEAR(vm_of(&fleet, "web_1")->asks.io, 7, 0); /* the series says nothing of it */
	CHECK_STR(vm_of(&fleet, "web_1")->class, "kv");
	CHECK_NEAR(vm_of(&fleet, "new")->asks.cpu, 20, 1e-5);
	CHECK_NEAR(fleet.series.width, 300, 0);
	CHECK_INT(fleet.doubts, 1);
	CHECK_STR(fleet.doubt[0].vm, "new");
	CHECK_INT(fleet.doubt[0].line, 103);
	CHECK_STR(series_grade(&fleet.series, 0), "D");
	fleet_free(&fleet);
	free(text);
}

static void test_gaps_and_clock_steps_are_listed(void)
{
	struct fleet fleet;
	struct error error = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("timestamp,vm,cpu,memory\n", out);
	put_rows(out, "a", 0, 100);   /* to minute 495 */
	put_rows(out, "a", 600, 100); /* a gap of 105 minutes: 20 slots; to minute 1095 */
	put_rows(out, "a", 1065, 50); /* put back by 30 */
	fclose(out);
	CHECK_INT(read_all(&fleet, &error, text, NULL), 0);
	CHECK_INT(fleet.series.vm[0].gaps, 1);
	CHECK_INT(fleet.series.vm[0].turns, 1);
	CHECK_INT(fleet.doubt[0].line, 102);
	CHECK(strstr(fleet.doubt[0].why, "gap of 6300 s"));
	CHECK_INT(fleet.doubt[1].line, 202);
	CHECK(strstr(fleet.doubt[1].why, "put back by 1800 s"));
	/* 263 slots to minute 1310, of which 20 have no sample */
	CHECK_INT(fleet.series.slots, 263);
	CHECK_NEAR(series_coverage(&fleet.series, 0), 243. / 263, 1e-9);
	CHECK_NEAR((double)series_values(&fleet.series, 0, SERIES_CPU)[110], 100, 1e-5); /* held */
	CHECK_NEAR((double)series_values(&fleet.series, 0, SERIES_CPU)[213], (94 + 1) / 2., 1e-5);
	fleet_free(&fleet);
	free(text);
}

static const char sadf[] = "web;-1;2024-03-01 00:00:00 UTC;LINUX-RESTART\t(4 CPU)\n"
			   "# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle\n"
			   "web;600;2024-03-01 00:10:00 UTC;-1;20.00;0.00;20.00;10.00;10.00;40.00\n"
			   "web;600;2024-03-01 00:20:00 UTC;-1;20,00;0.00;20.00;10.00;10.00;40.00\n"
			   "# hostname;interval;timestamp;kbmemfree;kbavail;kbmemused;%memused\n"
			   "web;600;2024-03-01 00:10:00 UTC;1;1;2097152;50\n"
			   "web;600;2024-03-01 00:20:00 UTC;1;1;2097152;50\n"
			   "# hostname;interval;timestamp;tps;rtps;wtps;dtps;bread/s;bwrtn/s;bdscd/s\n"
			   "web;600;2024-03-01 00:10:00 UTC;50;1;1;0;1000;3000;0\n"
			   "# hostname;interval;timestamp;IFACE;rxpck/s;txpck/s;rxkB/s;txkB/s\n"
			   "web;600;2024-03-01 00:10:00 UTC;lo;0;0;9000;9000\n"
			   "web;600;2024-03-01 00:10:00 UTC;eth0;0;0;1000;500\n"
			   "web;600;2024-03-01 00:10:00 UTC;eth1;0;0;500;0\n";

static void test_sadf(void)
{
	struct fleet fleet;
	struct error error = { 0 };
	const struct plan_vm *web;

	CHECK_INT(read_all(&fleet, &error, sadf, NULL), 0);
	web = vm_of(&fleet, "web");
	CHECK_NEAR(web->asks.cpu, 2,
		   1e-5); /* half of four, as waiting for I/O is idle and stolen is wanted */
	CHECK_NEAR(web->asks.memory, 2, 1e-5);
	CHECK_NEAR(web->asks.iops, 50, 1e-5);
	CHECK_NEAR(web->asks.io, 4000 * 512e-6, 1e-5);
	CHECK_NEAR(web->asks.net, 2000 * 1024e-6, 1e-5);
	CHECK_INT(fleet.series.vm[0].turns, 0); /* each part begins anew */
	CHECK_INT(fleet.series.vm[0].gaps, 0);
	fleet_free(&fleet);
	/* without a restart nobody says how many CPUs there are, unless the fleet does */
	CHECK(read_all(&fleet, &error, strchr(sadf, '#'), NULL) < 0);
	CHECK_STR(error.where, "a.csv:2");
	CHECK(strstr(error.mend, "vcpus"));
	CHECK_INT(read_all(&fleet, &error, "vm,cpu,memory,vcpus\nweb,9,9,8\n", strchr(sadf, '#')), 0);
	CHECK_NEAR(vm_of(&fleet, "web")->asks.cpu, 4, 1e-5);
	fleet_free(&fleet);
}

/* TEXT must be refused at WHERE, saying WHAT and how to mend it. */
static void refuse(const char *text, const char *where, const char *what)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK(read_all(&fleet, &error, text, NULL) < 0);
	CHECK_STR(error.where, where);
	if (!strstr(error.what, what))
		CHECK_STR(error.what, what);
	CHECK(error.mend[0]);
}

static void test_bad_series_are_refused(void)
{
	refuse("timestamp,vm,cpu\nsoon,a,1\n", "a.csv:2:timestamp", "is no time");
	refuse("timestamp,vm,cpu\n0,a,1\n1,a,nan\n", "a.csv:3:cpu", "expected a number");
	refuse("timestamp,vm,cpu\n0,a,-1\n", "a.csv:2:cpu", "too small");
	refuse("timestamp,vm,cpu\n0,,1\n", "a.csv:2:vm", "name is missing");
	refuse("timestamp,vm,cpu\n0,a,1\n1,a\n", "a.csv:3", "2 fields");
	refuse("timestamp,cpu\n0,1\n", "a.csv:1:vm", "missing");
	refuse("# hostname;interval;timestamp;CPU;%idle\nweb;1;0;-1\n", "a.csv:2", "more or fewer fields");
	refuse("# hostname;interval;timestamp;CPU;%idle\nweb;1;0;-1;much\n", "a.csv:2:%idle", "not \"much\"");
	refuse("# hostname;interval;timestamp;CPU;%idle\nweb;1;now;-1;1\n", "a.csv:2:timestamp",
	       "is no time");
	refuse("timestamp,vm,cpu\n", "a.csv", "no VM");
}

/* What the policy's percentiles are of: a VM of 1 to 101 cores and GiB. */
static void test_percentiles_of_the_policy(void)
{
	const char *const paths[] = { "a.csv", NULL };
	struct fleet fleet;
	struct plan_policy policy;
	struct error error = { 0 };
	FILE *out = fopen("a.csv", "w");

	if (!out)
		abort();
	fputs("timestamp,vm,cpu,memory,iops\n", out);
	for (int i = 0; i < 101; i++)
		fprintf(out, "%d,a,%d,%d,%d\n", 300 * i, i + 1, i + 1, i + 1);
	fclose(out);
	put("h.csv", "host,cores,memory,cost\nbox,8,64,1000\n");
	put("p.ini", "cpu_percentile = 50\nmemory_percentile = P80\n");
	CHECK_INT(plan_policy_read(&policy, "p.ini", &error), 0);
	CHECK_INT(fleet_read(&fleet, paths, "h.csv", &error), 0);
	CHECK_INT(fleet_size(&fleet, &policy, &error), 0);
	CHECK_NEAR(fleet.vm[0].asks.cpu, 51, 1e-5);
	CHECK_NEAR(fleet.vm[0].asks.iops, 51, 1e-5);
	CHECK_NEAR(fleet.vm[0].asks.memory, 81, 1e-5);
	fleet_free(&fleet);
	put("p.ini", "cpu_percentile = 0\n");
	CHECK(plan_policy_read(&policy, "p.ini", &error) < 0);
	CHECK_STR(error.where, "p.ini:1:cpu_percentile");
}

/* Memory is bounded by slots, not by rows: a year of seconds is put into fewer of them. */
static void test_long_series_get_wider_slots(void)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK_INT(read_all(&fleet, &error,
			   "timestamp,vm,cpu,memory\n0,a,1,1\n1,a,1,1\n2,a,1,1\n31536000,a,3,1\n", NULL),
		  0);
	CHECK_NEAR(fleet.series.width, 4, 0);
	CHECK(fleet.series.slots <= 8 << 20);
	fleet_free(&fleet);
}

int main(void)
{
	CHECK_RUN(test_times);
	CHECK_RUN(test_percentiles);
	CHECK_RUN(test_gaps_and_clock_steps_are_listed);
	CHECK_RUN(test_sadf);
	CHECK_RUN(test_bad_series_are_refused);
	CHECK_RUN(test_percentiles_of_the_policy);
	CHECK_RUN(test_long_series_get_wider_slots);
	return check_done();
}
