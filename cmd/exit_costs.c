/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/exit_costs_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "probes/trace.h"

/*
 * Events of the nano suite are guests that do one thing again and again. Their traces tell what KVM takes for
 * it: how much between entry and exit is its own and the processor's, as it tells itself or RCU does, and
 * what comes after KVM_RUN.
 */
#define TRIES 3 /* on a busy machine it may not be seen often enough */

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

/* Whether it ran to its end, traced into PATH; with RCU's notes where NOTED, which take time of what they are
 * in. */
static bool trace(const char *monitor, const char *event, const char *path, bool noted)
{
	const uint64_t none[TRACE_COSTS] = { 0 };
	struct trace_recorder *recorder;
	int gate[2], status = -1;
	bool open, traced;
	pid_t pid;

	pid = start(monitor, event, gate);
	if (pid < 0)
		return false;
	open = trace_open(&recorder, pid, path, noted ? none : NULL, false, NULL) == 0;
	traced = open && trace_begin(recorder, NULL) == 0;
	if (!traced)
		kill(pid, SIGKILL);
	close(gate[1]);
	waitpid(pid, &status, 0);
	traced = traced && trace_end(recorder, NULL) == 0;
	if (open)
		trace_close(recorder);
	return traced && status == 0;
}

/* Any guest may lose its CPU meanwhile. */
static void learn(const char *path, enum trace_cost cost, uint64_t *costs)
{
	trace_costs_learn(path, cost, costs, NULL);
	if (!costs[COST_SWITCH])
		trace_costs_learn(path, COST_SWITCH, costs, NULL);
}

/* Between entry and exit, as KVM tells them, or else RCU. */
static void find_window(const char *monitor, const char *path, uint64_t *costs)
{
	static const char event[] = "port-write-kernel";

	if (trace(monitor, event, path, false))
		learn(path, COST_WINDOW, costs);
	for (int i = 0; i < TRIES && !costs[COST_WINDOW] && !costs[COST_NOTED]; i++)
		if (trace(monitor, event, path, true))
			learn(path, COST_NOTED, costs);
}

/* What a guest does not ask for; where KVM does not tell of entries, nothing is made of it. */
static void find_unasked(const char *monitor, const char *path, uint64_t *costs)
{
	static const enum trace_cost unasked[] = { COST_EXIT, COST_FAULT, COST_FRESH, COST_COPIED };

	if (!costs[COST_WINDOW] || !trace(monitor, "unasked", path, false))
		return;
	for (size_t i = 0; i < sizeof(unasked) / sizeof(unasked[0]); i++)
		learn(path, unasked[i], costs);
}

static void find_turn(const char *monitor, const char *path, uint64_t *costs)
{
	for (int i = 0; i < TRIES && !costs[COST_TURN]; i++)
		if (trace(monitor, "port-write-monitor", path, false))
			learn(path, COST_TURN, costs);
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

static void find_all(uint64_t *costs)
{
	char monitor[4096], path[64];
	int file = memfd_create("vmtax-trace", MFD_CLOEXEC);

	memset(costs, 0, TRACE_COSTS * sizeof(*costs));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (file >= 0 && cmd_find_part("vmtax-monitor", monitor, sizeof(monitor), NULL) == 0) {
		find_window(monitor, path, costs);
		find_turn(monitor, path, costs);
		find_unasked(monitor, path, costs);
	}
	if (file >= 0)
		close(file);
}

void exit_costs_find(pid_t pid, uint64_t *costs)
{
	if (runs_a_guest(pid))
		find_all(costs);
	else
		memset(costs, 0, TRACE_COSTS * sizeof(*costs));
}

void exit_costs_of_run(uint64_t *costs)
{
	find_all(costs);
	costs[COST_NOTED] = 0;
}
