/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "vmm/signals_priv.h"

/*
 * The host's signals become the guest's. A handler notes what came where the guest kernel finds it; if the
 * program wants it, it also gets the vCPU's thread out of what it does, again and again until the guest
 * kernel has had a look: a signal can fall just before a host call that blocks.
 */
#define AGAIN_NS 1000000
#define USER_END (1ull << 47)
#define BIT(s)	 (1ull << ((s)-1))
#define FLAGS	 0x202ull

/* A signal handler reaches these and nothing else. */
static struct monitor *volatile monitor;
static struct abi_signals *volatile shared;
static struct abi_boot *volatile boot;
static int again_timer = -1;

static struct abi_vcpu_data *data_of(const struct vcpu *v)
{
	return (struct abi_vcpu_data *)(monitor->memory + v->block + ABI_VCPU_DATA);
}

static void try_again(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = AGAIN_NS };

	if (again_timer >= 0)
		syscall(SYS_timer_settime, again_timer, 0, &soon, NULL);
}

/* Gets V's thread out of what it does, so that the guest kernel looks at signals. */
static void call_out(struct vcpu *v)
{
	if (v == loop_current())
		loop_leave();
	else
		pthread_kill(v->host, SIGNAL_KICK);
}

static bool wants(const struct vcpu *v, uint64_t bits)
{
	const struct abi_vcpu_data *d = data_of(v);
	uint64_t blocked = __atomic_load_n(&d->blocked, __ATOMIC_SEQ_CST);

	return bits & ((~blocked & ~shared->idle) | __atomic_load_n(&d->awaited, __ATOMIC_SEQ_CST));
}

/* A signal for the process goes to the first thread that wants it. */
void signals_take(int signal, const siginfo_t *info)
{
	struct abi_signals *s = shared;
	struct monitor *m = monitor;

	if (s == NULL || m == NULL || signal < 1 || signal > 64)
		return;
	s->info[signal] = (struct abi_signal_info){
		.code = info->si_code,
		.pid = info->si_pid,
		.uid = (int32_t)info->si_uid,
		.status = info->si_status,
		.value = signal == SIGCHLD ? 0 : (uint64_t)info->si_value.sival_ptr,
	};
	__atomic_or_fetch(&s->pending, BIT(signal), __ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++) {
		struct vcpu *v = m->vcpu[i];

		if (!wants(v, BIT(signal)))
			continue;
		data_of(v)->work = 1;
		call_out(v);
		try_again();
		break;
	}
}

void signals_arrive(int signal, siginfo_t *info, void *context)
{
	int saved = errno;

	if ((signal == SIGPIPE || signal == SIGXFSZ) && info->si_pid == getpid())
		return; /* of our own write: the guest kernel makes it of the error */
	if (!signals_hold(monitor, signal, info, context))
		signals_take(signal, info);
	errno = saved;
}

/*
 * Signals of the monitor's own numbers come from its timers and its threads. Any others of these numbers are
 * the program's.
 */
bool signals_own(int signal, const siginfo_t *info)
{
	if (loop_current() && loop_current()->lent) /* the watchdog's: all others are blocked */
		return true;
	if (info->si_code == SI_TIMER && monitor &&
	    (info->si_timerid == monitor->watchdog || info->si_timerid == again_timer))
		return true;
	if (info->si_code == SI_TKILL && info->si_pid == getpid())
		return true;
	signals_take(signal, info);
	return false;
}

static void on_again(int signal, siginfo_t *info, void *context)
{
	int saved = errno;
	bool again = false;

	(void)context;
	if (!signals_own(signal, info))
		return;
	for (unsigned i = 0; shared && i < atomic_load(&monitor->vcpus); i++)
		if (data_of(monitor->vcpu[i])->work) {
			call_out(monitor->vcpu[i]);
			again = true;
		}
	if (again)
		try_again();
	errno = saved;
}

bool signals_own_timer(int id)
{
	return id == again_timer;
}

bool signals_wanted(void)
{
	struct vcpu *v = loop_current();

	return shared && v &&
	       wants(v, __atomic_load_n(&shared->pending, __ATOMIC_SEQ_CST) |
				__atomic_load_n(&data_of(v)->directed, __ATOMIC_SEQ_CST));
}

/* direct(tid, signal, code, value): to one thread of this process */
int64_t signals_direct(struct monitor *m, const uint64_t a[6])
{
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++) {
		struct vcpu *v = m->vcpu[i];

		if (v->channel->tid != (uint32_t)a[0] || a[1] > 64)
			continue;
		if (a[1] == 0)
			return 0;
		shared->info[a[1]] = (struct abi_signal_info){
			.code = (int32_t)a[2], .pid = getpid(), .uid = (int32_t)getuid(), .value = a[3]
		};
		__atomic_or_fetch(&data_of(v)->directed, BIT(a[1]), __ATOMIC_SEQ_CST);
		if (wants(v, BIT(a[1]))) {
			data_of(v)->work = 1;
			call_out(v);
			try_again();
		}
		return 0;
	}
	return -ESRCH;
}

/* Handlers survive a fork, timers do not. */
static void make_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGNAL_AGAIN };

	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &again_timer))
		again_timer = -1;
}

void signals_renew(void)
{
	make_timer();
	shared->pending = 0;
	data_of(monitor->main)->directed = 0;
	parent_renew(monitor);
}

/* Before the vCPU runs. */
void signals_open(struct monitor *m)
{
	monitor = m;
	boot = m->boot;
	shared = memory_at(m, ABI_SIGNALS, sizeof(*shared));
	data_of(m->main)->blocked = ~0ull; /* what comes before the guest kernel runs waits for it */
	signals_inherit(m);
	make_timer();
	signals_set(SIGNAL_AGAIN, NULL, on_again, 0);
	parent_open(m);
	signals_install(m);
}

/* pause(ns, limited): until a signal is wanted */
int64_t signals_pause(struct monitor *m, const uint64_t a[6])
{
	struct timespec limit = { (time_t)(a[0] / 1000000000u), (long)(a[0] % 1000000000u) };
	sigset_t all, before, meanwhile;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	meanwhile = before;
	sigdelset(&meanwhile, SIGNAL_INTERRUPT); /* loop.c blocks it, but it may be the program's */
	while (!signals_wanted() && !loop_ending(m))
		if (ppoll(NULL, 0, a[1] ? &limit : NULL, &meanwhile) == 0)
			break;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}

/*
 * The vCPU has been called out of the program's code, where the guest kernel looks at no signals: it goes on
 * in the kernel as if by a fault. In the kernel itself it looks before it goes back to the program.
 */
void signals_enter(struct vcpu *v)
{
	struct kvm_regs r;
	uint64_t *frame;

	if (!data_of(v)->work || boot->kick_entry == 0 || ioctl(v->fd, KVM_GET_REGS, &r) || r.rip >= USER_END)
		return;
	frame = memory_at(v->monitor, v->block + ABI_SELF, 7 * sizeof(*frame));
	frame[0] = ABI_FAULT_KICK;
	frame[1] = 0;
	frame[2] = r.rip;
	frame[3] = ABI_USER_CS;
	frame[4] = r.rflags;
	frame[5] = r.rsp;
	frame[6] = ABI_USER_SS;
	r.rip = boot->kick_entry;
	r.rsp = ABI_DIRECT + v->block + ABI_FAULT_STACK;
	r.rflags = FLAGS;
	ioctl(v->fd, KVM_SET_REGS, &r);
}

bool signals_bus(struct vcpu *v)
{
	if (!(shared->handled & BIT(SIGBUS)) || !wants(v, BIT(SIGBUS)))
		return false;
	shared->info[SIGBUS] = (struct abi_signal_info){ .code = BUS_ADRERR };
	__atomic_or_fetch(&shared->pending, BIT(SIGBUS), __ATOMIC_SEQ_CST);
	data_of(v)->work = 1;
	signals_enter(v);
	return true;
}
