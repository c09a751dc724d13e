/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/events_priv.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/* What each exit of a vCPU asks for. */
#define BENCH_WARMUP 4	 /* batches that do not count */
#define YIELD_US     100 /* how long a vCPU sleeps for which yielding was not enough */

static enum next on_request(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	serve_request(v, &v->channel->exit_slot, &v->thread);
	if (m->config.value[VMM_COMPLETION] == VMM_COMPLETION_INJECT)
		interrupt_raise(v, true);
	return GO_ON;
}

static enum next on_doorbell(struct vcpu *v)
{
	doorbell_exit(v->monitor, *((const uint8_t *)v->run + v->run->io.data_offset));
	return GO_ON;
}

static enum next on_clock(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	time_exit(m);
	return GO_ON;
}

static enum next on_enter(struct vcpu *v)
{
	struct monitor *m = v->monitor;

	meeting_close(m);
	if (m->report->tsc_program == 0)
		m->report->tsc_program = clock_tsc();
	tick_begin(v);
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

static enum next on_exit(struct vcpu *v)
{
	const struct abi_account *account = &v->channel->account;
	struct monitor *m = v->monitor;

	if (v->lent || !loop_end(m))
		return ENDED;
	m->report->outcome = account->signal ? VMM_SIGNALED : VMM_EXITED;
	m->report->exit_code = account->exit_code & 255;
	return set_signal(m, account->signal);
}

static enum next on_fault(struct vcpu *v)
{
	const struct abi_account *account = &v->channel->account;
	struct monitor *m = v->monitor;

	if (v->lent || !loop_end(m))
		return ENDED;
	m->report->outcome = account->panic ? VMM_GUEST_PANIC : VMM_SIGNALED;
	m->report->faulted = 1;
	m->report->fault_vector = account->fault_vector;
	m->report->fault_error = account->fault_error;
	m->report->fault_rip = account->fault_rip;
	m->report->fault_address = account->fault_address;
	m->report->exhausted = account->exhausted != 0;
	return set_signal(m, account->signal);
}

/* The bench's baseline, until a port write of 0: KVM_RUN and nothing else, or what the driver has for it. */
static enum next on_bare(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	const uint8_t *value = (const uint8_t *)v->run + v->run->io.data_offset;

	if (m->options->bench && m->drivers > 0) {
		driver_bare(m, *value != 0);
		return GO_ON;
	}
	while (m->options->bench && v->run->exit_reason == KVM_EXIT_IO && *value != 0)
		if (ioctl(v->fd, KVM_RUN, NULL))
			break;
	return GO_ON;
}

static enum next on_bench(struct vcpu *v)
{
	const struct abi_account *account = &v->channel->account;
	struct monitor *m = v->monitor;
	uint32_t n = m->bench_batch++;

	if (m->options->bench == 0 || n < BENCH_WARMUP)
		return GO_ON;
	n -= BENCH_WARMUP;
	if (n < 2 * m->options->bench_batches)
		m->options->bench_ns[n] =
			(double)clock_ticks_to_ns(account->bench_tsc, m->tsc_hz) / m->options->bench;
	if (n + 1 < 2 * m->options->bench_batches)
		return GO_ON;
	if (loop_end(m))
		m->report->outcome = VMM_EXITED;
	return ENDED;
}

/* The guest kernel waits for a lock whose holder may be waiting for a core. */
static enum next on_yield(struct vcpu *v)
{
	const uint8_t *tries = (const uint8_t *)v->run + v->run->io.data_offset;

	if (*tries < 4)
		sched_yield();
	else
		usleep(YIELD_US);
	return GO_ON;
}

/* The vCPU's thread has ended; it may run another. */
static enum next on_park(struct vcpu *v)
{
	thread_park(v);
	return GO_ON;
}

static enum next on_eoi(struct vcpu *v)
{
	v->in_service = false;
	return GO_ON;
}

static enum next on_event(struct vcpu *v)
{
	return event_said(v, *((const uint8_t *)v->run + v->run->io.data_offset));
}

/* The device that events write to and read from: nothing is to be done. */
static enum next on_memory(struct vcpu *v)
{
	uint64_t address = v->run->mmio.phys_addr;

	if (v->monitor->options->event == 0 || address < ABI_DEVICE ||
	    address - ABI_DEVICE >= ABI_DEVICE_SIZE)
		return exit_failed(v, 0);
	memset(v->run->mmio.data, 0, sizeof(v->run->mmio.data));
	return GO_ON;
}

static enum next on_port(struct vcpu *v)
{
	static enum next (*const ports[])(struct vcpu *) = {
		[ABI_PORT_REQUEST - ABI_PORT_REQUEST] = on_request,
		[ABI_PORT_DOORBELL - ABI_PORT_REQUEST] = on_doorbell,
		[ABI_PORT_CLOCK - ABI_PORT_REQUEST] = on_clock,
		[ABI_PORT_FAULT - ABI_PORT_REQUEST] = on_fault,
		[ABI_PORT_EXIT - ABI_PORT_REQUEST] = on_exit,
		[ABI_PORT_ENTER - ABI_PORT_REQUEST] = on_enter,
		[ABI_PORT_BARE - ABI_PORT_REQUEST] = on_bare,
		[ABI_PORT_BENCH - ABI_PORT_REQUEST] = on_bench,
		[ABI_PORT_YIELD - ABI_PORT_REQUEST] = on_yield,
		[ABI_PORT_PARK - ABI_PORT_REQUEST] = on_park,
		[ABI_PORT_EOI - ABI_PORT_REQUEST] = on_eoi,
		[ABI_PORT_EVENT - ABI_PORT_REQUEST] = on_event,
	};
	unsigned port = (unsigned)v->run->io.port - ABI_PORT_REQUEST;

	/* A doorbell with nobody behind it, or a port the program made up: nothing is there. */
	if (port >= sizeof(ports) / sizeof(ports[0]) || ports[port] == NULL)
		return GO_ON;
	return ports[port](v);
}

/* The guest cannot go on, and not because the program ended: a host fault on its memory is the program's
 * SIGBUS. */
enum next exit_failed(struct vcpu *v, int error)
{
	struct monitor *m = v->monitor;
	uint32_t reason = v->run->exit_reason;

	if (v->lent) {
		v->channel->account.signal = error == EFAULT ? SIGBUS : SIGKILL;
		return ENDED;
	}
	if (error == EFAULT && signals_bus(v))
		return GO_ON;
	if (!loop_end(m))
		return ENDED;
	vcpu_rip(v, &m->report->fault_rip);
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

enum next exit_serve(struct vcpu *v)
{
	switch (v->run->exit_reason) {
	case KVM_EXIT_IO:
		return on_port(v);
	case KVM_EXIT_MMIO:
		return on_memory(v);
	case KVM_EXIT_HLT:
		interrupt_await(v);
		return GO_ON;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_INTR:
		return GO_ON;
	default:
		return exit_failed(v, 0);
	}
}
