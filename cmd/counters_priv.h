/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_COUNTERS_PRIV_H
#define CMD_COUNTERS_PRIV_H

#include "base/error.h"
#include "probes/sets.h"

/* Reads the event sets of NAMES, "basic,tlb"; one with a / is a file. 0, or negative errno with ERROR. */
int counters_read(struct event_sets *sets, const char *names, struct error *error);

#define COUNTERS_DEFAULT "basic"

/* Says on stderr why the hardware cannot count here, if so, to one who wants it to. */
void counters_say(void);

/* All that come with vmtax. */
int counters_read_all(struct event_sets *sets, struct error *error);

#endif
