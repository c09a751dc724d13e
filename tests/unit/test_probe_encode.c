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
	a = encoded("spr::DTLB_LOAD_MISSES:WALK_ACTIVE:k:G"); /* Intel's events for Sapphire Rapids: 12.10,
								 cmask 1 */
	CHECK_INT(a.type, PERF_TYPE_RAW);
	CHECK_INT(a.config & 0xffff, 0x1012);
	CHECK_INT(a.config >> 24 & 0xff, 1);
	CHECK(a.exclude_user && a.exclude_host && !a.exclude_guest);
}

/* Raw codes, for CPUs libpfm4 does not know; perf's generic names. */
static void test_raw(void)
{
	struct perf_event_attr a = encoded("r01c2");

	CHECK_INT(a.type, PERF_TYPE_RAW);
	CHECK_INT(a.config, 0x01c2);
	CHECK(!a.exclude_user && !a.exclude_kernel && !a.exclude_guest && !a.exclude_host);
	a = encoded("r1001012:u:G");
	CHECK_INT(a.config, 0x1001012);
	CHECK(!a.exclude_user && a.exclude_kernel && !a.exclude_guest && a.exclude_host);
	a = encoded("cpu/event=0xc2,umask=0x1/");
	CHECK_INT(a.type, PERF_TYPE_RAW);
	CHECK_INT(a.config, 0x01c2);
	a = encoded("cpu/event=0x12,umask=16,cmask=1,inv,edge=1/kH");
	CHECK_INT(a.config, 0x1841012);
	CHECK(a.exclude_user && !a.exclude_kernel && a.exclude_guest && !a.exclude_host);
	CHECK(encoded("cpu/event=0x1d5/").config == 0x1000000d5);
	a = encoded("cpu/config=0x1cd,ldlat=3/u");
	CHECK_INT(a.config, 0x1cd);
	CHECK_INT(a.config1, 3);
	a = encoded("cache-misses:G"); /* perf's own names are libpfm4's, too */
	CHECK_INT(a.type, PERF_TYPE_HARDWARE);
	CHECK_INT(a.config, PERF_COUNT_HW_CACHE_MISSES);
	CHECK(!a.exclude_guest && a.exclude_host);
	a = encoded("dTLB-load-misses");
	CHECK_INT(a.type, PERF_TYPE_HW_CACHE);
	CHECK_INT(a.config, 0x10003);
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

static void test_raw_refused(void)
{
	refused("r01c2:x", "r01c2:x", "modifiers are u");
	refused("r11112222333344445", "r1111", "16 hexadecimal digits");
	refused("r", "not found", "");
	refused("r01cg", "not found", "");
	refused("cpu/event=0xc2", "cpu/event=0xc2", "write cpu/event=");
	refused("cpu//", "cpu//", "write cpu/event=");
	refused("cpu/event=/", "event=", "write numbers");
	refused("cpu/event=-1/", "event=-1", "write numbers");
	refused("cpu/event=0x1g/", "event=0x1g", "write numbers");
	refused("cpu/event=0x1000/", "event=0x1000", "too large");
	refused("cpu/umask=256/", "umask=256", "too large");
	refused("cpu/evnt=1/", "evnt=1", "terms are event");
	refused("cpu/event=1,/", "event=1", "terms are event");
	refused("cpu/event=1/x", "event=1/x", "modifiers are u");
	refused("uncore/event=1/", "uncore", "belong to no thread");
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
	CHECK_RUN(test_raw);
	CHECK_RUN(test_raw_refused);
	CHECK_RUN(test_tracepoints);
	CHECK_RUN(test_tracefs);
	return check_done();
}
