/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_MONITOR_PRIV_H
#define CMD_MONITOR_PRIV_H

/* What vmtax-monitor says on stderr where no harness reads its report. */
#include "vmm/vmm.h"

void monitor_say_error(const struct error *error);
void monitor_say_fault(const struct vmm_report *r); /* of what the program, or the guest kernel, died */
/* A line for each knob that is not as ASKED. */
void monitor_say_fallbacks(const struct vmm_config *asked, const struct vmm_report *r);
void monitor_say_run(const struct vmm_report *r); /* how the run went: times, knobs in force, counts */

/* monitor_event.c: there is no event NAME; and what one took, on stdout. */
int monitor_no_event(const char *name, struct error *error);
void monitor_say_samples(const struct vmm_samples *samples, const struct vmm_report *r);

/* monitor_conclude.c: the exit status, and on stderr, if it SPEAKS, what cannot be told by it. May not
 * return: it dies by the program's signal. */
int monitor_conclude(const struct vmm_report *r, bool speaks);

#endif
