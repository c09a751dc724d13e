/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_TOGETHER_PRIV_H
#define CMD_TOGETHER_PRIV_H

#include <pthread.h>
#include <stddef.h>

#include "cmd/launch_priv.h"

/* Where copies of a program that run at once wait for each other: none goes before all are ready. */
struct together {
	pthread_mutex_t lock;
	pthread_cond_t all;
	size_t awaited; /* copies that are neither ready nor ended */
};

/* Waits at the gate of LAUNCH until every copy is ready or has ended; returns at once where it is alone. */
void together_go(const struct launch *launch);

/*
 * Runs COUNT copies at once, each by a thread of its own: LAUNCH[i] into *M[i]. Alone it is an ordinary
 * launch. 0, or the negative errno of the first that the harness cannot go on with.
 */
int together_launch(const struct launcher *launcher, struct launch *launch, struct measurement **m,
		    size_t count, struct error *error);

#endif
