/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "reports/reports_priv.h"

/* Where gnuplot names an id or refers to one; the name follows. */
static const char *const id_marks[] = { "id=\"", "id='", "href=\"#", "href='#", "url(#" };

static size_t id_mark_length(const char *at)
{
	for (size_t i = 0; i < sizeof(id_marks) / sizeof(*id_marks); i++)
		if (strncmp(at, id_marks[i], strlen(id_marks[i])) == 0)
			return strlen(id_marks[i]);
	return 0;
}

/* Copies START to END with KEY before every id; only inside tags, so that text may say anything. */
static void copy_with_key(FILE *out, const char *start, const char *end, const char *key)
{
	bool tag = false;

	for (const char *at = start; at < end; at++) {
		size_t length = tag ? id_mark_length(at) : 0;

		tag = *at == '<' || (tag && *at != '>');
		if (length == 0) {
			fputc(*at, out);
			continue;
		}
		fprintf(out, "%.*s%s-", (int)length, at, key);
		at += length - 1;
	}
}

/* The value of viewBox in the root element ROOT..END, its length in *LENGTH; NULL without. */
static const char *find_view_box(const char *root, const char *end, int *length)
{
	const char *box = strstr(root, "viewBox=");

	if (!box || box >= end)
		return NULL;
	box += strlen("viewBox=") + 1;
	*length = (int)strcspn(box, "\"'");
	return box;
}

int svg_inline(FILE *out, const char *svg, const char *key, const char *label)
{
	const char *root = strstr(svg, "<svg"), *body = root ? strchr(root, '>') : NULL;
	const char *end = body ? strstr(body, "</svg>") : NULL, *box;
	int length = 0;

	box = end ? find_view_box(root, body, &length) : NULL;
	if (!box)
		return -EINVAL;
	fprintf(out, "<svg viewBox=\"%.*s\" role=\"img\" aria-label=\"", length, box);
	html_text(out, label);
	fputs("\">", out);
	copy_with_key(out, body + 1, end, key);
	fputs("</svg>\n", out);
	return 0;
}
