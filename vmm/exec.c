/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/call_priv.h"
#include "vmm/exec_priv.h"
#include "vmm/signals_priv.h"

/*
 * execve: the monitor executes itself again with the new program, so that process, descriptors and all else
 * that Linux keeps across it are kept by Linux. What would fail is found out before.
 */

static char **take_list(char **string, char *end, uint64_t count, unsigned spare)
{
	char **list = calloc(count + spare + 1, sizeof(char *));

	for (uint64_t i = 0; list && i < count; i++) {
		list[spare + i] = *string;
		*string =
			memchr(*string, 0, (size_t)(end - *string)) ? *string + strlen(*string) + 1 : end - 1;
	}
	return list;
}

/* Copies path, arguments and environment out of guest memory. BYTES end with a NUL, whatever the guest says.
 */
static int64_t take(const struct monitor *m, struct program *p, const uint64_t a[6])
{
	const char *from = memory_at(m, a[0], a[1]);
	char *string, *end;

	if (from == NULL || a[1] == 0 || a[1] > 4 << 20 || a[2] > a[1] || a[3] > a[1])
		return -EFAULT;
	p->block = malloc(a[1] + 1);
	if (p->block == NULL)
		return -ENOMEM;
	memcpy(p->block, from, a[1]);
	p->block[a[1]] = '\0';
	end = p->block + a[1] + 1;
	if (strlen(p->block) >= sizeof(p->path))
		return -ENAMETOOLONG;
	snprintf(p->path, sizeof(p->path), "%s", proc_path(m, p->block));
	string = p->block + strlen(p->block) + 1;
	p->argv = take_list(&string, end, a[2], 2 * EXEC_SCRIPTS);
	p->environment = take_list(&string, end, a[3], 0);
	if (p->argv == NULL || p->environment == NULL)
		return -ENOMEM;
	if (a[2] == 0) /* as Linux since 5.18 */
		p->argv[(size_t)2 * EXEC_SCRIPTS] = p->block + strlen(p->block);
	return 0;
}

/* Makes the interpreter of a script, whose first bytes are EXEC_LINE, the program. *ARGV moves to its
 * arguments.
 */
static int64_t interpret(struct program *p, int depth, char ***argv)
{
	char *name = p->line[depth] + 2, *argument;

	name[strcspn(name, "\n")] = '\0';
	name += strspn(name, " \t");
	argument = name + strcspn(name, " \t");
	if (*name == '\0')
		return -ENOEXEC;
	if (*argument)
		*argument++ = '\0';
	argument += strspn(argument, " \t");
	for (size_t n = strlen(argument); n > 0 && strchr(" \t", argument[n - 1]); n--)
		argument[n - 1] = '\0';
	snprintf(p->script[depth], sizeof(p->script[depth]), "%s", p->path);
	(*argv)[0] = p->script[depth];
	if (*argument)
		*--*argv = argument;
	*--*argv = name;
	snprintf(p->path, sizeof(p->path), "%s", name);
	return 0;
}

/* Whether the ELF executable open as FD, and its dynamic linker, can be loaded. */
static int64_t check_image(int fd, const char *path)
{
	struct error unused = { 0 };
	struct image image;

	if (elf_read(fd, path, ELF_PROGRAM, &image, &unused))
		return -ENOEXEC;
	if (image.interpreter[0] && access(image.interpreter, R_OK))
		return -errno;
	return 0;
}

/* Finds what is to be loaded, through scripts. 0 with p->image an ELF executable, or what Linux would say. */
static int64_t find(struct monitor *m, struct program *p, char ***argv)
{
	for (int depth = 0;; depth++) {
		int fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		struct stat info;
		int64_t error = 0;
		ssize_t n = 0;

		if (fd < 0)
			return -errno;
		if (fstat(fd, &info) || !S_ISREG(info.st_mode) ||
		    faccessat(AT_FDCWD, p->path, X_OK, AT_EACCESS))
			error = -EACCES;
		else if (depth < EXEC_SCRIPTS)
			n = pread(fd, p->line[depth], EXEC_LINE - 1, 0);
		if (error == 0 && (n < 2 || memcmp(p->line[depth], "#!", 2) != 0))
			error = depth < EXEC_SCRIPTS ? check_image(fd, p->path) : -ELOOP;
		else if (error == 0)
			n = -1;
		if (error == 0 && n >= 0) {
			p->image = fds_hide(m, fd);
			return p->image < 0 ? p->image : 0;
		}
		close(fd);
		if (error)
			return error;
		error = interpret(p, depth, argv);
		if (error)
			return error;
	}
}

/* Which of our descriptors the next monitor is to find. */
static void pass_on(const struct vcpu *v, int flags)
{
	const struct monitor *m = v->monitor;

	fcntl(v->program->image, F_SETFD, flags);
	fcntl(m->report_fd, F_SETFD, flags);
	fcntl(m->kernel, F_SETFD, flags);
	fcntl(m->kvm, F_SETFD, flags);
	fcntl(v->lent ? -1 : m->control, F_SETFD, flags);
}

/* What the next monitor is to find: the program's limit, the descriptors that are for it, all cores. */
static void hand_over(const struct vcpu *v, uint64_t ignored, uint64_t blocked)
{
	const struct monitor *m = v->monitor;
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = m->nofile_soft;
	setrlimit(RLIMIT_NOFILE, &limit);
	pass_on(v, 0);
	place_nowhere(m);
	signals_hand_over(ignored, blocked);
	if (!v->lent)
		signals_requeue(m, blocked);
}

/* The program goes on after all. */
static void take_back(const struct vcpu *v)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = fds_limit(v->monitor);
	setrlimit(RLIMIT_NOFILE, &limit);
	pass_on(v, FD_CLOEXEC);
	signals_install(v->monitor);
	if (v->lent)
		signals_defer();
}

/* Figures that would be lost. CPU clocks run on, but for the driver's. */
static void count(const struct vcpu *v)
{
	struct monitor *m = v->monitor;

	__atomic_add_fetch(&m->tree->execs, 1, __ATOMIC_RELAXED);
	if (v->lent) /* whoever lent it counts */
		return;
	if (!m->first)
		m->main->thread.wall_tsc = clock_tsc() - m->report->tsc_go;
	monitor_collect(m);
	driver_count_cpu(m);
	if (!m->first)
		tree_add(m, false);
}

static int64_t execute(struct vcpu *v, struct program *p, const uint64_t a[6])
{
	int64_t error = take(v->monitor, p, a);
	char **argv;

	if (error)
		return error;
	argv = p->argv + (size_t)2 * EXEC_SCRIPTS;
	error = find(v->monitor, p, &argv);
	if (error)
		return error;
	p->command = exec_command_line(v, p, argv);
	if (p->command == NULL)
		return -ENOMEM;
	if (!v->lent)
		tick_stop(v->monitor);
	loop_forget_kicks();
	hand_over(v, a[4], a[5]);
	count(v);
	execve("/proc/self/exe", p->command, p->environment);
	error = -errno;
	take_back(v);
	if (!v->lent)
		tick_start(v->monitor);
	return error;
}

/* exec(gpa, bytes, arguments, variables, ignored, blocked): strings, sets of signals; returns on failure */
int64_t exec_program(struct monitor *m, const uint64_t a[6])
{
	struct vcpu *v = loop_current();
	int64_t error;

	(void)m;
	v->program = calloc(1, sizeof(*v->program));
	if (v->program == NULL)
		return -ENOMEM;
	v->program->image = -1;
	error = execute(v, v->program, a);
	close(v->program->image);
	exec_forget(v);
	return error;
}

void exec_forget(struct vcpu *v)
{
	struct program *p = v->program;

	if (p) {
		free(p->block);
		free(p->argv);
		free(p->environment);
		free(p->command);
	}
	free(p);
	v->program = NULL;
}
