/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "model/plan/mend_priv.h"

/* Moves in such an order that no step overfills a bin: as those of live migrations must be. */

struct steps {
	struct mend_state now;
	const struct mend_state *then;
	struct place_mending *mending;
	size_t *waiting; /* units that are to be moved; owned */
	size_t count, room, asides;
};

static int emit(struct steps *w, size_t unit, size_t to, bool aside, bool stopped)
{
	struct place_mending *m = w->mending;

	if (m->moves == w->room) {
		struct place_move *grown;

		w->room = w->room ? 2 * w->room : 16;
		grown = realloc(m->move, w->room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		m->move = grown;
	}
	m->move[m->moves++] = (struct place_move){ .item = w->now.item[unit],
						   .from = stopped ? w->now.home[unit] : w->now.at[unit],
						   .to = to,
						   .aside = aside,
						   .stopped = stopped };
	mend_put(&w->now, unit, to);
	return 0;
}

/* Moves all that there is room for. How many, or -ENOMEM. */
static int move_what_fits(struct steps *w, bool rules)
{
	size_t left = 0, moved = 0;

	for (size_t i = 0; i < w->count; i++) {
		size_t unit = w->waiting[i], to = w->then->at[unit];
		bool stopped = w->now.at[unit] == PLACE_NONE && w->now.home[unit] != PLACE_NONE;

		if (!mend_takes(&w->now, to, unit, rules)) {
			w->waiting[left++] = unit;
			continue;
		}
		if (emit(w, unit, to, false, stopped) < 0)
			return -ENOMEM;
		moved++;
	}
	w->count = left;
	return moved > 0;
}

/* They wait for each other: one goes elsewhere for a while, or is stopped where there is no room at all. */
static int break_cycle(struct steps *w)
{
	for (size_t i = 0; w->asides < w->mending->moved && i < w->count; i++)
		for (size_t b = 0; b < w->now.bins; b++) {
			size_t unit = w->waiting[i];

			if (w->now.at[unit] == PLACE_NONE || b == w->now.at[unit] ||
			    !mend_takes(&w->now, b, unit, true))
				continue;
			w->asides++;
			return emit(w, unit, b, true, false);
		}
	for (size_t i = 0; i < w->count; i++)
		if (w->now.at[w->waiting[i]] != PLACE_NONE) {
			mend_put(&w->now, w->waiting[i], PLACE_NONE);
			return 0;
		}
	w->count = 0; /* nothing is anywhere, and still there is no room: THEN is overfull itself */
	return 0;
}

int mend_steps(const struct mend_state *s, struct place_mending *mending)
{
	struct steps w = { .then = s, .mending = mending };
	int code = mend_state_copy(&w.now, s);

	w.waiting = calloc(s->units + 1, sizeof(*w.waiting));
	if (!w.waiting)
		code = -ENOMEM;
	for (size_t u = 0; code == 0 && u < s->units; u++) {
		if (s->at[u] == s->home[u] || s->at[u] == PLACE_NONE)
			continue;
		mend_put(&w.now, u, s->home[u]);
		w.waiting[w.count++] = u;
	}
	while (code >= 0 && w.count > 0) {
		code = move_what_fits(&w, true);
		if (code == 0)
			code = move_what_fits(&w, false);
		if (code == 0)
			code = break_cycle(&w);
	}
	mend_state_free(&w.now);
	free(w.waiting);
	return code < 0 ? code : 0;
}
