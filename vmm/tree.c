/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* What the processes of a run share, in the report's memory. Any of them may die at any time: no locks. */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Where PID is; nowhere, of a program that was killed, or lent what is another's: the first one's place. */
static int find(const struct tree *tree, int32_t pid)
{
	for (int i = 0; i < VMM_PROCESSES; i++)
		if (tree->pid[i] == pid)
			return i;
	return 0;
}

/* The report's memory is made larger by the first process, whoever else has it mapped. */
int tree_open(struct monitor *m)
{
	const size_t start = (sizeof(struct vmm_report) + 4095) & ~4095ul, end = start + sizeof(struct tree);

	m->report_fd = fds_hide(m, m->report_fd);
	if (m->report_fd < 0)
		return m->report_fd;
	if (m->options->role == VMM_FIRST && ftruncate(m->report_fd, (off_t)end))
		return error_set(m->error, errno, "cannot enlarge the report");
	m->tree =
		mmap(NULL, sizeof(*m->tree), PROT_READ | PROT_WRITE, MAP_SHARED, m->report_fd, (off_t)start);
	if (m->tree == MAP_FAILED)
		return error_set(m->error, errno, "cannot map the report");
	if (m->options->role == VMM_FIRST) {
		m->tree->pid[0] = getpid();
		m->tree->deadline_ns = m->options->timeout_ns ? now_ns() + m->options->timeout_ns : 0;
	} else if (!m->first) {
		m->place = find(m->tree, getpid());
		tree_detach(m);
	}
	return 0;
}

static void give_back(struct tree *tree, int place)
{
	tree_want(tree, place, 0);
	tree->pid[place] = 0;
}

/* Places of processes that are no more: those killed could not give theirs back. */
void tree_sweep(struct tree *tree)
{
	for (int i = 0; i < VMM_PROCESSES; i++)
		if (tree->pid[i] > 0 && kill(tree->pid[i], 0) && errno == ESRCH)
			give_back(tree, i);
}

static int claim(struct tree *tree, int most)
{
	for (int i = 0; i < most; i++) {
		int32_t nobody = 0;

		if (__atomic_compare_exchange_n(&tree->pid[i], &nobody, -1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return i;
	}
	return -EAGAIN;
}

int tree_claim(struct monitor *m)
{
	uint32_t most = m->options->max_processes ? m->options->max_processes : VMM_PROCESSES_DEFAULT;
	int place;

	most = most < VMM_PROCESSES ? most : VMM_PROCESSES;
	place = claim(m->tree, (int)most);
	if (place < 0) {
		tree_sweep(m->tree);
		place = claim(m->tree, (int)most);
	}
	if (place >= 0) {
		m->tree->said_ns[place] = 0;
		m->tree->ended[place] = false;
	}
	return place;
}

void tree_settle(struct monitor *m, int place, int32_t pid)
{
	__atomic_store_n(&m->tree->pid[place], pid, __ATOMIC_RELEASE);
	if (pid)
		__atomic_add_fetch(&m->tree->forks, 1, __ATOMIC_RELAXED);
}

/* What a report says before anything is counted stays. */
void tree_detach(struct monitor *m)
{
	struct vmm_report *own = m->report;
	uint64_t hz = own->tsc_hz;
	void *at = mmap(own, sizeof(*own), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			-1, 0);

	if (at == MAP_FAILED)
		_exit(VMM_STATUS_FAILED);
	m->first = false;
	own->magic = VMM_REPORT_MAGIC;
	own->tsc_hz = hz;
	own->tsc_go = own->tsc_first = own->tsc_program = clock_tsc();
	own->threads = 1;
	strcpy(own->thread[0].name, "vcpu0");
	own->thread[0].tid = (int32_t)gettid();
}

static void add(uint64_t *to, uint64_t value) /* NOLINT(readability-non-const-parameter): atomics write it */
{
	if (value)
		__atomic_add_fetch(to, value, __ATOMIC_RELAXED);
}

static void add_hist(struct hist *to, const struct hist *from)
{
	uint64_t most = __atomic_load_n(&to->max, __ATOMIC_RELAXED);

	if (from->count == 0)
		return;
	add(&to->count, from->count);
	add(&to->total, from->total);
	while (from->max > most && !__atomic_compare_exchange_n(&to->max, &most, from->max, true,
								__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		if (from->bucket[i])
			__atomic_add_fetch(&to->bucket[i], from->bucket[i], __ATOMIC_RELAXED);
}

static void add_thread(struct vmm_thread *to, const struct vmm_thread *from)
{
	add(&to->wall_tsc, from->wall_tsc);
	add(&to->run_tsc, from->run_tsc);
	add(&to->host_tsc, from->host_tsc);
	add(&to->spin_tsc, from->spin_tsc);
	add(&to->sleep_tsc, from->sleep_tsc);
	add(&to->cpu_ns, from->cpu_ns);
	add(&to->delay_ns, from->delay_ns);
	add(&to->late_inside_ns, from->late_inside_ns);
	add(&to->late_outside_ns, from->late_outside_ns);
	add(&to->switched_inside, from->switched_inside);
	add(&to->late_waiting_ns, from->late_waiting_ns);
	add(&to->usage.waits, from->usage.waits);
	add(&to->usage.switches, from->usage.switches);
	add(&to->usage.supplied, from->usage.supplied);
}

/* Most are empty, and memory nobody has touched: looking at them all would take longer than the process did.
 */
static void add_hists(struct tree *tree, const struct vmm_report *r)
{
	for (unsigned i = 0; i < VMM_EXIT_REASONS; i++)
		if (r->exits_used >> i & 1)
			add_hist(&tree->exits[i], &r->exits[i]);
	for (unsigned i = 0; i < ABI_CALL_COUNT; i++) {
		if (!(r->requests_used[i / 64] >> i % 64 & 1))
			continue;
		memcpy(tree->request[i], r->request[i].name, sizeof(tree->request[i]));
		for (int k = 0; k < VMM_STAGES; k++)
			add_hist(&tree->stage[i][k], &r->request[i].stage[k]);
	}
	__atomic_or_fetch(&tree->exits_used, r->exits_used, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < VMM_REQUEST_KINDS / 64; i++)
		__atomic_or_fetch(&tree->requests_used[i], r->requests_used[i], __ATOMIC_RELAXED);
}

/* Several processes may do so at once; two that meet the same call at the same moment may list it twice. */
void tree_add_unserved(struct vmm_unserved list[VMM_UNSERVED], const struct vmm_unserved *more)
{
	for (int i = 0; i < VMM_UNSERVED && more->count > 0; i++) {
		uint32_t none = 0;

		if (__atomic_compare_exchange_n(&list[i].count, &none, more->count, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE)) {
			list[i].rip = more->rip;
			list[i].number = more->number;
			return;
		}
		if (list[i].number == more->number) {
			__atomic_add_fetch(&list[i].count, more->count, __ATOMIC_RELAXED);
			return;
		}
	}
}

void tree_add(struct monitor *m, bool ends)
{
	const struct vmm_report *r = m->report;
	struct tree *tree = m->tree;

	for (uint32_t i = 0; i < r->threads && i < VMM_THREADS; i++)
		add_thread(strncmp(r->thread[i].name, "driver", 6) == 0 ? &tree->driver : &tree->vcpu,
			   &r->thread[i]);
	add(&tree->guest_kernel_tsc, r->guest_kernel_tsc);
	add(&tree->guest_spin_tsc, r->guest_spin_tsc);
	add(&tree->guest_halt_tsc, r->guest_halt_tsc);
	add(&tree->guest_wait_tsc, r->guest_wait_tsc);
	add(&tree->guest_syscalls, r->guest_syscalls);
	add(&tree->guest_served, r->guest_served);
	add(&tree->interrupts, r->interrupts);
	add(&tree->recalled, r->recalled);
	add(&tree->bytes_direct, r->bytes_direct);
	add(&tree->bytes_io, r->bytes_io);
	add(&tree->cpu_ns, r->cpu_program_ns);
	add(&tree->said_ns[m->place], r->cpu_program_ns);
	tree->ended[m->place] = ends;
	add_hists(tree, r);
	for (int i = 0; i < VMM_UNSERVED; i++)
		tree_add_unserved(tree->unserved, &r->unserved[i]);
}

void tree_reap(struct monitor *m, int32_t pid, uint64_t cpu_ns)
{
	struct tree *tree = m->tree;
	int place = find(tree, pid);

	add(&tree->said_ns[m->place], cpu_ns);
	if (place == 0)
		return;
	if (!tree->ended[place] && cpu_ns > tree->said_ns[place])
		add(&tree->killed_ns, cpu_ns - tree->said_ns[place]);
	give_back(tree, place);
}

void tree_add_lent(struct monitor *m, const struct vmm_thread *thread, const struct abi_account *now,
		   const struct abi_account *then)
{
	struct tree *tree = m->tree;

	add_thread(&tree->vcpu, thread);
	add(&tree->cpu_ns, thread->cpu_ns);
	add(&tree->guest_kernel_tsc, now->kernel_tsc - then->kernel_tsc);
	add(&tree->guest_spin_tsc, now->spin_tsc - then->spin_tsc);
	add(&tree->guest_halt_tsc, now->halt_tsc - then->halt_tsc);
	add(&tree->guest_wait_tsc, now->wait_tsc - then->wait_tsc);
}

static void gather_hists(struct vmm_report *r, const struct tree *tree)
{
	for (unsigned i = 0; i < VMM_EXIT_REASONS; i++)
		if (tree->exits_used >> i & 1)
			hist_merge(&r->exits[i], &tree->exits[i]);
	for (unsigned i = 0; i < ABI_CALL_COUNT; i++) {
		if (!(tree->requests_used[i / 64] >> i % 64 & 1))
			continue;
		memcpy(r->request[i].name, tree->request[i], sizeof(r->request[i].name));
		for (int k = 0; k < VMM_STAGES; k++)
			hist_merge(&r->request[i].stage[k], &tree->stage[i][k]);
	}
}

/* Times of vCPUs and drivers stay apart: those of the first process divide its own wall time. */
void tree_gather(struct monitor *m)
{
	struct vmm_report *r = m->report;
	const struct tree *tree = m->tree;

	r->forks = tree->forks;
	r->execs = tree->execs;
	if (tree->forks == 0)
		return;
	r->others_vcpu = tree->vcpu;
	r->others_vcpu.guest_kernel_tsc = tree->guest_kernel_tsc;
	r->others_vcpu.guest_wait_tsc = tree->guest_wait_tsc;
	r->others_vcpu.guest_spin_tsc = tree->guest_spin_tsc;
	r->others_driver = tree->driver;
	r->others_spin_tsc = tree->guest_spin_tsc;
	r->others_halt_tsc = tree->guest_halt_tsc;
	r->guest_syscalls += tree->guest_syscalls;
	r->guest_served += tree->guest_served;
	r->interrupts += tree->interrupts;
	r->recalled += tree->recalled;
	r->bytes_direct += tree->bytes_direct;
	r->bytes_io += tree->bytes_io;
	r->cpu_program_ns += tree->cpu_ns + tree->killed_ns;
	r->cpu_killed_ns = tree->killed_ns;
	gather_hists(r, tree);
	for (int i = 0; i < VMM_UNSERVED; i++)
		tree_add_unserved(r->unserved, &tree->unserved[i]);
}
