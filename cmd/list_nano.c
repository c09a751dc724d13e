/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/list_priv.h"

/* vmtax list nano: the events that vmtax run --suite nano measures. */

/* For programs: a row an event, in the columns of the suite's file, so that --csv starts one of one's own. */
static void put_columns(struct sheet *sheet, const struct table *suite)
{
	static const char *const names[] = { "name",	 "class", "command", "guest",	  "set",   "stage",
					     "stresses", "how",	  "native",  "published", "memory" };
	const size_t columns = sizeof(names) / sizeof(names[0]);

	*sheet = (struct sheet){ 0 };
	memcpy(sheet->columns, names, sizeof(names));
	for (size_t row = 0; row < suite->rows; row++)
		for (size_t i = 0; i < columns; i++)
			sheet_put(sheet, table_text_of(suite, row, names[i]));
}

static void put_fact(struct sheet *sheet, const struct table *suite, size_t row, const char *fact,
		     const char *column)
{
	const char *value = table_text_of(suite, row, column);

	if (!*value || (strcmp(value, "none") == 0 && strcmp(column, "native") != 0))
		return;
	sheet_put(sheet, table_text_of(suite, row, "name"));
	sheet_put(sheet, table_text_of(suite, row, "stresses"));
	sheet_put(sheet, fact);
	sheet_put(sheet, value);
}

/* For people: what it stands for, and below it the rest. */
static void put_facts(struct sheet *sheet, const struct table *suite)
{
	*sheet = (struct sheet){ .columns = { "event", "stands for", "what", "text" }, .headings = 2 };
	for (size_t row = 0; row < suite->rows; row++) {
		put_fact(sheet, suite, row, "guest", "how");
		put_fact(sheet, suite, row, "native", "native");
		put_fact(sheet, suite, row, "fixed", "set");
		put_fact(sheet, suite, row, "stages", "stage");
		put_fact(sheet, suite, row, "elsewhere", "published");
	}
}

int list_nano_fill(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	struct table suite;
	char path[4096];
	int code = cmd_find_part("workloads/nano.csv", path, sizeof(path), error);

	if (code || (code = table_read(&suite, path, &schema_suite, error)))
		return code;
	(form == SHEET_TEXT ? put_facts : put_columns)(sheet, &suite);
	table_free(&suite);
	return 0;
}

void list_nano_explain(FILE *out)
{
	fputs("What vmtax run --suite nano measures: single events, from an instruction that costs nothing "
	      "to\n"
	      "an interrupt that wakes a halted vCPU. vmtax list nano says of each what it stands for, and\n"
	      "\n"
	      "  guest      how a guest does it\n"
	      "  native     what a plain process does instead; none: it has no such event\n"
	      "  fixed      knobs that the event fixes, whatever the configuration says of them\n"
	      "  stages     of which stages of which request it is the sum (requests.csv); else the event\n"
	      "             times itself\n"
	      "  elsewhere  what published lists call the same or nearly the same event\n"
	      "\n"
	      "With --csv and --json a row is an event, in the columns of a suite's file (vmtax list "
	      "tables):\n"
	      "copy it to write events of your own, and run them by vmtax run --suite FILE. A program that\n"
	      "measures an event, and the guest kernel (vmtax-monitor --event NAME), prints\n"
	      "\n"
	      "  kind,ops,ticks\n"
	      "  empty,1000,2600     1000 turns of the loop without the event took 2600 ticks of the TSC\n"
	      "  op,1000,45000       the same with it: (45000 - 2600) / 1000 ticks each\n"
	      "\n"
	      "with a line for each of some 30 batches of either kind. Where each operation is timed alone, "
	      "ops\n"
	      "is 1, and distributions.csv keeps how the times are distributed. It ends with 0, or with 77 "
	      "and\n"
	      "the reason on stderr where it cannot be done. One that takes over 5 s (--timeout), crashes or "
	      "is\n"
	      "refused by KVM is unsupported, and not tried again.\n"
	      "\n"
	      "Published lists:\n"
	      "  kvm-unit-tests  x86/vmexit and others of https://gitlab.com/kvm-unit-tests\n"
	      "  Adams06         K. Adams, O. Agesen: A comparison of software and hardware techniques for "
	      "x86\n"
	      "                  virtualization (ASPLOS 2006), its nanobenchmarks\n"
	      "  Dall16          C. Dall and others: ARM virtualization: performance and architectural\n"
	      "                  implications (ISCA 2016), its microbenchmarks\n"
	      "  HyperBench      S. Wei, K. Zhang, B. Tu: HyperBench: a benchmark suite for virtualization\n"
	      "                  capabilities (SIGMETRICS 2019)\n"
	      "  Landau11        A. Landau, M. Ben-Yehuda, A. Gordon: SplitX: split guest/hypervisor "
	      "execution on\n"
	      "                  multi-core (WIOV 2011), the three parts of an exit's cost\n"
	      "  lmbench         L. McVoy, C. Staelin: lmbench: portable tools for performance analysis\n"
	      "                  (USENIX 1996)\n"
	      "  rt-tests        cyclictest\n"
	      "\n"
	      "Examples:\n"
	      "  vmtax run --suite nano --out out/nano                  all of them, in some four minutes\n"
	      "  vmtax run --suite nano --only null-exit,null-ring --blocks 20\n"
	      "  vmtax report --csv=costs out/nano\n"
	      "  vmtax list nano --json | jq -r '.[] | select(.published | test(\"Adams06\")) | .name'\n",
	      out);
}
