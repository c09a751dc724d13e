/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/exit_costs_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "probes/trace.h"

/*
 * Events of the nano suite are guests that do one thing again and again. Their traces tell what KVM takes for
 * it: where it tells of entries and exits, how much between the two is its own and the processor's, and else
 * what an exit costs.
 */
#define TRIES 3

static const struct {
	enum trace_cost cost;
	const char *event; /* as vmtax-monitor --event knows it */
	bool silent;	   /* only where KVM tells of no entries */
	bool disturbed;	   /* it has to give up its CPU now and then */
} guests[] = {
	{ COST_WINDOW, "port-write-kernel", false, false }, { COST_TURN, "port-write-monitor", false, false },
	{ COST_PORT, "port-write-kernel", true, false },    { COST_RUN, "port-write-monitor", true, false },
	{ COST_ON, "port-write-kernel", true, true },
};

/* A monitor with its guest, which waits until GATE is closed. */
static pid_t start(const char *monitor, const char *event, int gate[2])
{
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		char byte;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(gate[1]);
		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
		    read(gate[0], &byte, 1) != 0)
			_exit(127);
		execl(monitor, monitor, "--memory", "32M", "--timeout", "60s", "--event", event,
		      (char *)NULL);
		_exit(127);
	}
	close(gate[0]);
	if (pid < 0)
		close(gate[1]);
	return pid;
}

/* Takes the CPU from the process, which is on ours, again and again until it ends. Its status. */
static int disturb(pid_t pid)
{
	const struct timespec rest = { .tv_nsec = 50000 };
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) == 0)
		nanosleep(&rest, NULL);
	return status;
}

/* Whether it ran to its end, traced into PATH. */
static bool trace(const char *monitor, const char *event, const char *path, bool disturbed)
{
	const uint64_t none[TRACE_COSTS] = { 0 };
	struct trace_recorder *recorder;
	int gate[2], status = -1;
	cpu_set_t usual, one;
	bool open, traced;
	pid_t pid;

	if (sched_getaffinity(0, sizeof(usual), &usual))
		return false;
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	if (disturbed)
		sched_setaffinity(0, sizeof(one), &one);
	pid = start(monitor, event, gate);
	if (pid < 0) {
		sched_setaffinity(0, sizeof(usual), &usual);
		return false;
	}
	open = trace_open(&recorder, pid, path, none, false, NULL) == 0;
	traced = open && trace_begin(recorder, NULL) == 0;
	if (!traced)
		kill(pid, SIGKILL);
	close(gate[1]);
	if (disturbed)
		status = disturb(pid);
	else
		waitpid(pid, &status, 0);
	sched_setaffinity(0, sizeof(usual), &usual);
	traced = traced && trace_end(recorder, NULL) == 0;
	if (open)
		trace_close(recorder);
	return traced && status == 0;
}

/*
 * Guest I's cost; where it is not seen often enough, as on a busy machine, again. Each guest faults on its
 * memory as it begins, which shows where entries do.
 */
static void find(const char *monitor, size_t i, const char *path, uint64_t *costs)
{
	enum trace_cost cost = guests[i].cost;

	for (int tries = 0; costs[cost] == 0 && tries < (guests[i].silent ? TRIES : 1); tries++)
		if (trace(monitor, guests[i].event, path, guests[i].disturbed)) {
			trace_costs_learn(path, cost, costs, NULL);
			if (cost == COST_WINDOW)
				trace_costs_learn(path, COST_FAULT, costs, NULL);
		}
}

/* Whether the process has a virtual CPU: KVM gives them to their descriptors as names. */
static bool runs_a_guest(pid_t pid)
{
	char path[64], link[64];
	bool found = false;
	struct dirent *entry;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	fds = opendir(path);
	while (fds && !found && (entry = readdir(fds)) != NULL) {
		ssize_t length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);

		link[length > 0 ? length : 0] = '\0';
		found = strstr(link, "kvm-vcpu") != NULL;
	}
	if (fds)
		closedir(fds);
	return found;
}

#define TELLING 2 /* the first, that any KVM takes part in */

/* Those of the first MOST guests. */
static void find_all(size_t most, uint64_t *costs)
{
	char monitor[4096], path[64];
	int file = memfd_create("vmtax-trace", MFD_CLOEXEC);

	memset(costs, 0, TRACE_COSTS * sizeof(*costs));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (file >= 0 && cmd_find_part("vmtax-monitor", monitor, sizeof(monitor), NULL) == 0)
		for (size_t i = 0; i < most; i++)
			if (!guests[i].silent || costs[COST_WINDOW] == 0)
				find(monitor, i, path, costs);
	if (file >= 0)
		close(file);
}

void exit_costs_find(pid_t pid, uint64_t *costs)
{
	find_all(runs_a_guest(pid) ? sizeof(guests) / sizeof(guests[0]) : 0, costs);
	if (costs[COST_PORT])
		costs[COST_WAKE] = trace_wake_cost_ns();
}

void exit_costs_of_run(uint64_t *costs)
{
	find_all(TELLING, costs);
}
