/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_COUNTERS_PRIV_H
#define CMD_COUNTERS_PRIV_H

#include "base/error.h"
#include "probes/sets.h"

/* Reads the event sets of NAMES, "basic,tlb"; one with a / is a file. 0, or negative errno with ERROR. */
int counters_read(struct event_sets *sets, const char *names, struct error *error);

#define COUNTERS_DEFAULT "basic"

/* Writes DIRECTORY/event-sets.csv: what the sets are, and how this machine counts it. 0 or negative errno. */
int counters_keep(const struct event_sets *sets, const char *directory, struct error *error);

/* Whether hardware events can be counted here; else why not, and the mend, in ERROR. */
bool counters_work(struct error *error);

/* Says on stderr what of SETS cannot be counted here, and why, to one who asked for them: all, unless the
 * probe is CHOSEN and there are repetitions that are OBSERVED. */
void counters_say(const struct event_sets *sets, bool chosen, bool observed);

/* All that come with vmtax. */
int counters_read_all(struct event_sets *sets, struct error *error);

#endif
