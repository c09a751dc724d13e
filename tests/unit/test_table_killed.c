/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table.h"
#include "tests/check.h"

/* What is left of a table whose writer is killed. */

static const struct table_schema schema = {
	.name = "killed.csv",
	.columns =
		(const struct table_column[]){ { .name = "text", .type = TABLE_STRING }, { .name = NULL } },
};

/* A killed writer leaves no file behind where there can be one without a name. */
static void test_killed(void)
{
	int unnamed = open(".", O_TMPFILE | O_RDWR, 0600);
	pid_t child;

	if (unnamed < 0)
		CHECK_SKIP("this file system has no files without a name");
	close(unnamed);
	child = fork();
	if (child == 0) {
		struct table_writer w;
		struct error error;

		if (table_create(&w, "killed.csv", &schema, &error) == 0)
			raise(SIGKILL);
		_exit(0);
	}
	CHECK_INT(waitpid(child, &unnamed, 0), child);
	CHECK(WIFSIGNALED(unnamed));
	CHECK(access("killed.csv", F_OK) != 0 && access("killed.csv.part", F_OK) != 0);
}

int main(void)
{
	CHECK_RUN(test_killed);
	return check_done();
}
