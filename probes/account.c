/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes.h"

/* Where the time of a thread went. Nothing here measures: it divides what stamps and the scheduler told. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t at_least_0(int64_t value)
{
	return value > 0 ? value : 0;
}

static void begin(struct probe_account *account)
{
	for (int i = 0; i < PROBE_LAYERS; i++) {
		account->ns[i] = PROBE_MISSING;
		account->source[i] = PROBE_INFERRED;
	}
}

static void put(struct probe_account *account, enum probe_layer layer, int64_t ns, enum probe_source source)
{
	account->ns[layer] = ns;
	account->source[layer] = source;
}

/* The one remainder, so that the layers sum to WALL. */
static void close_account(struct probe_account *account, int64_t wall)
{
	for (int i = 0; i < LAYER_UNATTRIBUTED; i++)
		if (account->ns[i] != PROBE_MISSING)
			wall -= account->ns[i];
	put(account, LAYER_UNATTRIBUTED, wall, PROBE_INFERRED);
}

static bool known(int64_t value)
{
	return value != PROBE_MISSING;
}

/* How long the thread was neither running nor waiting for a CPU; missing where the scheduler did not tell. */
static int64_t blocked(int64_t wall, int64_t cpu, int64_t delay)
{
	return known(cpu) && known(delay) ? at_least_0(wall - cpu - delay) : PROBE_MISSING;
}

/* What the scheduler counts as waiting for a core may cover a little more than WALL does: never when it had
 * one. */
static int64_t within(int64_t delay, int64_t wall, int64_t cpu)
{
	return known(delay) && known(cpu) ? least(delay, at_least_0(wall - cpu)) : delay;
}

/* Moves at most WANTED out of *FROM, as far as both are known; returns how much. */
static int64_t take(int64_t wanted, int64_t *from)
{
	int64_t taken = least(at_least_0(wanted), at_least_0(*from));

	*from -= taken;
	return taken;
}

/* Moves WANTED out of the first of FROM that have it, NULL-terminated; returns what none had. */
static int64_t take_all(int64_t wanted, int64_t *const *from)
{
	for (; *from; from++)
		wanted -= take(wanted, *from);
	return wanted;
}

/* Moves WANTED out of FROM, NULL-terminated, in proportion to what each has; returns what they did not have.
 */
static int64_t take_evenly(int64_t wanted, int64_t *const *from)
{
	int64_t all = 0, left = wanted;

	for (int64_t *const *part = from; *part; part++)
		all += at_least_0(**part);
	for (int64_t *const *part = from; all > 0 && *part; part++)
		left -= take((int64_t)((double)least(wanted, all) * (double)**part / (double)all), *part);
	return take_all(left, from); /* rounding's */
}

/* Time in KVM_RUN, in parts; all missing where the guest or the monitor did not tell. */
struct inside {
	int64_t user, kernel, hypervisor, spin;
};

/*
 * What the guest waited inside of KVM_RUN is its own polling, and KVM's part, which is the rest; where it did
 * not wait for KVM its own stamps have it.
 */
static struct inside divide_inside(const struct probe_vcpu_times *t)
{
	struct inside in = { PROBE_MISSING, PROBE_MISSING, PROBE_MISSING, PROBE_MISSING };
	int64_t waited;

	if (!known(t->wall) || !known(t->run) || !known(t->guest_kernel) || !known(t->guest_wait) ||
	    !known(t->guest_spin) || !known(t->boot))
		return in;
	waited = at_least_0(t->guest_wait - at_least_0(t->wall - t->run));
	in.spin = least(t->guest_spin, waited);
	in.hypervisor = waited - in.spin;
	in.kernel = t->guest_kernel + t->boot;
	in.user = at_least_0(t->run - waited - in.kernel);
	return in;
}

/*
 * What KVM did unasked, on a core: it was while the program ran, or the guest's kernel. A core is lost, and
 * got back, in whatever goes on in KVM_RUN.
 */
static void take_unasked(const struct probe_vcpu_times *t, struct inside *in)
{
	int64_t unasked = at_least_0(t->unasked), switching = at_least_0(t->switching), left;

	if (!known(in->hypervisor))
		return;
	left = take_evenly(unasked, (int64_t *[]){ &in->user, &in->kernel, NULL });
	in->hypervisor += unasked - left;
	left = take_evenly(switching,
			   (int64_t *[]){ &in->user, &in->kernel, &in->spin, &in->hypervisor, NULL });
	in->hypervisor += switching - left;
}

/* What of its time without a core came after it had waited for something else, all its switches taken alike.
 */
static int64_t woken(const struct probe_vcpu_times *t)
{
	if (!known(t->delay) || !known(t->waits) || !known(t->switches) || t->switches <= 0)
		return 0;
	return (int64_t)((double)t->delay * (double)least(t->waits, t->switches) / (double)t->switches);
}

/* Takes of DELAY what KVM tells: while the guest was answered, while it waited in KVM_RUN, and while it ran.
 * Returns the rest. */
static int64_t take_told(const struct probe_vcpu_times *t, struct inside *in, int64_t *const *answering)
{
	int64_t told = t->late_inside + t->late_outside;
	double share = told > t->delay ? (double)t->delay / (double)told : 1;
	int64_t outside = (int64_t)(share * (double)t->late_outside),
		inside = (int64_t)(share * (double)t->late_inside), waiting = 0;

	if (known(t->late_waiting))
		waiting = least(at_least_0((int64_t)(share * (double)t->late_waiting) - outside), inside);
	return t->delay - outside - inside + take_all(outside, answering) +
	       take_evenly(waiting, (int64_t *[]){ &in->hypervisor, &in->spin, NULL }) +
	       take_evenly(inside - waiting, (int64_t *[]){ &in->user, &in->kernel, NULL });
}

/* Takes DELAY out of the layers in which the thread had no core: most likely those, where nothing tells. */
static void take_delay(const struct probe_vcpu_times *t, struct inside *in, int64_t *monitor, int64_t *host)
{
	int64_t *const answering[] = { host, monitor, NULL };
	int64_t *const waiting[] = { host, &in->hypervisor, monitor, NULL };
	int64_t *const running[] = { &in->user, &in->kernel, &in->spin, &in->hypervisor, NULL };
	int64_t late = woken(t), left;

	if (known(t->late_inside) && known(t->late_outside) && t->late_inside + t->late_outside > 0)
		left = take_told(t, in, answering);
	else
		left = t->delay - late + take_all(late, waiting);
	take_all(take_evenly(left, running), (int64_t *[]){ monitor, host, NULL });
}

/*
 * Outside of KVM_RUN the guest waits for an answer. So what it waited inside is WAIT - (WALL - RUN). Time
 * blocked was first spent in host calls, then halted inside KVM_RUN or outside, or while it started; there it
 * also was when it had to wait for a core once that was over. Other time without a core falls evenly on
 * all that goes on in KVM_RUN, then on the others. A thread that never left its core to wait was not
 * blocked: what its CPU time lacks others have stolen, a hypervisor beneath or interrupts, wherever it was.
 */
void probe_account_vcpu(struct probe_account *account, const struct probe_vcpu_times *times)
{
	struct probe_vcpu_times own = *times, *t = &own;
	struct inside in = divide_inside(t);
	int64_t host = t->host, monitor = PROBE_MISSING, off, slept = 0;

	begin(account);
	if (!known(t->wall))
		return;
	own.delay = within(t->delay, t->wall, t->cpu);
	if (known(t->run) && known(t->host))
		monitor = at_least_0(t->wall - t->run - t->host);
	off = t->waits == 0 ? 0 : blocked(t->wall, t->cpu, t->delay);
	if (known(off)) {
		slept += take(off - slept, &host);
		slept += take(off - slept, &in.hypervisor);
		slept += take(off - slept, &monitor);
		slept += take(off - slept, &in.kernel);
		put(account, LAYER_WAIT_IO, slept, PROBE_INFERRED);
	}
	if (known(t->delay))
		take_delay(t, &in, &monitor, &host);
	take_unasked(t, &in);
	put(account, LAYER_WAIT_CPU, t->delay, PROBE_EXACT);
	put(account, LAYER_GUEST_USER, in.user, PROBE_INFERRED);
	put(account, LAYER_GUEST_KERNEL, in.kernel, t->sampled ? PROBE_SAMPLED : PROBE_EXACT);
	put(account, LAYER_HYPERVISOR, in.hypervisor, PROBE_INFERRED);
	put(account, LAYER_MONITOR, monitor, PROBE_INFERRED);
	put(account, LAYER_HOST_KERNEL, host, PROBE_INFERRED);
	put(account, LAYER_SPIN, in.spin, PROBE_EXACT);
	close_account(account, t->wall);
}

/* Without a core it mostly was when it had just been woken. */
void probe_account_driver(struct probe_account *account, const struct probe_driver_times *times)
{
	struct probe_driver_times own = *times, *t = &own;
	int64_t monitor = PROBE_MISSING, host = t->host, spin = t->spin, sleep = t->sleep, off;

	begin(account);
	if (!known(t->wall))
		return;
	own.delay = within(t->delay, t->wall, t->cpu);
	if (known(t->host) && known(t->spin) && known(t->sleep))
		monitor = at_least_0(t->wall - t->host - t->spin - t->sleep);
	off = blocked(t->wall, t->cpu, t->delay);
	if (known(off) && known(t->sleep))
		put(account, LAYER_WAIT_IO, take(off - t->sleep, &host), PROBE_INFERRED);
	if (known(t->delay))
		take_all(t->delay, (int64_t *[]){ &sleep, &spin, &monitor, &host, NULL });
	put(account, LAYER_WAIT_CPU, t->delay, PROBE_EXACT);
	put(account, LAYER_MONITOR, monitor, PROBE_INFERRED);
	put(account, LAYER_HOST_KERNEL, host, PROBE_INFERRED);
	put(account, LAYER_SPIN, spin, PROBE_EXACT);
	put(account, LAYER_IDLE, sleep, PROBE_EXACT);
	close_account(account, t->wall);
}

void probe_account_native(struct probe_account *account, const struct probe_native_times *t)
{
	begin(account);
	if (!known(t->wall))
		return;
	put(account, LAYER_GUEST_USER, t->user, PROBE_SAMPLED);
	put(account, LAYER_HOST_KERNEL, t->system, PROBE_SAMPLED);
	put(account, LAYER_WAIT_CPU, t->delay, PROBE_EXACT);
	if (known(t->user) && known(t->system))
		put(account, LAYER_WAIT_IO, blocked(t->wall, t->user + t->system, t->delay), PROBE_INFERRED);
	close_account(account, t->wall);
}
