/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_TRACEFS_H
#define TESTS_TRACEFS_H

/* Tracefs for this process alone, where we are root and it is not mounted: nobody else sees it. */
#include <sched.h>
#include <stdbool.h>
#include <sys/mount.h>
#include <unistd.h>

/* Whether it is there, now or already. */
static inline bool tracefs_provide(void)
{
	static const char event[] = "/sys/kernel/tracing/events/sched/sched_switch/id";

	if (access(event, R_OK) == 0)
		return true;
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) == 0 && access(event, R_OK) == 0;
}

#endif
