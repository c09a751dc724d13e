/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/leftover_priv.h"

#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 64 /* each may bring up the children of those it killed */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned running; /* programs that were begun and have not ended */

/* Our own helpers stay in our group. */
static bool is_ours(pid_t pid)
{
	return getpgid(pid) == getpgrp();
}

/* Kills the children that the file at PATH lists, but our own. True: there were such. */
static bool kill_listed(const char *path)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	int child;

	while (file && fscanf(file, "%d", &child) == 1) {
		if (is_ours(child))
			continue;
		found = true;
		kill(child, SIGKILL);
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (file)
		fclose(file);
	return found;
}

static bool kill_children(void)
{
	glob_t tasks = { 0 };
	bool found = false;

	if (glob("/proc/self/task/*/children", GLOB_NOSORT, NULL, &tasks) == 0)
		for (size_t i = 0; i < tasks.gl_pathc; i++)
			found |= kill_listed(tasks.gl_pathv[i]);
	globfree(&tasks);
	return found;
}

void leftover_begin(bool *begun)
{
	pthread_mutex_lock(&lock);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	*begun = true;
	running++;
	pthread_mutex_unlock(&lock);
}

void leftover_end(bool *begun)
{
	pthread_mutex_lock(&lock);
	if (*begun && --running == 0)
		for (int round = 0; round < ROUNDS && kill_children(); round++)
			;
	*begun = false;
	pthread_mutex_unlock(&lock);
}
