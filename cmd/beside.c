/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/beside_priv.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "cmd/cores_priv.h"

static _Noreturn void compute(const cpu_set_t *cores, pid_t parent)
{
	volatile unsigned done = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent || cores_use(cores))
		_exit(1);
	for (;;)
		done = done + 1;
}

int beside_start(struct beside *beside, size_t count, const cpu_set_t *cores, struct error *error)
{
	pid_t own = getpid();

	*beside = (struct beside){ .pid = calloc(count + 1, sizeof(*beside->pid)) };
	while (beside->pid && beside->count < count) {
		pid_t pid = fork();

		if (pid == 0)
			compute(cores, own);
		if (pid < 0)
			break;
		beside->pid[beside->count++] = pid;
	}
	if (beside->pid && beside->count == count)
		return 0;
	error_set(error, errno, "cannot start %zu processes", count);
	beside_stop(beside);
	return -EAGAIN;
}

void beside_stop(struct beside *beside)
{
	for (size_t i = 0; i < beside->count; i++)
		kill(beside->pid[i], SIGKILL);
	for (size_t i = 0; i < beside->count; i++)
		waitpid(beside->pid[i], NULL, 0);
	free(beside->pid);
	*beside = (struct beside){ 0 };
}
