/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* Today's placement as text: a sentence a configuration, and where its moves stand. */

static long count(const struct table *mending, size_t row, const char *column)
{
	return (long)table_number_of(mending, row, column);
}

static const char *s(long count)
{
	return count == 1 ? "" : "s";
}

/* "12 moves (no fewer would do) and 2 hosts more mend it". */
static void put_cure(FILE *out, const struct table *m, size_t row)
{
	long moves = count(m, row, "moves"), fewest = count(m, row, "fewest"), added = count(m, row, "added"),
	     new = count(m, row, "new");

	if (new > 0)
		fprintf(out, "; %ld VM%s of the fleet %s on none of them", new, s(new),
			new == 1 ? "is" : "are");
	if (moves + added + new == 0) {
		fputs(count(m, row, "still_broken") > 0 ? ", and no moves mend it" : "", out);
		return;
	}
	if (moves + added == 0 && count(m, row, "homeless") == new) {
		fprintf(out, ", and no moves make room for %s", new == 1 ? "it" : "them");
		return;
	}
	fprintf(out, ". %ld move%s", moves, s(moves));
	if (moves > 0 && moves == fewest)
		fputs(" (no fewer would do)", out);
	else if (moves > 0)
		fprintf(out, " (%ld or more are needed)", fewest);
	if (added > 0)
		fprintf(out, " and %ld host%s more", added, s(added));
	fprintf(out, " mend%s it", moves == 1 && added == 0 ? "s" : "");
	if (count(m, row, "still_broken") + count(m, row, "homeless") > 0)
		fprintf(out, " but for %ld host%s and %ld VM%s without one", count(m, row, "still_broken"),
			s(count(m, row, "still_broken")), count(m, row, "homeless"),
			s(count(m, row, "homeless")));
	if (count(m, row, "detours") > 0)
		fprintf(out, ", with %ld detour%s", count(m, row, "detours"), s(count(m, row, "detours")));
}

static void put_sentence(FILE *out, const struct table *m, size_t row)
{
	long hosts = count(m, row, "hosts"), broken = count(m, row, "broken"), fatal = count(m, row, "fatal"),
	     spares = count(m, row, "spares");
	double domains = table_number_of(m, row, "fatal_domains");

	fprintf(out, "today's placement, %s: ", table_text_of(m, row, "label"));
	if (broken > 0)
		fprintf(out, "%ld of %ld host%s %s beyond capacity or rules", broken, hosts, s(hosts),
			broken == 1 ? "is" : "are");
	else
		fprintf(out, "all %ld host%s are within capacity and rules", hosts, s(hosts));
	if (fatal > 0)
		fprintf(out, ", %ld must not fail", fatal);
	else
		fputs(", any may fail", out);
	if (domains > 0)
		fprintf(out, ", %.0f failure domain%s must not", domains, s((long)domains));
	put_cure(out, m, row);
	if (spares > 0)
		fprintf(out, "; %ld spare host%s then let%s one fail", spares, s(spares),
			spares == 1 ? "s" : "");
	else if (count(m, row, "still_fatal") > 0 && broken + count(m, row, "new") > 0)
		fprintf(out, "; %ld must not fail then", count(m, row, "still_fatal"));
}

int text_put_mending(struct text_page *page, const struct table *mending)
{
	for (size_t row = 0; row < mending->rows; row++) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			return -ENOMEM;
		put_sentence(out, mending, row);
		if (fclose(out) != 0) {
			free(text);
			return -ENOMEM;
		}
		text_put_wrapped(page, strstr(text, " beyond ") ? '!' : '-', text);
		free(text);
	}
	if (mending->rows > 0)
		text_put_wrapped(page, '-',
				 "the moves, in an order in which no step overfills a host: plan/moves.csv");
	return 0;
}
