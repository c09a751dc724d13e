/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/counters_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The events of a set on one thread. User and kernel, guest and host are counted apart, each by a group of
 * its own: events of a group count at the same time, so that their ratios hold even where groups take turns.
 */
const char *const counter_half_names[COUNTER_HALVES] = {
	[HOST_USER] = "host-user",
	[HOST_KERNEL] = "host-kernel",
	[GUEST_USER] = "guest-user",
	[GUEST_KERNEL] = "guest-kernel",
};

int counter_open(struct perf_event_attr *attribute, pid_t tid, int leader)
{
	int fd;

	attribute->read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	fd = (int)syscall(SYS_perf_event_open, attribute, tid, -1, leader, PERF_FLAG_FD_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

int counter_read(int fd, struct counter_reading *reading)
{
	ssize_t bytes = read(fd, reading, sizeof(*reading));

	return bytes == sizeof(*reading) ? 0 : bytes < 0 ? -errno : -EIO;
}

/* Leaves of ATTRIBUTE what is in HALF; false where its modifiers exclude that. */
static bool narrow(struct perf_event_attr *attribute, enum counter_half half)
{
	bool guest = half == GUEST_USER || half == GUEST_KERNEL;
	bool kernel = half == HOST_KERNEL || half == GUEST_KERNEL;

	if (guest && attribute->type == PERF_TYPE_SOFTWARE)
		return false; /* the kernel raises these itself, and knows no guest */
	if ((guest ? attribute->exclude_guest : attribute->exclude_host) ||
	    (kernel ? attribute->exclude_kernel : attribute->exclude_user))
		return false;
	attribute->exclude_guest = !guest;
	attribute->exclude_host = guest;
	attribute->exclude_user = kernel;
	attribute->exclude_kernel = !kernel;
	attribute->exclude_hv = 1;
	return true;
}

void counter_group_open(struct counter_group *group, const struct event_set *set,
			const struct perf_event_attr *attribute, const bool *has, pid_t tid,
			enum counter_half half)
{
	int leader = -1, groups = 0;

	for (size_t i = 0; i < set->events; i++) {
		struct perf_event_attr a = attribute[i];

		group->fd[i] = -1;
		group->reading[i] = (struct counter_reading){ 0 };
		group->out[i] = has[i] && !narrow(&a, half);
		if (!has[i] || group->out[i])
			continue;
		a.inherit = 1; /* threads and processes it starts are its own */
		if (leader >= 0)
			group->fd[i] = counter_open(&a, tid, leader);
		/* EINVAL: the group would have more events than there are counters for. */
		if (leader < 0 || group->fd[i] == -EINVAL) {
			a.disabled = 1; /* until its group is complete */
			group->fd[i] = counter_open(&a, tid, -1);
			if (group->fd[i] >= 0) {
				leader = group->fd[i];
				groups++;
			}
		}
		group->group[i] = groups;
	}
}

void counter_group_start(const struct counter_group *group, size_t events)
{
	for (size_t i = 0; i < events; i++)
		if (group->fd[i] >= 0)
			ioctl(group->fd[i], PERF_EVENT_IOC_ENABLE, 0); /* followers are already */
}

void counter_group_read(struct counter_group *group, size_t events)
{
	for (size_t i = 0; i < events; i++)
		if (group->fd[i] < 0 || counter_read(group->fd[i], &group->reading[i]))
			group->reading[i] = (struct counter_reading){ 0 };
}

void counter_group_close(struct counter_group *group, size_t events)
{
	for (size_t i = 0; i < events; i++)
		if (group->fd[i] >= 0)
			close(group->fd[i]);
}

bool counter_group_counted(const struct counter_group *group, size_t i)
{
	return group->reading[i].running_ns > 0;
}

/* What a formula has taken so far. */
struct taken {
	const struct counter_group *group;
	const struct event_set *set;
	int first;  /* group of the first event; 0: none yet */
	bool apart; /* events of several groups */
	bool turns; /* one that did not count all the time */
};

static int take(void *context, const char *name, double *value, struct error *error)
{
	struct taken *taken = context;
	size_t i = 0;

	(void)error;
	while (strcmp(taken->set->event[i].name, name) != 0)
		i++; /* it is there: the set was checked when it was read */
	*value =
		counter_group_counted(taken->group, i) ? (double)taken->group->reading[i].value : (double)NAN;
	taken->apart |= taken->first && taken->first != taken->group->group[i];
	taken->first = taken->group->group[i];
	taken->turns |= taken->group->reading[i].running_ns < taken->group->reading[i].enabled_ns;
	return 0;
}

double counter_group_formula(const struct counter_group *group, const struct event_set *set,
			     const struct set_formula *formula)
{
	struct taken taken = { .group = group, .set = set };
	double value;

	if (formula_evaluate(formula->text, take, &taken, &value, NULL) || (taken.apart && taken.turns))
		return (double)NAN;
	return value;
}
