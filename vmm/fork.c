/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * A guest process is a monitor process: when the program forks, so does the monitor. Guest memory is private,
 * so that the child gets it copy-on-write, and what the program shares stays shared. A VM belongs to the
 * process that made it, hence the child makes another over the same memory, with a vCPU in the same state.
 */

/* What the child inherited and must not use. */
static void drop_machine(struct monitor *m)
{
	loop_forget();
	loop_current()->lent = false;
	threads_forget(m);
	vm_close(m);
	if (m->control >= 0)
		close(m->control);
	m->control = -1;
	if (m->backend->close)
		m->backend->close(m);
	atomic_flag_clear(&m->backend_busy);
	m->routed = false;
	driver_forget(m);
}

static int build_machine(struct monitor *m, const struct vcpu_state *state)
{
	int error = vm_open(m);
	sigset_t none;

	if (error == 0)
		error = vm_set_memory(m);
	if (error == 0)
		error = vcpu_open(m, m->main, 0, m->main->block);
	if (error == 0)
		error = state_restore(m->main, state);
	if (error == 0)
		error = interrupt_connect(m->main);
	m->main->host = pthread_self();
	if (error == 0)
		error = place_threads(m);
	if (error == 0)
		error = settle_start(m);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL); /* whatever it was to the thread that forked */
	if (error == 0)
		error = loop_watch(m);
	return error ? error : tick_start(m);
}

/* In the child: a report of its own, a machine of its own. A child that cannot have them is no more. */
static int64_t become_child(struct monitor *m, const struct vcpu_state *state)
{
	drop_machine(m);
	tree_detach(m);
	m->main->base = m->main->channel->account;
	m->main->kept.count = 0;
	m->boot->pid = m->main->channel->tid = (uint32_t)getpid();
	m->watchdog = -1;
	signals_renew();
	if (build_machine(m, state)) {
		char text[256];

		fprintf(stderr, "vmtax-monitor: a forked process ended: %s\n",
			error_text(m->error, text, sizeof(text)));
		_exit(VMM_STATUS_FAILED);
	}
	return 0;
}

/* A copy of the process. */
static int64_t split(struct monitor *m, const struct vcpu_state *state, int place)
{
	sigset_t all, before;
	pid_t pid;

	/* What comes for the child before it has a machine waits. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		tree_settle(m, place, getpid());
		m->place = place;
		return become_child(m, state);
	}
	if (pid < 0)
		pid = -errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* fork(lends): the child's pid, and 0 in the child */
int64_t fork_process(struct monitor *m, const uint64_t argument[6])
{
	int place = tree_claim(m);
	struct vcpu *v = loop_current();
	struct vcpu_state *state;
	int64_t result = -ENOMEM;

	if (place < 0)
		return place;
	if (argument[0]) {
		result = vfork_process(v, place);
	} else {
		state = state_save(v);
		if (state)
			result = split(m, state, place);
		free(state);
	}
	if (result < 0)
		tree_settle(m, place, 0);
	return result;
}
