/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LEFTOVER_PRIV_H
#define CMD_LEFTOVER_PRIV_H

#include <stdbool.h>

/*
 * What programs leave behind: processes that left their group, as daemons do, and outlive them. They become
 * ours (PR_SET_CHILD_SUBREAPER, prctl(2)), and are killed once no program runs that may still want them. Any
 * thread may call.
 */
void leftover_begin(bool *begun); /* a program is about to be started */
void leftover_end(bool *begun);	  /* it has ended, and was waited for; nothing where *BEGUN is false */

#endif
