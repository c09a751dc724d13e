/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/* Runs a vCPU until the program ends, and ends the program when its time is up. */
#define END_TRIES 2000 /* milliseconds until a vCPU counts as stuck */

/* A signal handler reaches these and nothing else. */
static __thread struct kvm_run *volatile watched;
static __thread struct vcpu *current;
static volatile sig_atomic_t timed_out;

/* Makes a KVM_RUN that is just about to begin return, too: the flag outlives the signal. */
static void on_signal(int signal, siginfo_t *info, void *context)
{
	struct kvm_run *run = watched;

	(void)context;
	if (!signals_own(signal, info))
		return;
	if (signal == SIGNAL_WATCHDOG)
		timed_out = 1;
	if (run && signal != SIGNAL_INTERRUPT)
		run->immediate_exit = 1;
}

void loop_leave(void)
{
	struct kvm_run *run = watched;

	if (run)
		run->immediate_exit = 1;
}

void loop_forget(void)
{
	watched = NULL;
}

struct vcpu *loop_current(void)
{
	return current;
}

bool loop_ending(const struct monitor *m)
{
	return timed_out || atomic_load(&m->ended);
}

bool loop_end(struct monitor *m)
{
	if (atomic_exchange(&m->ended, true))
		return false;
	m->report->tsc_end = clock_tsc();
	return true;
}

/*
 * Gets a vCPU's thread out of what it does. Again and again, in case a signal falls just before a host call
 * that blocks. False when it does not come.
 */
bool loop_recall(struct vcpu *v)
{
	for (int i = 0; !atomic_load(&v->left); i++) {
		if (i == END_TRIES)
			return false;
		v->run->immediate_exit = 1;
		pthread_kill(v->host, SIGNAL_KICK);
		usleep(i < 10 ? 50 : 1000);
	}
	return true;
}

/*
 * The calling thread is to run V. With irqchip=user the driver kicks the vCPU's thread out of KVM_RUN by a
 * signal. Outside it is blocked: a host call that the thread makes for the program must not be interrupted by
 * it.
 */
static int set_mask(struct vcpu *v)
{
	struct {
		struct kvm_signal_mask head;
		uint8_t set[8];
	} inside = { .head.len = sizeof(inside.set) };
	sigset_t kick, mask;

	if (v->monitor->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_USER)
		return 0;
	sigemptyset(&kick);
	sigaddset(&kick, SIGNAL_INTERRUPT);
	pthread_sigmask(SIG_BLOCK, &kick, &mask);
	sigdelset(&mask, SIGNAL_INTERRUPT);
	memcpy(inside.set, &mask, sizeof(inside.set));
	if (ioctl(v->fd, KVM_SET_SIGNAL_MASK, &inside))
		return error_set(v->monitor->error, errno, "cannot set the vCPU's signals");
	return 0;
}

int loop_enter(struct vcpu *v)
{
	current = v;
	watched = v->run;
	v->host = pthread_self();
	return set_mask(v);
}

/* A kick that ended KVM_RUN is still pending, and would end the next at once. */
void loop_forget_kicks(void)
{
	struct timespec now = { 0, 0 };
	siginfo_t info;
	sigset_t kick;

	sigemptyset(&kick);
	sigaddset(&kick, SIGNAL_INTERRUPT);
	/* The C library's would make one code of kill and tkill. */
	while (syscall(SYS_rt_sigtimedwait, &kick, &info, &now, 8) > 0)
		signals_own(SIGNAL_INTERRUPT, &info);
}

/*
 * One deadline holds for all processes of a run. The watchdog repeats, in case its first signal falls just
 * before a host call that blocks. Its number is kept, so that the program cannot use it.
 */
static void set_watchdog(uint64_t deadline, int *id)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL_WATCHDOG };
	struct itimerspec when = { .it_interval.tv_nsec = 50000000 };

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	when.it_value.tv_sec = (time_t)(deadline / 1000000000u);
	when.it_value.tv_nsec = (long)(deadline % 1000000000u);
	/* Its number is known before it can come. */
	if (deadline && syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, id) == 0)
		syscall(SYS_timer_settime, *id, TIMER_ABSTIME, &when, NULL);
}

int loop_watch(struct monitor *m)
{
	signals_set(SIGNAL_WATCHDOG, NULL, on_signal, 0);
	signals_set(SIGNAL_KICK, NULL, on_signal, 0);
	signals_set(SIGNAL_INTERRUPT, NULL, on_signal, 0);
	set_watchdog(m->tree->deadline_ns, &m->watchdog);
	return loop_enter(m->main);
}

void loop_lend(struct vcpu *v)
{
	v->run->immediate_exit = 0;
	set_watchdog(v->monitor->tree->deadline_ns, &v->watchdog);
	signals_defer();
}

static void count_exit(struct vcpu *v, uint64_t left)
{
	struct monitor *m = v->monitor;

	if (v->run->exit_reason >= VMM_EXIT_REASONS)
		return;
	pthread_mutex_lock(&m->counting);
	m->report->exits_used |= 1ull << v->run->exit_reason;
	hist_add(&m->report->exits[v->run->exit_reason], clock_tsc() - left);
	pthread_mutex_unlock(&m->counting);
}

void loop_run(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	enum next next = GO_ON;

	while (next == GO_ON && !(v->lent ? timed_out : loop_ending(m))) {
		uint64_t entered, left;
		int result;

		if (interrupt_before_run(v)) {
			if (loop_end(m))
				m->report->outcome = VMM_FAILED;
			break;
		}
		entered = clock_tsc();
		serve_completed(v, entered);
		result = ioctl(v->fd, KVM_RUN, NULL);
		left = clock_tsc();
		v->thread.run_tsc += left - entered;
		stolen_count(v, entered, left);
		v->run->immediate_exit = 0;
		if (result == 0)
			next = exit_serve(v);
		else if (errno != EINTR && errno != EAGAIN)
			next = exit_failed(v, errno);
		else {
			loop_forget_kicks();
			set_mask(v); /* a handler may have changed it */
			signals_enter(v);
		}
		count_exit(v, left);
	}
	if (v->lent)
		return;
	watched = NULL; /* signals may come on, but the vCPU is about to go */
	serve_flush(v);
}

void loop_conclude(struct monitor *m)
{
	struct vcpu *v = m->main;

	if (timed_out && loop_end(m)) {
		m->report->outcome = VMM_TIMED_OUT;
		vcpu_rip(v, &m->report->fault_rip);
	}
	atomic_store(&v->left, true);
	current = NULL; /* the watchdog repeats, and the vCPU is about to go */
}
