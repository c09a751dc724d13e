/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hist.h"
#include "cmd/nano_priv.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/run_tables.h"

/* Samples of events and costs.csv whose figures are known. */
#define HZ 1000000000u /* a tick is a nanosecond */

/* Reads TEXT as what a program printed; what was wrong with it, or "". */
static const char *read_samples(const char *text, struct nano **nano)
{
	static struct error error;
	int fd = memfd_create("samples", MFD_CLOEXEC), code;

	error = (struct error){ 0 };
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	code = nano_read(fd, HZ, nano, &error);
	close(fd);
	return code ? error.what : "";
}

static void test_samples(void)
{
	struct nano *nano;

	/* The empty loop takes 2, 3, 4 (in the middle 3), the operation with it 13, 23 and 103. */
	CHECK_STR(read_samples(
			  "kind,ops,ticks\nempty,100,200\nop,10,130\nempty,100,400\nop,10,230\nempty,10,30\n"
			  "op,10,1030\n",
			  &nano),
		  "");
	CHECK_INT(nano->n, 3);
	CHECK_INT(nano->ops, 30);
	CHECK_NEAR(nano->empty_ns, 3, 1e-12);
	CHECK_NEAR(nano->median_ns, 20, 1e-12);
	CHECK_NEAR(nano->tsc_ticks, 20, 1e-12);
	CHECK_NEAR(nano->p90_ns, 84, 1e-12); /* 20 + 0.8 (100 - 20) */
	CHECK_NEAR(nano->max_ns, 100, 1e-12);
	CHECK(nano->hist == NULL);
	nano_free(nano);
}

/* Operations timed alone are also counted by the time they took; without a loop nothing is subtracted. */
static void test_samples_alone(void)
{
	struct nano *nano;
	uint64_t low, high;

	CHECK_STR(read_samples("kind,ops,ticks\nop,1,5\nop,1,5\nop,1,1000", &nano), "");
	CHECK(isnan(nano->empty_ns));
	CHECK(nano->hist != NULL);
	CHECK_INT(nano->hist->count, 3);
	CHECK_INT(nano->hist->bucket[5], 2);
	hist_bounds(5, &low, &high);
	CHECK_INT(low, 5);
	CHECK_INT(high, 5);
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		if (i != 5 && nano->hist->bucket[i]) {
			hist_bounds(i, &low, &high);
			CHECK(low <= 1000 && 1000 <= high && high - low < 20);
		}
	nano_free(nano);
}

/* Where an operation takes long a batch may be one: in turns with the empty loop that is no distribution. */
static void test_batches_of_one(void)
{
	struct nano *nano;

	CHECK_STR(read_samples("kind,ops,ticks\nempty,1,5\nop,1,1005\n", &nano), "");
	CHECK_NEAR(nano->median_ns, 1000, 1e-9);
	CHECK(nano->hist == NULL);
	nano_free(nano);
}

static void test_wrong_samples(void)
{
	struct nano *nano;

	CHECK_STR(read_samples("", &nano), "it printed no sample of the event");
	CHECK(nano == NULL);
	CHECK_STR(read_samples("kind,ops,ticks\nempty,1,1\n", &nano), "it printed no sample of the event");
	CHECK_STR(read_samples("hello\n", &nano), "line 1 of what it printed is no kind,ops,ticks: hello");
	CHECK_STR(read_samples("kind,ops,ticks\nop,1,1\nop,0,1\n", &nano),
		  "line 3 of what it printed is no kind,ops,ticks: op,0,1");
	CHECK_STR(read_samples("kind,ops,ticks\nop,1,1,1\n", &nano),
		  "line 2 of what it printed is no kind,ops,ticks: op,1,1,1");
	CHECK_STR(read_samples("kind,ops,ticks\nop,1,-1\n", &nano),
		  "line 2 of what it printed is no kind,ops,ticks: op,1,-1");
	CHECK_STR(read_samples("kind,ops,ticks\nup,1,1\n", &nano),
		  "line 2 of what it printed is no kind,ops,ticks: up,1,1");
}

static const char *const suite[] = {
	"name=exit|class=nano|native=the same",
	"name=halt|class=nano|native=none",
	"name=leave|class=nano|native=none|stage=read:transport-in+monitor-in",
	"name=never|class=nano|native=the same",
	NULL,
};

/* A repetition of EVENT that went well, or not, as REST says. */
static void add_event(const char *event, const char *config, int block, const char *rest)
{
	char *row;

	if (asprintf(&row, "run=%zu|workload=%s|class=nano|config=%s|label=%s|block=%d|%s", count + 1, event,
		     config, config, block, rest) < 0)
		abort();
	rows[count++] = row;
	rows[count] = NULL;
}

static struct table costs;

static size_t row_of(const char *event, const char *config)
{
	size_t row = 0;

	while (row < costs.rows &&
	       (!table_is(&costs, row, "event", event) || !table_is(&costs, row, "config", config)))
		row++;
	CHECK(row < costs.rows);
	return row < costs.rows ? row : 0;
}

static double number(const char *event, const char *config, const char *column)
{
	return table_number_of(&costs, row_of(event, config), column);
}

/* Writes what there is and reads costs.csv of it. */
static void work_out(const char *const *events, const char *const *requests)
{
	struct error error = { 0 };
	char path[64];

	tables_write(directory, &schema_suite, suite);
	tables_write(directory, &schema_runs, rows);
	tables_write(directory, &schema_events, events);
	tables_write(directory, &schema_requests, requests);
	CHECK_INT(model_costs_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/costs.csv", directory);
	CHECK_INT(table_read(&costs, path, &schema_costs, &error), 0);
}

static void test_costs(void)
{
	static const char *const events[] = {
		"run=1|n=30|ops=300|median_ns=100|p90_ns=110|p99_ns=120|max_ns=150|tsc_ticks=200",
		"run=2|n=30|ops=300|median_ns=103|p90_ns=111|p99_ns=121|max_ns=900|tsc_ticks=206",
		"run=3|n=30|ops=300|median_ns=101|p90_ns=112|p99_ns=122|max_ns=150|tsc_ticks=202",
		"run=4|n=30|ops=300|median_ns=104|p90_ns=113|p99_ns=123|max_ns=150|tsc_ticks=208",
		"run=5|n=30|ops=300|median_ns=102|p90_ns=114|p99_ns=124|max_ns=150|tsc_ticks=204",
		"run=6|n=30|ops=300|median_ns=105|p90_ns=115|p99_ns=125|max_ns=150|tsc_ticks=210",
		"run=7|n=30|ops=300|median_ns=9000|p90_ns=9000|p99_ns=9000|max_ns=9000|tsc_ticks=18000",
		"run=8|n=30|ops=300|median_ns=10|p90_ns=11|p99_ns=12|max_ns=13|tsc_ticks=20",
		NULL,
	};
	static const char *const requests[] = {
		"run=9|kind=read|stage=transport-in|count=10|p50_ns=300",
		"run=9|kind=read|stage=monitor-in|count=10|p50_ns=40",
		"run=9|kind=read|stage=host|count=10|p50_ns=5000",
		"run=9|kind=write|stage=transport-in|count=10|p50_ns=7000",
		"run=11|kind=read|stage=transport-in|count=10|p50_ns=300",
		NULL,
	};

	begin();
	for (int block = 1; block <= 6; block++)
		add_event("exit", "hosted", block, "status=ok");
	add_event("exit", "hosted", 7, "status=ok|flags=steal"); /* six calm ones are enough */
	add_event("exit", "native", 1, "status=ok");
	add_event("leave", "hosted", 1, "status=ok");
	add_event("halt", "hosted", 1, "status=unsupported|reason=no such thing");
	add_event("leave", "bare-metal", 1, "status=ok"); /* one of its stages is missing */
	work_out(events, requests);
	CHECK_NEAR(number("exit", "hosted", "median_ns"), 102.5, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "low_ns"), 100, 1e-9); /* of six the ends: 1 - 2/2^6 = 96.9 % */
	CHECK_NEAR(number("exit", "hosted", "high_ns"), 105, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "p90_ns"), 112.5, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "p99_ns"), 122.5, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "max_ns"), 900, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "tsc_ticks"), 205, 1e-9);
	CHECK_NEAR(number("exit", "hosted", "n"), 6, 0);
	CHECK_NEAR(number("exit", "native", "median_ns"), 10, 1e-9);
	CHECK(isnan(number("exit", "native", "low_ns")));
	CHECK_STR(table_text_of(&costs, row_of("halt", "native"), "status"), "none");
	CHECK_STR(table_text_of(&costs, row_of("halt", "hosted"), "status"), "unsupported");
	CHECK_STR(table_text_of(&costs, row_of("halt", "hosted"), "reason"), "no such thing");
	CHECK_NEAR(number("leave", "hosted", "median_ns"), 340, 1e-9);
	CHECK(isnan(number("leave", "hosted", "p90_ns")));
	CHECK_STR(table_text_of(&costs, row_of("leave", "bare-metal"), "status"), "unsupported");
	CHECK_INT(costs.rows, 7); /* nothing of what never ran */
	table_free(&costs);
	free_rows();
}

/* What went wrong later does not take away what is known. */
static void test_costs_with_failures(void)
{
	static const char *const events[] = {
		"run=1|n=1|ops=1|median_ns=5|p90_ns=5|p99_ns=5|max_ns=5|tsc_ticks=5", NULL
	};
	static const char *const none[] = { NULL };

	begin();
	add_event("exit", "hosted", 1, "status=ok");
	add_event("exit", "hosted", 2, "status=unsupported|reason=no end after 5 s");
	add_event("exit", "native", 1, "status=failed|reason=line 1");
	work_out(events, none);
	CHECK_STR(table_text_of(&costs, row_of("exit", "hosted"), "status"), "ok");
	CHECK_STR(table_text_of(&costs, row_of("exit", "hosted"), "reason"),
		  "1 repetition went wrong: no end after 5 s");
	CHECK_NEAR(number("exit", "hosted", "n"), 1, 0);
	CHECK_STR(table_text_of(&costs, row_of("exit", "native"), "status"), "failed");
	table_free(&costs);
	free_rows();
}

int main(void)
{
	CHECK_RUN(test_samples);
	CHECK_RUN(test_samples_alone);
	CHECK_RUN(test_batches_of_one);
	CHECK_RUN(test_wrong_samples);
	CHECK_RUN(test_costs);
	CHECK_RUN(test_costs_with_failures);
	return check_done();
}
