/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/commands_priv.h"

/* vmtax: finds the command and sees to it that its output arrived. */

static int help(FILE *out)
{
	fputs("Usage: vmtax COMMAND [OPTION]... [ARGUMENT]...\n"
	      "Measures what virtualization costs, layer by layer, and plans capacity with it.\n"
	      "\n"
	      "Commands:\n",
	      out);
	for (int i = 0; cmd_commands[i].name; i++)
		fprintf(out, "  %-8s %s\n", cmd_commands[i].name, cmd_commands[i].summary);
	fputs("\n"
	      "vmtax COMMAND --help says more of each; vmtax --version names this build.\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 a threshold you set is exceeded,\n"
	      "77 this machine cannot do it (the reason is printed).\n"
	      "\n"
	      "Examples:\n"
	      "  vmtax doctor                         can this machine measure?\n"
	      "  vmtax run --out out/first            the whole suite, then out/first/report.html\n"
	      "  vmtax run -- /bin/busybox sha256sum /etc/passwd    a program of your own\n",
	      out);
	return out == stdout ? CMD_OK : CMD_USAGE;
}

static int run(const char *name, int argc, char **argv)
{
	struct error error = { 0 };
	const struct cmd_command *command = cmd_command_find(name, &error);

	return command ? command->run(argc, argv) : cmd_fail(NULL, &error, CMD_USAGE);
}

/* "vmtax help COMMAND" is "vmtax COMMAND --help". */
static int help_on(char *name)
{
	static char option[] = "--help";
	char *argv[] = { name, option, NULL };

	return run(name, 2, argv);
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return help_on(argv[2]);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(stdout);
	if (strcmp(argv[1], "--version") == 0)
		return puts("vmtax " VMTAX_VERSION) < 0 ? CMD_FAILED : CMD_OK;
	return run(argv[1], argc - 1, argv + 1);
}

/* A full disk or a closed descriptor shows only now that buffers are written out. */
static int finish(int status)
{
	struct error error;
	int failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return status;
	if (failed && status == CMD_FAILED)
		return status; /* that was said where it failed */
	error_fail(&error, errno, "make room, or write elsewhere", "cannot write the output");
	return cmd_fail(NULL, &error, CMD_FAILED);
}

/* A file that is opened must not become a standard one, and what is printed must go somewhere. */
static int check_output(void)
{
	struct error error;
	bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return CMD_FAILED;
	if (!closed)
		return CMD_OK;
	error_fail(&error, 0, "redirect it to a file, or to /dev/null", "standard output is closed");
	return cmd_fail(NULL, &error, CMD_FAILED);
}

int main(int argc, char **argv)
{
	if (check_output() != CMD_OK)
		return CMD_FAILED;
	return finish(dispatch(argc, argv));
}
