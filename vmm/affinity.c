/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"

/*
 * The cores a thread of the program may run on: its vCPU's thread runs on no others. Where the guest was
 * given a number of cores, it is a machine of so many and counts them from nought; else it has the host's own
 * numbers.
 */

/* SET in the other numbers: the guest's, or TO_HOST the host's. Cores that are not the guest's fall out. */
static cpu_set_t renumber(const struct monitor *m, const cpu_set_t *set, bool to_host)
{
	cpu_set_t result;
	int guest = 0;

	CPU_ZERO(&result);
	for (int host = 0; host < CPU_SETSIZE; host++) {
		if (!CPU_ISSET(host, &m->allowed))
			continue;
		if (m->options->cpus == 0)
			guest = host;
		if (CPU_ISSET(to_host ? guest : host, set))
			CPU_SET(to_host ? host : guest, &result);
		guest++;
	}
	return result;
}

int affinity_number(const struct monitor *m, int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (core >= 0)
		CPU_SET(core, &set);
	set = renumber(m, &set, false);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &set))
			return i;
	return 0;
}

/* The vCPU that runs thread TID of this process, or NULL. */
static struct vcpu *find(struct monitor *m, pid_t tid)
{
	if (tid == 0)
		return loop_current();
	if (tid == getpid())
		return m->main;
	for (unsigned i = 1; i < atomic_load(&m->vcpus); i++)
		if (m->vcpu[i]->thread.tid == tid)
			return m->vcpu[i];
	return NULL;
}

/* sched_getaffinity(tid, bytes, mask): the bytes written */
int64_t affinity_get(struct monitor *m, const uint64_t a[6])
{
	const struct vcpu *v = find(m, (pid_t)a[0]);
	size_t most = (uint32_t)a[1] < sizeof(cpu_set_t) ? (uint32_t)a[1] : sizeof(cpu_set_t);
	cpu_set_t set;
	long bytes = syscall(SYS_sched_getaffinity, v ? 0 : (pid_t)a[0], most, &set);

	if (bytes < 0)
		return -errno;
	if (a[2] == 0)
		return -EFAULT;
	if (v)
		set = CPU_COUNT(&v->wanted) ? v->wanted : m->allowed;
	set = renumber(m, &set, false);
	memcpy((void *)a[2], &set, (size_t)bytes);
	return bytes;
}

/* sched_setaffinity(tid, bytes, mask) */
int64_t affinity_set(struct monitor *m, const uint64_t a[6])
{
	struct vcpu *v = find(m, (pid_t)a[0]);
	size_t bytes = (uint32_t)a[1] < sizeof(cpu_set_t) ? (uint32_t)a[1] : sizeof(cpu_set_t);
	cpu_set_t set;

	if (a[2] == 0)
		return bytes ? -EFAULT : -EINVAL;
	CPU_ZERO(&set);
	memcpy(&set, (const void *)a[2], bytes);
	set = renumber(m, &set, true);
	if (CPU_COUNT(&set) == 0)
		return -EINVAL;
	if (v == NULL)
		return syscall(SYS_sched_setaffinity, (pid_t)a[0], sizeof(set), &set) < 0 ? -errno : 0;
	v->wanted = set;
	return -place_vcpu(v);
}

void affinity_inherit(struct vcpu *v)
{
	const struct vcpu *parent = loop_current();

	if (parent == NULL || CPU_EQUAL(&v->wanted, &parent->wanted))
		return;
	v->wanted = parent->wanted;
	place_vcpu(v);
}

/* Four cores a digit, the first cores first. */
void affinity_print(const cpu_set_t *set, char text[VMM_AFFINITY])
{
	for (int i = 0; i < CPU_SETSIZE; i += 4) {
		int digit = 0;

		for (int bit = 0; bit < 4; bit++)
			digit |= (CPU_ISSET(i + bit, set) != 0) << bit;
		text[i / 4] = "0123456789abcdef"[digit];
	}
	text[CPU_SETSIZE / 4] = '\0';
}

void affinity_parse(cpu_set_t *set, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	CPU_ZERO(set);
	for (int i = 0; text && text[i] && i < CPU_SETSIZE / 4; i++) {
		const char *at = strchr(digits, text[i]);

		for (int bit = 0; at && bit < 4; bit++)
			if ((at - digits) >> bit & 1)
				CPU_SET(i * 4 + bit, set);
	}
}
