/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/together_priv.h"

#include <errno.h>
#include <stdlib.h>

/* Several copies of a program at once. */

/* One copy and its thread. */
struct copy {
	const struct launcher *launcher;
	struct launch *launch;
	struct measurement *m;
	pthread_t thread;
	bool passed; /* the gate, or the end without it */
	int code;
	struct error error;
};

/* One fewer is awaited; WAIT for the others. */
static void arrive(struct together *t, bool *passed, bool wait)
{
	pthread_mutex_lock(&t->lock);
	if (!*passed && --t->awaited == 0)
		pthread_cond_broadcast(&t->all);
	*passed = true;
	while (wait && t->awaited > 0)
		pthread_cond_wait(&t->all, &t->lock);
	pthread_mutex_unlock(&t->lock);
}

void together_go(const struct launch *launch)
{
	if (launch->together)
		arrive(launch->together, launch->passed, true);
}

static void *run(void *argument)
{
	struct copy *copy = argument;

	copy->code = copy->launcher->launch(copy->launch, copy->m, &copy->error);
	arrive(copy->launch->together, &copy->passed, false);
	return NULL;
}

/* Starts the copies and waits for their ends; those whose thread cannot be made are not awaited. */
static int run_all(struct copy *copy, size_t count, struct together *t, struct error *error)
{
	size_t started = 0;
	int code = 0;

	for (; code == 0 && started < count; started += code == 0)
		code = -pthread_create(&copy[started].thread, NULL, run, &copy[started]);
	for (size_t i = started; i < count; i++)
		arrive(t, &copy[i].passed, false);
	if (code)
		error_set(error, -code, "cannot run %zu copies at once", count);
	for (size_t i = 0; i < started; i++) {
		pthread_join(copy[i].thread, NULL);
		if (code == 0 && copy[i].code) {
			code = copy[i].code;
			*error = copy[i].error;
		}
	}
	return code;
}

int together_launch(const struct launcher *launcher, struct launch *launch, struct measurement **m,
		    size_t count, struct error *error)
{
	struct together t = { .lock = PTHREAD_MUTEX_INITIALIZER,
			      .all = PTHREAD_COND_INITIALIZER,
			      .awaited = count };
	struct copy *copy;
	int code;

	if (count == 1)
		return launcher->launch(launch, m[0], error);
	copy = calloc(count, sizeof(*copy));
	if (!copy)
		return error_set(error, ENOMEM, "cannot run %zu copies at once", count);
	for (size_t i = 0; i < count; i++) {
		copy[i] = (struct copy){ .launcher = launcher, .launch = &launch[i], .m = m[i] };
		launch[i].together = &t;
		launch[i].passed = &copy[i].passed;
	}
	code = run_all(copy, count, &t, error);
	free(copy);
	return code;
}
