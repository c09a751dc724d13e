/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/machine_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/schema.h"

/* machine.csv: where and how a result was measured. */

bool machine_tell(const char *name, char *text)
{
	const struct machine_fact *fact = machine_facts;

	while (fact->name && strcmp(fact->name, name) != 0)
		fact++;
	return fact->name && fact->tell(text);
}

static int put(struct table_writer *writer, const char *fact, const char *value, struct error *error)
{
	table_put_text(writer, fact);
	table_put_text(writer, value);
	return table_end_row(writer, error);
}

static int put_facts(struct table_writer *writer, struct error *error)
{
	char text[MACHINE_TEXT];
	int code = 0;

	for (const struct machine_fact *fact = machine_facts; code == 0 && fact->name; fact++)
		code = put(writer, fact->name, fact->tell(text) && text[0] ? text : NULL, error);
	return code;
}

/* What a shell takes as it stands. */
static bool is_plain(const char *word)
{
	return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
					  "_-+=./,:@%")] == '\0';
}

/* WORD as a shell would read it back. */
static void put_word(FILE *out, const char *word)
{
	if (is_plain(word)) {
		fprintf(out, " %s", word);
		return;
	}
	fputs(" '", out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, out);
	putc('\'', out);
}

static int put_command(struct table_writer *writer, const struct run_plan *plan, struct error *error)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int code;

	if (out) {
		fputs("vmtax", out);
		for (int i = 0; i < plan->argc; i++)
			put_word(out, plan->argv[i]);
	}
	if (out == NULL || fclose(out))
		code = error_set(error, ENOMEM, "cannot write down the command line");
	else
		code = put(writer, "command", text, error);
	free(text);
	return code;
}

static int put_run(struct table_writer *writer, const struct run_plan *plan, struct error *error)
{
	char seed[24], date[64] = "";
	time_t now = time(NULL);
	struct tm local;
	int code;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)plan->seed);
	if (localtime_r(&now, &local))
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S%z", &local);
	code = put(writer, "vmtax", VMTAX_VERSION, error);
	if (code == 0)
		code = put(writer, "compiler", __VERSION__, error);
	if (code == 0)
		code = put_command(writer, plan, error);
	if (code == 0)
		code = put(writer, "invocation", plan->invocation, error);
	if (code == 0)
		code = put(writer, "seed", seed, error);
	return code ? code : put(writer, "date", date, error);
}

int machine_write(const char *directory, const struct run_plan *plan, struct error *error)
{
	struct table_writer writer;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_machine.name);
	code = table_create(&writer, path, &schema_machine, error);
	if (code)
		return code;
	code = put_run(&writer, plan, error);
	if (code == 0)
		code = put_facts(&writer, error);
	return table_writer_end(&writer, code, error);
}
