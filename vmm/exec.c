/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

/*
 * execve: the monitor executes itself again with the new program, so that process, descriptors and all else
 * that Linux keeps across it are kept by Linux. What would fail is found out before.
 */
#define SCRIPTS 4 /* interpreters that are scripts themselves, as Linux has it */
#define LINE	256
#define OPTIONS (32 + 2 * VMM_KNOBS)

/* The new program; strings lie in BLOCK. */
struct program {
	char *block;
	char path[4096];
	char **argv; /* with SCRIPTS * 2 free places before it */
	char **environment;
	char line[SCRIPTS][LINE]; /* of scripts */
	char script[SCRIPTS][4096];
};

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
	p->argv = take_list(&string, end, a[2], 2 * SCRIPTS);
	p->environment = take_list(&string, end, a[3], 0);
	if (p->argv == NULL || p->environment == NULL)
		return -ENOMEM;
	if (a[2] == 0) /* as Linux since 5.18 */
		p->argv[(size_t)2 * SCRIPTS] = p->block + strlen(p->block);
	return 0;
}

/* Makes the interpreter of a script, whose first bytes are LINE, the program. *ARGV moves to its arguments.
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

/* Finds what is to be loaded, through scripts. 0 with p->path an ELF executable, or what Linux would say. */
static int64_t find(struct program *p, char ***argv)
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
		else if (depth < SCRIPTS)
			n = pread(fd, p->line[depth], LINE - 1, 0);
		if (error == 0 && (n < 2 || memcmp(p->line[depth], "#!", 2) != 0))
			error = depth < SCRIPTS ? check_image(fd, p->path) : -ELOOP;
		else if (error == 0)
			n = -1;
		close(fd);
		if (error || n >= 0)
			return error;
		error = interpret(p, depth, argv);
		if (error)
			return error;
	}
}

/* The command line of the next monitor: what this one was told, and the program. */
static char **command_line(const struct monitor *m, const struct program *p, char **argv, char *config)
{
	static char number[6][24];
	unsigned count = 0, n = 0;
	char **line, *rest = config, *part;

	while (argv[count])
		count++;
	line = calloc(OPTIONS + count, sizeof(char *));
	if (line == NULL)
		return NULL;
	snprintf(number[0], sizeof(number[0]), "%d", m->report_fd);
	snprintf(number[1], sizeof(number[1]), "%llu", (unsigned long long)m->memory_bytes);
	snprintf(number[2], sizeof(number[2]), "%llu", (unsigned long long)m->tsc_hz);
	snprintf(number[3], sizeof(number[3]), "%u", m->options->max_processes);
	snprintf(number[5], sizeof(number[5]), "%u", m->options->cpus);
	snprintf(number[4], sizeof(number[4]), "%d", m->control);
	line[n++] = (char *)"vmtax-monitor";
	line[n++] = (char *)"--report", line[n++] = number[0];
	line[n++] = (char *)"--role", line[n++] = (char *)(m->first ? "first" : "child");
	line[n++] = (char *)"--config", line[n++] = strsep(&rest, "+");
	while ((part = strsep(&rest, "+")) != NULL)
		line[n++] = (char *)"--set", line[n++] = part;
	line[n++] = (char *)"--memory", line[n++] = number[1];
	line[n++] = (char *)"--tsc-hz", line[n++] = number[2];
	line[n++] = (char *)"--kernel", line[n++] = (char *)m->options->kernel;
	if (m->options->cpus)
		line[n++] = (char *)"--cpus", line[n++] = number[5];
	if (m->options->max_processes)
		line[n++] = (char *)"--max-processes", line[n++] = number[3];
	if (m->control >= 0)
		line[n++] = (char *)"--control", line[n++] = number[4];
	line[n++] = (char *)"--program", line[n++] = (char *)p->path;
	line[n++] = (char *)"--";
	memcpy(line + n, argv, count * sizeof(char *));
	return line;
}

/* What the next monitor is to find: the program's limit, the descriptors that are for it, all cores. */
static void hand_over(const struct monitor *m, bool back)
{
	const int ours[] = { m->report_fd, m->control };
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = back ? fds_limit(m) : m->nofile;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i] >= 0)
			fcntl(ours[i], F_SETFD, back ? FD_CLOEXEC : 0);
	if (back) {
		signals_install(m);
	} else {
		place_nowhere(m);
		signals_hand_over(m);
	}
}

/* Figures that would be lost. CPU clocks run on, but for the driver's. */
static void count(struct monitor *m)
{
	monitor_collect(m);
	m->report->thread[1].cpu_ns += driver_cpu_ns(m);
	if (!m->first)
		tree_add(m);
	__atomic_add_fetch(&m->tree->execs, 1, __ATOMIC_RELAXED);
}

/* exec(gpa, bytes, arguments, variables): a block of strings; returns on failure only */
int64_t exec_program(struct monitor *m, const uint64_t a[6])
{
	struct program *p = calloc(1, sizeof(*p));
	char config[VMM_CONFIG_NAME], **line = NULL, **argv = NULL;
	int64_t error = p ? take(m, p, a) : -ENOMEM;

	vmm_config_spell(&m->options->config, config);
	if (error == 0) {
		argv = p->argv + (size_t)2 * SCRIPTS;
		error = find(p, &argv);
	}
	if (error == 0)
		line = command_line(m, p, argv, config);
	if (error == 0 && line == NULL)
		error = -ENOMEM;
	if (error == 0) {
		tick_stop(m);
		loop_forget_kicks();
		hand_over(m, false);
		count(m);
		execve("/proc/self/exe", line, p->environment);
		error = -errno;
		hand_over(m, true);
		tick_start(m);
	}
	if (p) {
		free(p->block);
		free(p->argv);
		free(p->environment);
	}
	free(p);
	free(line);
	return error;
}
