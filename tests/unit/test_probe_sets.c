/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <libgen.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/counters_priv.h"
#include "probes/sets_priv.h"
#include "tests/check.h"

/* Event sets: their files, their formulas, and how their events are encoded on CPUs this machine need not
 * have. */

static int read_text(struct event_set *set, const char *text, struct error *error)
{
	FILE *file = fopen("mine.set", "w");

	CHECK(file != NULL);
	fputs(text, file);
	fclose(file);
	*error = (struct error){ 0 };
	return event_set_read(set, "mine.set", error);
}

static void test_file(void)
{
	struct event_set set;
	struct error error;

	CHECK_INT(read_text(&set,
			    "#other: no\n# mine: for a test\r\n\n"
			    "  cycles cycles cycles r003c\r\n"
			    "page-faults\t1 page-faults:u\n"
			    "rate = 1000 * page-faults / cycles :  1/1000 \n"
			    "both = (cycles - page-faults) + 2:1",
			    &error),
		  0);
	CHECK_STR(error.what, "");
	CHECK_STR(set.name, "mine");
	CHECK_STR(set.summary, "for a test");
	CHECK_INT(set.events, 2);
	CHECK_STR(set.event[0].name, "cycles");
	CHECK_STR(set.event[0].unit, "cycles");
	CHECK_INT(set.event[0].alternatives, 2);
	CHECK_STR(set.event[0].alternative[1], "r003c");
	CHECK_STR(set.event[1].alternative[0], "page-faults:u");
	CHECK_INT(set.formulas, 2);
	CHECK_STR(set.formula[0].name, "rate");
	CHECK_STR(set.formula[0].text, "1000 * page-faults / cycles");
	CHECK_STR(set.formula[0].unit, "1/1000");
	CHECK_STR(set.formula[1].unit, "1");
}

static void refused(const char *text, const char *where, const char *what, const char *mend)
{
	struct event_set set;
	struct error error;

	CHECK_INT(read_text(&set, text, &error), -EINVAL);
	CHECK_STR(error.where, where);
	if (strstr(error.what, what) == NULL)
		CHECK_STR(error.what, what);
	if (strstr(error.mend, mend) == NULL)
		CHECK_STR(error.mend, mend);
	CHECK(event_set_read(&set, "mine.set", NULL) < 0);
}

#define CYCLES "cycles cycles cycles\n"

static void test_refused(void)
{
	char text[8000];

	refused("", "mine.set", "has no event", "write NAME UNIT EVENT");
	refused("cycles\n", "mine.set:1", "cycles has no unit", "write NAME");
	refused("# a\n\ncycles 1\n", "mine.set:3", "cycles names no event", "write NAME");
	refused("2cycles 1 cycles\n", "mine.set:1", "2cycles is no name", "begins with a letter");
	refused("cy:cles 1 cycles\n", "mine.set:1", "cy:cles is no name", "begins with a letter");
	refused(CYCLES CYCLES, "mine.set:2", "cycles is there twice", "leave one out");
	refused(CYCLES "cycles = cycles : 1\n", "mine.set:2", "cycles is there twice", "leave one out");
	refused("a 1 b c d e f g h\n", "mine.set:1", "a has more than 6", "leave some out");
	refused("cycles a-unit-that-is-long cycles\n", "mine.set:1", "too long a unit", "shorter");
	refused("a-name-that-has-more-letters-than-31 1 cycles\n", "mine.set:1", "too long a name", "31");
	refused(CYCLES "ipc = cycles\n", "mine.set:2", "ipc has no unit", "EXPRESSION : UNIT");
	refused(CYCLES "ipc = cycles : a b\n", "mine.set:2", "ipc has no unit", "EXPRESSION : UNIT");
	refused(CYCLES "ipc = : 1\n", "mine.set:2", "breaks off", "a name");
	refused(CYCLES "ipc = cycels : 1\n", "mine.set:2", "no event cycels", "did you mean cycles?");
	refused("ipc = cycles : 1\n" CYCLES, "mine.set:1", "no event cycles", "after its events");
	refused(CYCLES "ipc = cycles / : 1\n", "mine.set:2", "breaks off", "a name");
	refused(CYCLES "ipc = (cycles : 1\n", "mine.set:2", "left open", ")");
	refused(CYCLES "ipc = cycles) : 1\n", "mine.set:2", ") is too much", "join");
	refused(CYCLES "ipc = cycles cycles : 1\n", "mine.set:2", "cycles is too much", "join");
	refused(CYCLES "ipc = $ : 1\n", "mine.set:2", "$ is no number", "write names");
	memset(text, '(', 200);
	memcpy(text, CYCLES "a = ", sizeof(CYCLES "a = ") - 1);
	strcpy(text + 200, " : 1\n");
	refused(text, "mine.set:2", "nested too deeply", "simply");
	memset(text, ' ', 3000);
	strcpy(text + 3000, "cycles\n");
	refused(text, "mine.set:1", "too long", "shorter");
	text[0] = '\0';
	for (int i = 0; i < 13; i++)
		snprintf(text + strlen(text), 100, "a%d 1 cycles\n", i);
	refused(text, "mine.set:13", "more than 12 events", "two sets");
}

static void test_absent(void)
{
	struct event_set set;
	struct error error;

	CHECK_INT(event_set_read(&set, "nowhere.set", &error), -ENOENT);
	CHECK_STR(error.where, "nowhere.set");
}

static int lookup(void *context, const char *name, double *value, struct error *error)
{
	(void)context;
	*value = strcmp(name, "none") == 0 ? (double)NAN : (double)(name[0] - 'a');
	return name[0] == 'z' ? error_set(error, ENOENT, "no z") : 0;
}

static double value_of(const char *text)
{
	double value = -1;

	CHECK_INT(formula_evaluate(text, lookup, NULL, &value, NULL), 0);
	return value;
}

static void test_formulas(void)
{
	double value;

	CHECK_NEAR(value_of("d"), 3, 0);
	CHECK_NEAR(value_of("1 + 2 * 3"), 7, 0);
	CHECK_NEAR(value_of(" ( 1 + 2 ) * 3 "), 9, 0);
	CHECK_NEAR(value_of("8 - 4 - 2"), 2, 0);
	CHECK_NEAR(value_of("8 / 4 / 2"), 1, 0);
	CHECK_NEAR(value_of("1.5e3*c"), 3000, 0);
	CHECK_NEAR(value_of("d-b - b"), 2, 0); /* a name may have a minus */
	CHECK(isnan(value_of("none + 1")));
	CHECK(!isfinite(value_of("1 / a")));
	CHECK_INT(formula_evaluate("1 + z", lookup, NULL, &value, NULL), -ENOENT);
}

/* A CPU of Intel's and one of AMD's, as libpfm4 has them, behind names this machine need not know. */
static void test_alternatives(void)
{
	struct set_event event = { .name = "walks", .alternatives = 2 };
	struct perf_event_attr a;
	struct error error;
	const char *chosen;

	strcpy(event.alternative[0], "spr::DTLB_LOAD_MISSES:WALK_ACTIVE");
	strcpy(event.alternative[1], "amd64_fam19h_zen4::L1_DTLB_MISS:TLB_RELOAD_4K_L2_MISS");
	CHECK_INT(set_event_encode(&event, &a, &chosen, &error), 0);
	CHECK_STR(chosen, event.alternative[0]);
	CHECK_INT(a.type, PERF_TYPE_RAW);
	CHECK_INT(a.config & 0xffffffff, 0x1001012); /* SDM volume 3: cmask 1, umask 0x10, event 0x12 */
	strcpy(event.alternative[0], "spr::NO_SUCH_EVENT");
	CHECK_INT(set_event_encode(&event, &a, &chosen, &error), 0);
	CHECK_STR(chosen, event.alternative[1]);
	CHECK_INT(a.config, 0x1045); /* PPR for family 19h model 11h: PMCx045 */
	strcpy(event.alternative[1], "amd64_fam19h_zen4::NO_SUCH_EVENT");
	CHECK_INT(set_event_encode(&event, &a, &chosen, &error), -EINVAL);
	CHECK(strstr(error.what, "none of spr::NO_SUCH_EVENT, amd64_fam19h_zen4::NO_SUCH_EVENT") != NULL);
	event.alternatives = 1;
	strcpy(event.alternative[0], "instructoins");
	CHECK_INT(set_event_encode(&event, &a, &chosen, &error), -EINVAL);
	CHECK(strstr(error.mend, "INSTRUCTIONS") != NULL);
}

static bool encodes(const char *cpu, const struct set_event *event)
{
	struct perf_event_attr attribute;
	char name[256];

	for (size_t i = 0; i < event->alternatives; i++) {
		snprintf(name, sizeof(name), "%s::%s", cpu, event->alternative[i]);
		if (probe_encode(name, &attribute, NULL) == 0 ||
		    probe_encode(event->alternative[i], &attribute, NULL) == 0)
			return true;
	}
	return false;
}

/* The directory of the sets that come with vmtax: beside that of this program, wherever that is run from. */
static void find_shipped(char *path, size_t size)
{
	char self[3800];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	CHECK(length > 0);
	self[length > 0 ? length : 0] = '\0';
	snprintf(path, size, "%s/../sets", dirname(self));
}

/* The sets that come with vmtax: every event is one of these two CPUs', but AMD's counts no cycles of walks.
 */
static void test_shipped(void)
{
	static const char *const names[] = { "basic", "branch", "cache", "tlb" };
	struct event_set set;
	struct error error;
	char directory[4000], path[4096];
	size_t walks = 0;

	find_shipped(directory, sizeof(directory));
	for (size_t s = 0; s < 4; s++) {
		snprintf(path, sizeof(path), "%s/%s.set", directory, names[s]);
		CHECK_INT(event_set_read(&set, path, &error), 0);
		CHECK_STR(set.name, names[s]);
		CHECK(set.summary[0] && set.formulas);
		for (size_t e = 0; e < set.events; e++) {
			bool walk = strstr(set.event[e].name, "-walk-cycles") != NULL;

			CHECK(encodes("spr", &set.event[e]));
			CHECK_INT(encodes("amd64_fam19h_zen4", &set.event[e]), !walk);
			walks += walk;
		}
	}
	CHECK_INT(walks, 3);
}

/* Files of the user's own; names are tests/counters.sh's, which has vmtax itself. */
static void test_chosen(void)
{
	struct event_sets *sets = malloc(sizeof(*sets));
	struct event_set set;
	struct error error;

	CHECK_INT(read_text(&set, CYCLES, &error), 0);
	CHECK_INT(counters_read(sets, "./mine.set", &error), 0);
	CHECK_INT(sets->count, 1);
	CHECK_STR(sets->set[0].name, "mine");
	CHECK_INT(counters_read(sets, "./mine.set,./mine.set", &error), -EINVAL);
	CHECK_STR(error.what, "two event sets are called mine");
	CHECK_INT(counters_read(sets, "", &error), -EINVAL);
	CHECK_INT(counters_read(sets, "./mine.set,", &error), -EINVAL);
	CHECK_INT(counters_read(sets, "./nowhere.set", &error), -ENOENT);
	free(sets);
}

int main(void)
{
	setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
	CHECK_RUN(test_file);
	CHECK_RUN(test_refused);
	CHECK_RUN(test_absent);
	CHECK_RUN(test_formulas);
	CHECK_RUN(test_alternatives);
	CHECK_RUN(test_shipped);
	CHECK_RUN(test_chosen);
	return check_done();
}
