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
#include "vmm/vmm_priv.h"

/* Runs the vCPU, serves its exits, and ends it when its time is up. */
#define BENCH_WARMUP 4 /* batches that do not count */

/* A signal handler reaches these and nothing else. */
static struct kvm_run *volatile watched;
static volatile sig_atomic_t timed_out;

/* Makes a KVM_RUN that is just about to begin return, too: the flag outlives the signal. */
static void on_signal(int signal)
{
	struct kvm_run *run = watched;

	if (run && signal == SIGALRM) {
		timed_out = 1;
		run->immediate_exit = 1;
	}
}

bool loop_timed_out(void)
{
	return timed_out;
}

/*
 * With irqchip=user the driver kicks the vCPU's thread out of KVM_RUN by a signal. Outside it is blocked: a
 * host call that the thread makes for the program must not be interrupted by it.
 */
static int take_kicks(struct monitor *m)
{
	struct {
		struct kvm_signal_mask head;
		uint8_t set[8];
	} inside = { .head.len = sizeof(inside.set) };
	sigset_t kick, before;

	if (m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_USER)
		return 0;
	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &kick, &before);
	memcpy(inside.set, &before, sizeof(inside.set));
	if (ioctl(m->vcpu, KVM_SET_SIGNAL_MASK, &inside))
		return error_set(m->error, errno, "cannot set the vCPU's signals");
	return 0;
}

/* A kick that ended KVM_RUN is still pending, and would end the next at once. */
static void forget_kicks(void)
{
	struct timespec now = { 0, 0 };
	sigset_t kick;

	sigemptyset(&kick);
	sigaddset(&kick, SIGUSR1);
	while (sigtimedwait(&kick, NULL, &now) > 0)
		;
}

/* One deadline holds for all processes of a run. The watchdog repeats, in case its first signal falls just
 * before a host call that blocks. */
int loop_watch(struct monitor *m)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct itimerspec when = { .it_interval.tv_nsec = 50000000 };
	uint64_t deadline = m->tree->deadline_ns;
	timer_t timer;

	watched = m->run;
	m->vcpu_thread = pthread_self();
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* the guest kernel makes it of EPIPE */
	event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
	when.it_value.tv_sec = (time_t)(deadline / 1000000000u);
	when.it_value.tv_nsec = (long)(deadline % 1000000000u);
	if (deadline && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		timer_settime(timer, TIMER_ABSTIME, &when, NULL);
	return take_kicks(m);
}

/* What an exit handler returns: go on, or the guest has ended. */
enum next { GO_ON, ENDED };

static enum next on_request(struct monitor *m)
{
	serve_request(m, &m->channel->exit_slot, &m->report->thread[0], true);
	if (m->config.value[VMM_COMPLETION] == VMM_COMPLETION_INJECT)
		interrupt_raise(m, true);
	return GO_ON;
}

static enum next on_clock(struct monitor *m)
{
	time_exit(m);
	return GO_ON;
}

static enum next on_enter(struct monitor *m)
{
	if (m->report->tsc_program == 0)
		m->report->tsc_program = clock_tsc();
	return GO_ON;
}

/* A signal that ends a program; another number is nonsense of a guest kernel gone mad. */
static bool ends(int number)
{
	return number > 0 && number < NSIG && number != SIGCHLD && number != SIGCONT && number != SIGURG &&
	       number != SIGWINCH && (number < SIGSTOP || number > SIGTTOU);
}

static enum next set_signal(struct monitor *m, int number)
{
	m->report->signal = ends(number) ? number : 0;
	if (m->report->outcome == VMM_SIGNALED && !ends(number)) {
		m->report->outcome = VMM_GUEST_PANIC;
		error_set(m->error, 0, "the guest ended by signal %d, which ends nothing", number);
	}
	return ENDED;
}

static enum next on_exit(struct monitor *m)
{
	const struct abi_account *account = &m->channel->account;

	m->report->outcome = account->signal ? VMM_SIGNALED : VMM_EXITED;
	m->report->exit_code = account->exit_code & 255;
	return set_signal(m, account->signal);
}

static enum next on_fault(struct monitor *m)
{
	const struct abi_account *account = &m->channel->account;

	m->report->outcome = account->panic ? VMM_GUEST_PANIC : VMM_SIGNALED;
	m->report->faulted = 1;
	m->report->fault_vector = account->fault_vector;
	m->report->fault_error = account->fault_error;
	m->report->fault_rip = account->fault_rip;
	m->report->fault_address = account->fault_address;
	m->report->exhausted = account->exhausted != 0;
	return set_signal(m, account->signal);
}

/* The bench's baseline: KVM_RUN and nothing else, until a port write of 0. */
static enum next on_bare(struct monitor *m)
{
	const uint8_t *value = (const uint8_t *)m->run + m->run->io.data_offset;

	while (m->options->bench && m->run->exit_reason == KVM_EXIT_IO && *value != 0)
		if (ioctl(m->vcpu, KVM_RUN, NULL))
			break;
	return GO_ON;
}

static enum next on_bench(struct monitor *m)
{
	const struct abi_account *account = &m->channel->account;
	uint32_t n = m->bench_batch++;

	if (m->options->bench == 0 || n < BENCH_WARMUP)
		return GO_ON;
	n -= BENCH_WARMUP;
	if (n < 2 * m->options->bench_batches)
		m->options->bench_ns[n] =
			(double)clock_ticks_to_ns(account->bench_tsc, m->tsc_hz) / m->options->bench;
	if (n + 1 < 2 * m->options->bench_batches)
		return GO_ON;
	m->report->outcome = VMM_EXITED;
	return ENDED;
}

static enum next on_port(struct monitor *m)
{
	static enum next (*const ports[])(struct monitor *) = {
		[ABI_PORT_REQUEST - ABI_PORT_REQUEST] = on_request,
		[ABI_PORT_CLOCK - ABI_PORT_REQUEST] = on_clock,
		[ABI_PORT_FAULT - ABI_PORT_REQUEST] = on_fault,
		[ABI_PORT_EXIT - ABI_PORT_REQUEST] = on_exit,
		[ABI_PORT_ENTER - ABI_PORT_REQUEST] = on_enter,
		[ABI_PORT_BARE - ABI_PORT_REQUEST] = on_bare,
		[ABI_PORT_BENCH - ABI_PORT_REQUEST] = on_bench,
	};
	unsigned port = (unsigned)m->run->io.port - ABI_PORT_REQUEST;

	/* A doorbell with nobody behind it, or a port the program made up: nothing is there. */
	if (port >= sizeof(ports) / sizeof(ports[0]) || ports[port] == NULL)
		return GO_ON;
	return ports[port](m);
}

/* The guest cannot go on, and not because the program ended: a host fault on its memory is the program's
 * SIGBUS. */
static enum next on_failure(struct monitor *m, int error)
{
	uint32_t reason = m->run->exit_reason;

	vcpu_rip(m, &m->report->fault_rip);
	if (error == EFAULT) {
		m->report->outcome = VMM_SIGNALED;
		m->report->signal = SIGBUS;
		m->report->faulted = 1;
		return ENDED;
	}
	m->report->outcome =
		reason == KVM_EXIT_SHUTDOWN || reason == KVM_EXIT_MMIO ? VMM_GUEST_PANIC : VMM_FAILED;
	error_set(m->error, error, "the vCPU stopped: %s at rip 0x%llx", vmm_exit_name(reason),
		  (unsigned long long)m->report->fault_rip);
	return ENDED;
}

static enum next on_exit_reason(struct monitor *m)
{
	switch (m->run->exit_reason) {
	case KVM_EXIT_IO:
		return on_port(m);
	case KVM_EXIT_HLT:
		interrupt_await(m);
		return GO_ON;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_INTR:
		return GO_ON;
	default:
		return on_failure(m, 0);
	}
}

int loop_run(struct monitor *m)
{
	struct vmm_thread *thread = &m->report->thread[0];
	enum next next = GO_ON;

	if (m->report->tsc_first == 0)
		m->report->tsc_first = clock_tsc();
	while (next == GO_ON && !timed_out) {
		uint64_t entered, left;
		int result, error = interrupt_before_run(m);

		if (error) {
			m->report->outcome = VMM_FAILED;
			break;
		}
		entered = clock_tsc();
		serve_completed(m, entered);
		result = ioctl(m->vcpu, KVM_RUN, NULL);
		left = clock_tsc();
		thread->run_tsc += left - entered;
		m->run->immediate_exit = 0;
		if (result == 0)
			next = on_exit_reason(m);
		else if (errno != EINTR && errno != EAGAIN)
			next = on_failure(m, errno);
		else
			forget_kicks();
		if (m->run->exit_reason < VMM_EXIT_REASONS)
			hist_add(&m->report->exits[m->run->exit_reason], clock_tsc() - left);
	}
	if (timed_out && next == GO_ON) {
		m->report->outcome = VMM_TIMED_OUT;
		vcpu_rip(m, &m->report->fault_rip);
	}
	watched = NULL; /* the watchdog may bark on, but the vCPU is about to go */
	m->report->tsc_end = clock_tsc();
	return m->report->outcome == VMM_FAILED ? -EIO : 0;
}
