/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "reports/reports.h"

/* What is said to the user on stderr: one line a failure. */
#define COUNT_TOLD 1000000 /* a limit as far off is no help */

int cmd_fail(const char *command, const struct error *error, enum cmd_status status)
{
	char text[1024];

	error_text(error, text, sizeof(text));
	/* Names from the command line and from files are shown; they must not break the line or the terminal.
	 */
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fflush(stdout);
	fprintf(stderr, "vmtax%s%s: %s\n", command ? " " : "", command ? command : "", text);
	return status;
}

static void unknown(struct error *error, const char *command, const char *text, const struct option *options)
{
	size_t length = strcspn(text, "=");
	const char *names[64] = { NULL }, *near = NULL;
	char name[64];

	for (int i = 0; options[i].name && i < 63; i++)
		names[i] = options[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)length, text);
	if (strncmp(name, "--", 2) == 0)
		near = units_nearest(name + 2, names);
	error_set(error, 0, "unknown option %s", name);
	if (near)
		error_mend(error, "did you mean --%s?", near);
	else
		error_mend(error, "vmtax %s --help lists them", command);
}

int cmd_option_fail(const char *command, int id, char **argv, const struct option *options)
{
	const char *text = argv[optind - 1];
	struct error error = { 0 };

	if (id == ':') {
		error_set(&error, 0, "%s needs a value", text);
		error_mend(&error, "vmtax %s --help shows which", command);
	} else if (optopt > 0xff) {
		error_fail(&error, 0, "leave out the = and what follows", "%s takes no value", text);
	} else {
		unknown(&error, command, text, options);
	}
	return cmd_fail(command, &error, CMD_USAGE);
}

int cmd_options_take(const struct cmd_options *o, int argc, char **argv, void *to)
{
	struct error error = { 0 };
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, o->words ? "-:" : "+:", o->known, NULL)) != -1) {
		if (id == '?' || id == ':')
			return cmd_option_fail(o->command, id, argv, o->known);
		if (o->take(to, id, &error) < 0)
			return cmd_fail(o->command, &error, CMD_USAGE);
	}
	return CMD_OK;
}

int cmd_option_count(const char *option, uint64_t most, uint64_t *count, struct error *error)
{
	if (units_parse_count(optarg, most, count, error) == 0 && *count > 0)
		return 0;
	error_set(error, 0, "%.100s is no number for it", optarg);
	if (most < COUNT_TOLD)
		error_mend(error, "give a whole number from 1 to %llu", (unsigned long long)most);
	else
		error_mend(error, "give a whole number from 1");
	return error_at(error, "--%s", option);
}

void cmd_help_line(const char *name, size_t indent, const char *text)
{
	int room = (int)indent - 3;

	printf("  %-*s ", room, name);
	if ((int)strlen(name) > room)
		printf("\n%*s", (int)indent, "");
	report_page_fill(stdout, text, indent, report_page_of(stdout).width);
	putchar('\n');
}
