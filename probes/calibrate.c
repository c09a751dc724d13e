/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"

/*
 * What probes cost, measured on this process: the steps of one, and what a system call takes longer while it
 * counts. The least of some turns each: what else took time is not the probe's.
 */
#define TURNS	7
#define CALLS	1000
#define SLOW_NS 20000000u

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t time_calls(void)
{
	uint64_t start = clock_now_ns();

	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return clock_now_ns() - start;
}

/* One life of SELF on TARGET, around CALLS system calls; *STEPS are its own ns, *CALLS_NS those of the calls.
 */
static int live(const struct probe *self, const struct probe_target *target, uint64_t *steps,
		uint64_t *calls_ns)
{
	struct probe_samples samples = { 0 };
	uint64_t begun = clock_now_ns(), counted = 0;
	void *state;
	int code = self->steps->open(self, target, &state);

	if (code)
		return code;
	code = self->steps->start(target, state);
	if (code == 0)
		counted = time_calls();
	if (code == 0)
		code = self->steps->stop(target, state);
	if (code == 0)
		code = self->steps->read(target, state, &samples);
	self->steps->close(state);
	probe_samples_free(&samples);
	*steps = clock_now_ns() - begun - counted;
	*calls_ns = counted;
	return code;
}

struct probe_target probe_calibrate_target(void)
{
	return (struct probe_target){
		.pid = getpid(),
		.thread = { { .name = "vcpu0", .tid = gettid() } }, /* all there is of a vCPU's is read */
		.threads = 1,
		.kvm_vm = -1,
		.kvm_vcpu = 0,
		.guest_bytes = 1, /* of no mapping */
	};
}

int probe_calibrate_on(const struct probe *self, const struct probe_target *target, unsigned events,
		       struct probe_cost *cost)
{
	uint64_t least = UINT64_MAX, plain = UINT64_MAX, counted = UINT64_MAX, steps = 0, calls = 0;
	int code = 0;

	*cost = (struct probe_cost){ NAN, NAN };
	time_calls();
	for (int i = 0; code == 0 && i < TURNS; i++) {
		plain = least_of(plain, time_calls());
		code = live(self, target, &steps, &calls);
		least = least_of(least, steps);
		counted = least_of(counted, calls);
		if (steps > SLOW_NS)
			break; /* one turn tells, too */
	}
	if (code)
		return code;
	cost->once_ns = (double)least;
	if (events && counted > plain)
		cost->event_ns = (double)(counted - plain) / CALLS / events;
	return 0;
}

int probe_calibrate_steps(const struct probe *self, struct probe_cost *cost)
{
	const struct probe_target target = probe_calibrate_target();

	return probe_calibrate_on(self, &target, 0, cost);
}
