/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "probes/probes_priv.h"
#include "tests/check.h"
#include "tests/tracefs.h"

/* What perf_event_open is asked for, from the names people write. */

static struct perf_event_attr encoded(const char *name)
{
	struct perf_event_attr attribute;
	struct error error = { 0 };

	CHECK_INT(probe_encode(name, &attribute, &error), 0);
	CHECK_STR(error.what, "");
	CHECK_INT(attribute.size, sizeof(attribute));
	return attribute;
}

static void test_names(void)
{
	static const struct {
		const char *name;
		uint64_t config;
	} events[] = {
		{ "task-clock", PERF_COUNT_SW_TASK_CLOCK },
		{ "context-switches", PERF_COUNT_SW_CONTEXT_SWITCHES },
		{ "cpu-migrations", PERF_COUNT_SW_CPU_MIGRATIONS },
		{ "page-faults", PERF_COUNT_SW_PAGE_FAULTS },
		{ "minor-faults", PERF_COUNT_SW_PAGE_FAULTS_MIN },
		{ "major-faults", PERF_COUNT_SW_PAGE_FAULTS_MAJ },
		{ "PERF_COUNT_SW_CPU_CLOCK", PERF_COUNT_SW_CPU_CLOCK },
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct perf_event_attr a = encoded(events[i].name);

		CHECK_INT(a.type, PERF_TYPE_SOFTWARE);
		CHECK_INT(a.config, events[i].config);
		CHECK(!a.exclude_user && !a.exclude_kernel);
		CHECK(!a.exclude_guest && !a.exclude_host);
		CHECK(!a.disabled);
	}
}

static void test_modifiers(void)
{
	struct perf_event_attr a = encoded("page-faults:u");

	CHECK(!a.exclude_user && a.exclude_kernel && !a.exclude_guest);
	a = encoded("page-faults:k");
	CHECK(a.exclude_user && !a.exclude_kernel && !a.exclude_guest);
	a = encoded("page-faults:u:k");
	CHECK(!a.exclude_user && !a.exclude_kernel);
	a = encoded("page-faults:mg");
	CHECK(!a.exclude_guest && a.exclude_host);
	a = encoded("page-faults:mh");
	CHECK(a.exclude_guest && !a.exclude_host);
	a = encoded("page-faults:u:G"); /* as perf writes it */
	CHECK(!a.exclude_guest && a.exclude_host && a.exclude_kernel);
	a = encoded("page-faults:H:k");
	CHECK(a.exclude_guest && !a.exclude_host && a.exclude_user);
}

/* A CPU this machine need not have. */
static void test_hardware(void)
{
	struct perf_event_attr a = encoded("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS:u");

	CHECK_INT(a.type, PERF_TYPE_RAW);
	CHECK_INT(a.config & 0xff, 0xc0); /* AMD PPR for family 19h: PMCx0C0 */
	CHECK(a.exclude_kernel && !a.exclude_guest);
}

static void refused(const char *name, const char *what, const char *mend)
{
	struct perf_event_attr attribute;
	struct error error = { 0 };

	CHECK_INT(probe_encode(name, &attribute, &error), -EINVAL);
	CHECK(strstr(error.what, what) != NULL);
	CHECK(strstr(error.mend, mend) != NULL);
	CHECK_INT(probe_encode(name, &attribute, NULL), -EINVAL);
}

static void test_refused(void)
{
	char name[1000];

	refused("page-fautls", "page-fautls: event not found", "did you mean PAGE-FAULTS?");
	refused("task-clok:u:k:pinned:excl", "task-clok", "did you mean TASK-CLOCK?");
	refused("PERF_COUNT_SW_PAGE_FALTS", "not found", "did you mean PERF_COUNT_SW_PAGE_FAULTS?");
	refused("nothing-like-it-at-all", "not found", "check its name");
	refused("", "not found", "check its name");
	refused("page-faults:zz", "page-faults:zz", "modifiers are :u");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	refused(name, "xxx", "check its name");
}

static void test_tracepoints(void)
{
	static const char *const wrong[] = { "",	  "kvm",   ":",		 "kvm:",       ":exit",
					     "../..:id",  "a/b:c", "kvm:a/../b", "kvm:exit:u", "a b:c",
					     "kvm:exit ", "..:..", NULL };
	struct perf_event_attr attribute;
	struct error error;

	for (int i = 0; wrong[i]; i++) {
		error = (struct error){ 0 };
		CHECK_INT(probe_tracepoint_encode(wrong[i], &attribute, &error), -EINVAL);
		CHECK_STR(error.mend, "write group:event");
	}
	error = (struct error){ 0 };
	CHECK(probe_tracepoint_encode("nobody:has_this", &attribute, &error) < 0);
	CHECK(error.what[0] && error.mend[0]);
	CHECK(probe_tracepoint_encode("nobody:has_this", &attribute, NULL) < 0);
}

static void test_tracefs(void)
{
	struct perf_event_attr attribute;
	struct error error;

	if (!tracefs_provide())
		CHECK_SKIP("tracefs is not mounted, or not for us");
	CHECK_INT(probe_tracepoint_encode("sched:sched_switch", &attribute, &error), 0);
	CHECK_INT(attribute.type, PERF_TYPE_TRACEPOINT);
	CHECK(attribute.config > 0);
	CHECK_INT(probe_tracepoint_encode("sched:no_such", &attribute, &error), -ENOENT);
	CHECK_STR(error.what, "no tracepoint sched:no_such");
}

int main(void)
{
	setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
	CHECK_RUN(test_names);
	CHECK_RUN(test_modifiers);
	CHECK_RUN(test_hardware);
	CHECK_RUN(test_refused);
	CHECK_RUN(test_tracepoints);
	CHECK_RUN(test_tracefs);
	return check_done();
}
