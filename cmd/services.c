/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/launch_priv.h"
#include "cmd/service_priv.h"
#include "cmd/services_priv.h"

/* Starts and ends the host's services, and takes their account: it is nobody's cost but the host's. */
static const struct service *const services_table[][SERVICES_MOST] = {
	[VMM_HOST_SERVICES_BACKUP] = { &service_backup },
	[VMM_HOST_SERVICES_SCAN] = { &service_scan },
	[VMM_HOST_SERVICES_DIRECTORY] = { &service_directory },
	[VMM_HOST_SERVICES_ALL] = { &service_backup, &service_scan, &service_directory },
};

/* Does not return. It ends with us, whatever ends us; READY is closed once it works. */
static _Noreturn void serve(const struct service *service, const cpu_set_t *cores, char *const *beside,
			    pid_t parent, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, service->name);
	if (getppid() != parent)
		_exit(1);
	if (CPU_COUNT(cores))
		sched_setaffinity(0, sizeof(*cores), cores);
	dup2(ready, STDERR_FILENO + 1);
	close_range(STDERR_FILENO + 2, ~0u, 0);
	service->run(beside, STDERR_FILENO + 1);
	_exit(1);
}

static int start(pid_t *pid, const struct service *service, const cpu_set_t *cores, char *const *beside,
		 struct error *error)
{
	pid_t parent = getpid();
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		return error_set(error, errno, "cannot start the host's services");
	*pid = fork();
	if (*pid == 0)
		serve(service, cores, beside, parent, ready[1]);
	close(ready[1]);
	if (*pid < 0 || read(ready[0], &byte, 1) != 1) {
		error_set(error, *pid < 0 ? errno : 0, "cannot start the host's service %s", service->name);
		if (*pid > 0)
			waitpid(*pid, NULL, 0);
		*pid = 0;
		close(ready[0]);
		return -EIO;
	}
	close(ready[0]);
	return 0;
}

int services_start(struct services *services, unsigned value, const cpu_set_t *cores, char *const *beside,
		   struct error *error)
{
	int code = 0;

	*services = (struct services){ .value = value };
	for (size_t i = 0; code == 0 && i < SERVICES_MOST && services_table[value][i]; i++)
		code = start(&services->pid[i], services_table[value][i], cores, beside, error);
	for (size_t i = 0; code && i < SERVICES_MOST && services->pid[i] > 0; i++) {
		kill(services->pid[i], SIGKILL);
		waitpid(services->pid[i], NULL, 0);
		services->pid[i] = 0;
	}
	return code;
}

/* What the kernel counted of a process's I/O (proc(5)): NAME of /proc/PID/io. */
static int64_t io_count(pid_t pid, const char *name)
{
	char path[32], line[64], word[32];
	int64_t count = 0, value;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/io", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%31[^:]: %" SCNd64, word, &value) == 2 && strcmp(word, name) == 0)
			count = value;
	if (file)
		fclose(file);
	return count;
}

static int stop(pid_t pid, const char *name, struct probe_samples *samples)
{
	static const struct {
		const char *count, *event, *unit;
	} rows[] = { { "rchar", "read", "bytes" }, { "syscr", "reads", "1" } };
	struct rusage usage = { 0 };
	int code = 0;

	kill(pid, SIGSTOP); /* counts of a process that is no more cannot be read */
	for (size_t i = 0; code == 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
		code = probe_samples_add(samples, "host-services", name, rows[i].event, rows[i].unit,
					 (double)io_count(pid, rows[i].count));
	kill(pid, SIGKILL);
	while (wait4(pid, NULL, 0, &usage) < 0 && errno == EINTR)
		;
	return code ? code
		    : probe_samples_add(samples, "host-services", name, "cpu", "ns",
					(double)clock_usage_ns(&usage));
}

int services_stop(struct services *services, struct probe_samples *samples)
{
	int code = 0;

	for (size_t i = 0; i < SERVICES_MOST && services->pid[i] > 0; i++) {
		int ended = stop(services->pid[i], services_table[services->value][i]->name, samples);

		code = code ? code : ended;
		services->pid[i] = 0;
	}
	return code;
}
