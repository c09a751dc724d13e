/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/names.h"
#include "reports/text_priv.h"

/* How many VMs alike one host holds, as text: of the first kind of host and the fleet's first rows. */

#define VMS_MOST 6

/* "web 26, 16, 30", a number a configuration, that at the goal where it is known. */
static void put_vm(FILE *out, const struct table *t, const char *vm, bool *goal)
{
	const char *separator = " ";

	fputs(vm, out);
	for (size_t row = 0; row < t->rows; row++) {
		bool known = !table_missing_of(t, row, "vms_at_goal");

		if (!table_alike(t, row, 0, "kind") || !table_is(t, row, "vm", vm))
			continue;
		fprintf(out, "%s%s", separator,
			table_missing_of(t, row, "vms") ? "any number" : table_text_of(t, row, "vms"));
		if (known)
			fprintf(out, " (%s at the goal)", table_text_of(t, row, "vms_at_goal"));
		*goal |= known;
		separator = ", ";
	}
}

static void put_sentence(FILE *out, const struct table *t, const struct names *configs,
			 const struct names *vms)
{
	bool goal = false;

	fprintf(out, "of VMs alike one %s holds (", table_text_of(t, 0, "kind"));
	for (size_t i = 0; i < configs->count; i++)
		fprintf(out, "%s%s", i ? ", " : "", configs->name[i]);
	fputs("): ", out);
	for (size_t i = 0; i < vms->count && i < VMS_MOST; i++) {
		fputs(i ? "; " : "", out);
		put_vm(out, t, vms->name[i], &goal);
	}
	if (!goal)
		fputs(". That is by capacity alone: nothing is known of their times, which vmtax scale --slo "
		      "measures",
		      out);
}

int text_put_density(struct text_page *page, const struct table *t)
{
	struct names configs = { 0 }, vms = { 0 };
	char *line = NULL;
	size_t size = 0;
	FILE *out = t->rows ? open_memstream(&line, &size) : NULL;
	int code = t->rows && !out ? -ENOMEM : 0;

	if (out && (names_collect(&configs, t, "label") < 0 || names_collect(&vms, t, "vm") < 0))
		code = -ENOMEM;
	if (out && code == 0)
		put_sentence(out, t, &configs, &vms);
	if (out && fclose(out) == 0 && code == 0)
		text_put_wrapped(page, '-', line);
	free(line);
	names_free(&configs);
	names_free(&vms);
	return code;
}
