/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "reports/reports_priv.h"
#include "reports/scatter_priv.h"

/* Names beside marks, where nothing is hidden by them. */
#define EACH	2    /* of what is plain, and of what is faint */
#define LETTER	7.2  /* about as wide as one is */
#define TALL	14.0 /* a line of text */
#define LONGEST 24   /* characters of a name */
#define BESIDE	9.0  /* a mark so near is taken for what is named */
#define UNDER	4.0  /* half a mark */
#define RINGS	6    /* distances that are tried */
#define RING	13.0

struct box {
	double x, y; /* left, top */
	double wide;
};

struct label {
	const struct scatter_point *point;
	struct box box;
	double away; /* from its mark */
	bool left;   /* of it */
};

static double off_by(const struct scatter_point *p)
{
	return fabs(p->y / p->x - 1);
}

static bool has(const struct label *label, size_t count, const struct scatter_point *p)
{
	for (size_t i = 0; i < count; i++)
		if (label[i].point == p)
			return true;
	return false;
}

/* The farthest off that has no label yet. NULL: none. */
static const struct scatter_point *worst(const struct scatter *s, bool faint, const struct label *label,
					 size_t count)
{
	const struct scatter_point *found = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct scatter_point *p = &s->point[i];

		if (p->faint == faint && scatter_drawable(p) && !has(label, count, p) &&
		    (!found || off_by(p) > off_by(found)))
			found = p;
	}
	return found;
}

/* Bytes of NAME that are shown: whole characters of UTF-8. */
static int shown(const char *name, size_t *characters)
{
	int bytes = 0;

	for (*characters = 0; name[bytes]; bytes++)
		if (((unsigned char)name[bytes] & 0xc0) != 0x80 && (*characters)++ == LONGEST)
			break;
	return bytes;
}

static bool meet(const struct box *a, const struct box *b)
{
	return a->x < b->x + b->wide && b->x < a->x + a->wide && fabs(a->y - b->y) < TALL;
}

/* Whether P lies under B, or less than BESIDE from its ends. */
static bool covers(const struct scatter *s, const struct box *b, const struct scatter_point *p, double beside)
{
	double x = scatter_x(s, p->x), y = scatter_y(s, p->y);

	return x > b->x - beside && x < b->x + b->wide + beside && y > b->y - UNDER &&
	       y < b->y + TALL + UNDER;
}

/* What speaks against the place B: to leave the square or hide a name is worst, then to hide marks. */
static double hides(const struct scatter *s, const struct box *b, const struct label *label, size_t count)
{
	bool inside = b->x > SCATTER_LEFT && b->x + b->wide < SCATTER_WIDTH - 4 && b->y > SCATTER_TOP &&
		      b->y + TALL < SCATTER_TOP + SCATTER_SIDE;
	double sum = inside ? 0 : 10000;

	for (size_t i = 0; i < count; i++)
		sum += meet(b, &label[i].box) ? 10000 : 0;
	for (size_t i = 0; i < s->count; i++)
		if (scatter_drawable(&s->point[i]) &&
		    covers(s, b, &s->point[i], &s->point[i] == label[count].point ? UNDER : BESIDE))
			sum += 30;
	return sum;
}

/* The best place for the label number COUNT: near its mark, and clear of all else. */
static void place(const struct scatter *s, struct label *label, size_t count)
{
	static const double ways[][2] = { { 1, 0 },	 { -1, 0 },	{ 0.7, 0.7 }, { -0.7, -0.7 },
					  { 0.7, -0.7 }, { -0.7, 0.7 }, { 0, 1 },     { 0, -1 } };
	struct label *mine = &label[count];
	double x = scatter_x(s, mine->point->x), y = scatter_y(s, mine->point->y), least = INFINITY;
	size_t characters;

	shown(mine->point->name, &characters);
	for (int ring = 1; ring <= RINGS; ring++)
		for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
			double away = ring * RING - 5, dx = ways[i][0], dy = ways[i][1];
			struct box box = { x + away * dx, y + away * dy - TALL / 2,
					   LETTER * (double)characters };
			double sum;

			box.x -= dx < 0 ? box.wide : dx > 0 ? 0 : box.wide / 2;
			sum = hides(s, &box, label, count) + away;
			if (sum < least) {
				least = sum;
				mine->box = box;
				mine->away = away;
				mine->left = dx < 0;
			}
		}
}

/* The name on a white rim, with a line to its mark where it is not beside that. */
static void put_label(FILE *out, const struct scatter *s, const struct label *l)
{
	const struct scatter_point *p = l->point;
	double x = scatter_x(s, p->x), y = scatter_y(s, p->y), end = l->box.x + l->box.wide;
	size_t characters;
	char name[4 * LONGEST + 1];
	int bytes = shown(p->name, &characters);

	snprintf(name, sizeof(name), "%.*s", bytes, p->name);
	if (l->away > RING)
		fprintf(out, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#8a929c\" stroke-width=\"0.8\"/>\n",
			x, y, fmin(fmax(x, l->box.x), end), l->box.y + TALL / 2);
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", l->left ? end : l->box.x, l->box.y + TALL - 3,
		l->left ? " text-anchor=\"end\"" : "");
	html_text(out, name);
	fputs(p->name[bytes] ? "&hellip;</text>\n" : "</text>\n", out);
}

void scatter_put_labels(FILE *out, const struct scatter *s)
{
	struct label label[2 * EACH];
	size_t count = 0;

	for (int i = 0; i < 2 * EACH; i++) {
		label[count].point = worst(s, i % 2, label, count);
		if (!label[count].point)
			continue;
		place(s, label, count);
		count++;
	}
	fprintf(out,
		"<g font-size=\"%d\" stroke=\"#fff\" stroke-width=\"3\" "
		"stroke-linejoin=\"round\" paint-order=\"stroke\">\n",
		SCATTER_FONT - 1);
	for (size_t i = 0; i < count; i++)
		put_label(out, s, &label[i]);
	fputs("</g>\n", out);
}
