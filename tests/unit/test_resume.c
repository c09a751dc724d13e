/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/check.h"
#include "tests/mock_launch.h"
#include "tests/run_rows.h"

/* What happens when a run is stopped, disturbed, or out of space, with launchers that run nothing. */

/* A run that was stopped, in the middle of a block, goes on where it was; orphans of other tables go. */
static void test_resume(void)
{
	struct mock_run run;
	struct table runs, exits;
	struct error error;
	FILE *orphan;

	begin(&run);
	mock.reports = true;
	mock.interrupt_after = 8 + 7;
	mock_run(&run, "resume", "native,hosted,bare-metal", 3, false);
	CHECK(run.harness.interrupted);
	CHECK_INT(run.harness.recorded, 7);
	orphan = fopen("resume/exits.csv", "a");
	fputs("8,hlt,1,1,1,1,1,1\n8,hl", orphan);
	fclose(orphan);

	mock.interrupt_after = 0;
	mock_run(&run, "resume", "native,hosted,bare-metal", 3, true);
	CHECK_INT(run.code, 0);
	CHECK_INT(run.harness.recorded, 18);
	read_runs(&runs, "resume");
	CHECK_INT(runs.rows, 18);
	for (unsigned i = 0; i < 18; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%u", i + 1);
		CHECK_INT(count(&runs, NULL, NULL, "run", number), 1);
	}
	CHECK_INT(count(&runs, "one", "2", "flags", "resumed") +
			  count(&runs, "one", "2", "flags", "unserved resumed"),
		  2);
	CHECK_INT(count(&runs, NULL, NULL, "flags", "resumed") +
			  count(&runs, NULL, NULL, "flags", "unserved resumed"),
		  2);
	CHECK_INT(table_read(&exits, "resume/exits.csv", &schema_exits, &error), 0);
	CHECK_INT(exits.rows, 12); /* one for each repetition in a VM */
	table_free(&runs);
	table_free(&exits);
}

/* So does one that an older version began: its tables know fewer columns. */
static void test_older(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.interrupt_after = 8 + 7;
	mock_run(&run, "older", "native,hosted,bare-metal", 3, false);
	CHECK_INT(system("sed -i 's/\\(,[^,]*\\)\\{2\\}$//' older/runs.csv && "
			 "head -n 1 older/runs.csv | grep -q ',rss_bytes$'"),
		  0);
	mock.interrupt_after = 0;
	mock_run(&run, "older", "native,hosted,bare-metal", 3, true);
	CHECK_INT(run.code, 0);
	CHECK_INT(run.harness.recorded, 18);
	read_runs(&runs, "older");
	CHECK_INT(count(&runs, NULL, NULL, "cpus", ""), 7);
	CHECK_INT(count(&runs, NULL, NULL, "cpus", "2"), 11);
	table_free(&runs);
}

/* Repetitions of a program that was built anew do not join those of the old one. */
static void test_rebuilt(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.sha256 = "aa";
	mock.interrupt_after = 8 + 7;
	mock_run(&run, "rebuilt", "native,hosted,bare-metal", 3, false);
	CHECK_INT(run.harness.recorded, 7);
	mock.interrupt_after = 0;
	mock.sha256 = "bb";
	mock_run(&run, "rebuilt", "native,hosted,bare-metal", 3, true);
	CHECK(run.code < 0);
	CHECK_STR(run.error.what, "/nothing has changed since");
	CHECK_STR(run.error.where, "rebuilt/runs.csv:2");
	CHECK(strstr(run.error.mend, "--force"));
	read_runs(&runs, "rebuilt");
	CHECK_INT(runs.rows, 7);
	table_free(&runs);
	mock.sha256 = "aa";
	mock_run(&run, "rebuilt", "native,hosted,bare-metal", 3, true);
	CHECK_INT(run.code, 0);
	CHECK_INT(run.harness.recorded, 18);
}

/* A disturbed block is run once more, after the others, under a new number. */
static void test_repeat(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.drift_at =
		6 + 4; /* two workloads, each natively twice and once hosted, come before the blocks */
	mock_run(&run, "repeat", "native,hosted", 2, false);
	CHECK_INT(run.harness.recorded, 10);
	read_runs(&runs, "repeat");
	CHECK_INT(count(&runs, NULL, "3", "status", "ok"), 2);
	CHECK_INT(count(&runs, "two", "3", "status", "ok"), 2);
	CHECK_INT(count(&runs, "two", "1", "flags", "drift"), 1);
	CHECK_INT(count(&runs, NULL, NULL, "flags", "drift"), 1);
	table_free(&runs);

	mock.drift_at = 0;
	mock_run(&run, "repeat", "native,hosted", 2, true);
	CHECK_INT(run.harness.recorded, 10); /* once is enough */
}

/* The disk fills up: a limit on file sizes stands in for it. */
static void test_full(void)
{
	struct rlimit old, small;
	struct mock_run run;
	struct table runs, exits;
	struct error error;

	begin(&run);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1500;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	mock.reports = true;
	mock_run(&run, "full", "hosted", 20, false);
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK(run.code < 0);
	CHECK_STR(run.error.mend, "free some space, or choose another directory");
	read_runs(&runs, "full"); /* whole rows only */
	CHECK_INT(runs.rows, run.harness.recorded);
	CHECK(runs.rows > 0 && runs.rows < 40);
	CHECK_INT(table_read(&exits, "full/exits.csv", &schema_exits, &error), 0);
	CHECK_INT(exits.rows, runs.rows); /* nothing of the repetition there was no room for */
	table_free(&runs);
	table_free(&exits);
}

/* Arguments that a table would take for missing come back as they were. */
static void test_schedule(void)
{
	char directory[] = "NA",
	     *argv[] = { (char[]){ "run" }, (char[]){ "NA" }, (char[]){ "" }, (char[]){ "=a\n\"b" }, NULL };
	struct run_plan plan = {
		.directory = directory, .argv = argv, .argc = 4, .invocation = "i", .seed = 7
	};
	struct error error = { 0 };

	CHECK_INT(mkdir("schedule", 0777), 0);
	CHECK_INT(run_plan_write(&plan, "schedule", &error), 0);
	CHECK_INT(run_plan_decide_blocks(&plan, 12, "schedule", &error), 0);
	CHECK_INT(run_plan_decide_orders(&plan, 4, "schedule", &error), 0);
	CHECK_INT(run_plan_decide_blocks(&plan, 9, "schedule", &error), 0);
	CHECK_INT(access("schedule/schedule.csv", F_OK), 0);
	CHECK_INT(run_plan_read(&plan, "schedule", &error), 0);
	CHECK_INT(plan.argc, 4);
	for (int i = 0; i < 4; i++)
		CHECK_STR(plan.argv[i], argv[i]);
	CHECK_STR(plan.directory, "NA");
	CHECK_STR(plan.invocation, "i");
	CHECK_INT(plan.seed, 7);
	CHECK_INT(plan.decided, 2);
	CHECK_INT(plan.blocks[0], 12);
	CHECK_INT(plan.blocks[1], 9);
	CHECK_INT(plan.orders, 4);
	run_plan_free(&plan);
}

int main(void)
{
	/* What is said to the user is not what is tested here. */
	if (freopen("stderr", "w", stderr) == NULL)
		return 1;
	CHECK_RUN(test_resume);
	CHECK_RUN(test_older);
	CHECK_RUN(test_rebuilt);
	CHECK_RUN(test_schedule);
	CHECK_RUN(test_repeat);
	CHECK_RUN(test_full);
	return check_done();
}
