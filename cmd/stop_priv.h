/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_STOP_PRIV_H
#define CMD_STOP_PRIV_H

#include <signal.h>

/*
 * A descriptor that tells of what shall stop us: SIGINT, SIGTERM, SIGHUP, which are blocked from here on;
 * what is ignored (nohup, background jobs) stays ignored. OLD_MASK (the caller's) brings back what was
 * before, and with it a signal that came meanwhile and was not read. -1 with errno: none.
 */
int stop_open(sigset_t *old_mask);

#endif
