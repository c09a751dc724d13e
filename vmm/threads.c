/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * Threads of the program: each is a vCPU run by a host thread of its own. Where one ends, both wait for the
 * next: KVM gives a vCPU back only with its VM, and moving it to another host thread costs more than a new
 * one.
 */
#define STACK (256u << 10) /* of a host thread */
#define NAME  16	   /* bytes of its name */

/* Waits for a thread to run, or the program's end. */
static void await_start(struct vcpu *v)
{
	atomic_store(&v->resting, true);
	while (!loop_ending(v->monitor) && sem_wait(&v->starts) && errno == EINTR)
		;
	atomic_store(&v->resting, false);
	v->began = clock_tsc();
}

void thread_park(struct vcpu *v)
{
	v->thread.wall_tsc += clock_tsc() - v->began;
	tick_run(v, false);
	await_start(v);
	tick_run(v, true);
}

static void *run(void *argument)
{
	struct vcpu *v = argument;
	struct monitor *m = v->monitor;

	signals_shut();
	v->thread.tid = (int32_t)syscall(SYS_gettid);
	if (loop_enter(v) || place_vcpu(v))
		v->thread.tid = -EAGAIN;
	sem_post(&v->ready);
	await_start(v);
	loop_run(v);
	if (v == m->main) /* a fork made this the only thread of its process */
		monitor_leave(m);
	v->thread.wall_tsc += clock_tsc() - v->began;
	v->thread.cpu_ns = clock_thread_cpu_ns();
	v->thread.delay_ns = monitor_waited_ns();
	v->thread.usage = monitor_usage();
	/* If the program ended here, the main thread has yet to learn of it. */
	loop_recall(m->main);
	atomic_store(&v->left, true);
	return NULL;
}

/* A vCPU of its own for BLOCK, and a host thread that waits to run it. */
static struct vcpu *open_vcpu(struct monitor *m, uint64_t block)
{
	unsigned id = atomic_load(&m->vcpus);
	pthread_attr_t attributes;
	struct vcpu *v;

	if (id == VCPUS || !memory_at(m, block, ABI_BLOCK_SIZE) || block % ABI_BLOCK_SIZE ||
	    block < ABI_IMAGE)
		return NULL;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	v->fd = v->wake = -1;
	v->monitor = m;
	snprintf(v->thread.name, sizeof(v->thread.name), "vcpu%u", id);
	sem_init(&v->ready, 0, 0);
	sem_init(&v->starts, 0, 0);
	tables_task(m, block);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	if (vcpu_open(m, v, id, block) || interrupt_connect(v) ||
	    pthread_create(&v->host, &attributes, run, v)) {
		vcpu_close(v);
		free(v);
		v = NULL;
	}
	pthread_attr_destroy(&attributes);
	if (v == NULL)
		return NULL;
	while (sem_wait(&v->ready) && errno == EINTR)
		;
	driver_adopt(v);
	m->vcpu[id] = v;
	atomic_store(&m->vcpus, id + 1); /* its driver looks at its ring from now on */
	place_drivers(m);
	return v;
}

/* A thread begins with the name of the one that starts it; a new host thread does so by itself. */
static void inherit_name(const struct vcpu *v)
{
	char name[NAME];

	if (pthread_getname_np(pthread_self(), name, sizeof(name)) == 0)
		pthread_setname_np(v->host, name);
}

int64_t thread_start(struct monitor *m, uint64_t block, bool go)
{
	struct vcpu *v = NULL;
	int32_t tid;

	pthread_mutex_lock(&m->starting);
	for (unsigned i = 1; i < atomic_load(&m->vcpus) && !v; i++)
		if (m->vcpu[i]->block == block)
			v = m->vcpu[i];
	if (v == NULL && !loop_ending(m))
		v = open_vcpu(m, block);
	pthread_mutex_unlock(&m->starting);
	if (v == NULL || v->thread.tid < 0)
		return -EAGAIN;
	tid = v->thread.tid; /* it may execve before we are back, and what it took be counted */
	v->channel->tid = (uint32_t)tid;
	affinity_inherit(v);
	inherit_name(v);
	if (go)
		sem_post(&v->starts);
	return tid;
}

bool threads_shows(const struct monitor *m, uint32_t tid)
{
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++)
		if (m->vcpu[i]->channel->tid == tid && !atomic_load(&m->vcpu[i]->resting))
			return true;
	return false;
}

bool threads_stop(struct monitor *m)
{
	bool all = true;

	/* One that is just starting another is waited for: after that nobody starts any. */
	for (unsigned i = 1; i < atomic_load(&m->vcpus); i++) {
		if (loop_recall(m->vcpu[i]))
			pthread_join(m->vcpu[i]->host, NULL);
		else
			all = false;
	}
	return all;
}

static void add(struct vmm_thread *row, const struct vmm_thread *thread)
{
	row->wall_tsc += thread->wall_tsc;
	row->run_tsc += thread->run_tsc;
	row->late_inside_ns += thread->late_inside_ns;
	row->late_outside_ns += thread->late_outside_ns;
	row->switched_inside += thread->switched_inside;
	row->late_waiting_ns += thread->late_waiting_ns;
	row->host_tsc += thread->host_tsc;
	row->cpu_ns += thread->cpu_ns;
	row->delay_ns += thread->delay_ns;
	row->usage.waits += thread->usage.waits;
	row->usage.switches += thread->usage.switches;
	row->usage.supplied += thread->usage.supplied;
	row->guest_kernel_tsc += thread->guest_kernel_tsc;
	row->guest_spin_tsc += thread->guest_spin_tsc;
	row->guest_halt_tsc += thread->guest_halt_tsc;
	row->guest_wait_tsc += thread->guest_wait_tsc;
}

/* A row of the report for each vCPU; those for which there is no room share the last. */
void threads_collect(struct monitor *m)
{
	struct vmm_report *report = m->report;

	if (atomic_load(&m->vcpus) > report->vcpus)
		report->vcpus = atomic_load(&m->vcpus);
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++) {
		struct vcpu *v = m->vcpu[i];
		bool room = report->threads < VMM_THREADS;
		struct vmm_thread *row =
			i == 0 ? &report->thread[0] : &report->thread[report->threads - !room];

		if (i > 0 && room) {
			memcpy(row->name, v->thread.name, sizeof(row->name));
			row->tid = v->thread.tid;
			report->threads++;
		}
		if (!room)
			snprintf(row->name, sizeof(row->name), "vcpu-others");
		add(row, &v->thread);
		memset(&v->thread, 0, sizeof(v->thread));
	}
}

void threads_forget(struct monitor *m)
{
	struct vcpu *v = loop_current();

	pthread_mutex_init(&m->counting, NULL);
	pthread_mutex_init(&m->starting, NULL);
	m->main = v;
	threads_close(m);
	m->vcpu[0] = v;
	atomic_store(&m->vcpus, 1);
	atomic_store(&v->interrupted, false);
	atomic_store(&v->ticked, false);
	atomic_store(&v->halted, false);
	memset(&v->thread, 0, sizeof(v->thread));
}

void threads_free(struct monitor *m)
{
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++)
		if (m->vcpu[i] != m->main)
			free(m->vcpu[i]);
}

void threads_close(struct monitor *m)
{
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++)
		vcpu_close(m->vcpu[i]);
	threads_free(m);
}
