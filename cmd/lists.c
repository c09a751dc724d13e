/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/commands_priv.h"
#include "cmd/config_file_priv.h"
#include "cmd/list_priv.h"
#include "model/model.h"
#include "probes/probes.h"
#include "vmm/vmm.h"

/* The lists vmtax list prints: each puts the rows of one table of the code into a sheet. */

static int fill_lists(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	(void)form;
	(void)error;
	*sheet = (struct sheet){ .columns = { "list", "what" } };
	for (int i = 0; lists[i].name; i++) {
		sheet_put(sheet, lists[i].name);
		sheet_put(sheet, lists[i].summary);
	}
	return 0;
}

static int fill_commands(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	(void)form;
	(void)error;
	*sheet = (struct sheet){ .columns = { "command", "what" } };
	for (int i = 0; cmd_commands[i].name; i++) {
		sheet_put(sheet, cmd_commands[i].name);
		sheet_put(sheet, cmd_commands[i].summary);
	}
	return 0;
}

/* The columns of suite.csv, so that --csv starts a suite of one's own; people need fewer. */
static int fill_workloads(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	static const char *const names[] = { "name", "class", "stresses", "command", "data" };
	size_t columns = form == SHEET_TEXT ? 4 : 5;
	struct table suite;
	char path[4096];
	int code = cmd_find_part("workloads/suite.csv", path, sizeof(path), error);

	if (code || (code = table_read(&suite, path, &schema_suite, error)))
		return code;
	*sheet = (struct sheet){ 0 };
	memcpy(sheet->columns, names, columns * sizeof(names[0]));
	for (size_t row = 0; row < suite.rows; row++)
		for (size_t i = 0; i < columns; i++)
			sheet_put(sheet, table_text_of(&suite, row, names[i]));
	table_free(&suite);
	return 0;
}

/* What CONFIG takes here instead of its value of knob ID, and why; else YES. */
static void put_here(struct sheet *sheet, struct vmm_config config, int id, const char *yes)
{
	uint8_t asked = config.value[id];
	char reason[VMM_KNOBS][96], text[256];

	vmm_config_fall_back(&config, reason);
	snprintf(text, sizeof(text), "no, %s instead: %.95s", vmm_config_value(&config, (enum vmm_knob_id)id),
		 reason[id]);
	sheet_put(sheet, config.value[id] == asked ? yes : text);
}

/* Values that only a plain process takes are judged by one, all others by a virtual machine. */
static struct vmm_config config_with(int id, uint8_t value)
{
	struct vmm_config config = { 0 };

	config.value[id] = value;
	config.native = id == VMM_MEMORY && value == VMM_MEMORY_MALLOC_HUGE;
	return config;
}

static int fill_knobs(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	struct vmm_config hosted, bare_metal;
	const char *yes = form == SHEET_TEXT ? "" : "yes"; /* people look for the exceptions */
	int code = vmm_config_preset(&hosted, "hosted", error);

	if (code || (code = vmm_config_preset(&bare_metal, "bare-metal", error)))
		return code;
	*sheet = (struct sheet){
		.columns = { "knob", "decides", "hosted", "bare-metal", "value", "means", "here" },
		.headings = 4,
	};
	for (int id = 0; id < VMM_KNOBS; id++)
		for (uint8_t value = 0; vmm_knobs[id].values[value].name; value++) {
			sheet_put(sheet, vmm_knobs[id].name);
			sheet_put(sheet, vmm_knobs[id].summary);
			sheet_put(sheet, vmm_config_value(&hosted, (enum vmm_knob_id)id));
			sheet_put(sheet, vmm_config_value(&bare_metal, (enum vmm_knob_id)id));
			sheet_put(sheet, vmm_knobs[id].values[value].name);
			sheet_put(sheet, vmm_knobs[id].values[value].summary);
			put_here(sheet, config_with(id, value), id, yes);
		}
	return 0;
}

static void put_config(struct sheet *sheet, const struct vmm_config *config, const char *what,
		       const char *yes)
{
	for (int id = 0; id < VMM_KNOBS; id++) {
		if (config->native && !vmm_knobs[id].native)
			continue;
		sheet_put(sheet, config->name);
		sheet_put(sheet, what);
		sheet_put(sheet, vmm_knobs[id].name);
		sheet_put(sheet, vmm_config_value(config, (enum vmm_knob_id)id));
		put_here(sheet, *config, id, yes);
	}
}

static int fill_configs_with(const char *config_file, struct sheet *sheet, enum sheet_form form,
			     struct error *error)
{
	const char *yes = form == SHEET_TEXT ? "" : "yes";
	struct config_file file;
	struct vmm_config config;
	int code = config_file_read(&file, config_file, error);

	if (code)
		return code;
	*sheet = (struct sheet){
		.columns = { "config", "what", "knob", "value", "here" },
		.headings = 2,
	};
	for (int i = 0; vmm_presets[i].name; i++) {
		code = vmm_config_preset(&config, vmm_presets[i].name, error);
		if (code)
			return code;
		put_config(sheet, &config, vmm_presets[i].summary, yes);
	}
	for (size_t i = 0; i < file.count; i++)
		put_config(sheet, &file.config[i], config_file, yes);
	return 0;
}

static int fill_configs(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	return fill_configs_with(NULL, sheet, form, error);
}

static int fill_layers(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	(void)form;
	(void)error;
	*sheet = (struct sheet){ .columns = { "layer", "whose time it is" } };
	for (int i = 0; i < PROBE_LAYERS; i++) {
		sheet_put(sheet, probe_layers[i].name);
		sheet_put(sheet, probe_layers[i].summary);
	}
	return 0;
}

static int fill_syscalls(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	(void)form;
	(void)error;
	*sheet = (struct sheet){ .columns = { "number", "system call", "served by", "error" } };
	for (int i = 0; i < VMM_SYSCALLS; i++) {
		const char *served, *refusal, *name = vmm_syscall(i, &served, &refusal);
		char number[16];

		if (name == NULL)
			continue;
		snprintf(number, sizeof(number), "%d", i);
		sheet_put(sheet, number);
		sheet_put(sheet, name);
		sheet_put(sheet, served);
		sheet_put(sheet, refusal ? refusal : "");
	}
	return 0;
}

static int fill_tables(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	static const struct table_schema *const inputs[] = { &schema_fleet, &schema_hosts, NULL };
	static const struct table_schema *const *const groups[] = { schema_results, inputs };
	static const char *const types[] = {
		[TABLE_STRING] = "text", [TABLE_INTEGER] = "integer", [TABLE_NUMBER] = "number"
	};

	(void)form;
	(void)error;
	*sheet = (struct sheet){
		.columns = { "table", "row", "column", "type", "unit", "what" },
		.headings = 2,
	};
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (const struct table_schema *const *t = groups[g]; *t; t++)
			for (const struct table_column *c = (*t)->columns; c->name; c++) {
				sheet_put(sheet, (*t)->name);
				sheet_put(sheet, (*t)->description);
				sheet_put(sheet, c->name);
				sheet_put(sheet, types[c->type]);
				sheet_put(sheet, c->unit);
				sheet_put(sheet, c->description);
			}
	return 0;
}

static int fill_terms(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	struct model_term term;

	(void)form;
	(void)error;
	*sheet = (struct sheet){ .columns = { "term", "what", "directly" } };
	for (size_t i = 0; model_term(i, &term); i++) {
		sheet_put(sheet, term.name);
		sheet_put(sheet, term.summary);
		sheet_put(sheet, term.direct ? term.direct : "");
	}
	return 0;
}

const struct list lists[] = {
	{ .name = "lists", .summary = "what vmtax list can print", .fill = fill_lists },
	{ .name = "commands", .summary = "the subcommands", .fill = fill_commands },
	{ .name = "workloads", .summary = "the default suite", .fill = fill_workloads },
	{ .name = "nano",
	  .summary = "the events of the nano suite: what each stands for, and how it is done",
	  .fill = list_nano_fill,
	  .explain = list_nano_explain },
	{ .name = "configs",
	  .summary = "named rows of knobs: what --configs takes",
	  .fill = fill_configs,
	  .fill_with = fill_configs_with },
	{ .name = "knobs",
	  .summary = "what --set changes, and what of it this machine can set",
	  .fill = fill_knobs,
	  .explain = list_knobs_explain },
	{ .name = "probes",
	  .summary = "what is counted while a program runs, and what that costs here",
	  .fill = list_probes_fill,
	  .explain = list_probes_explain },
	{ .name = "counters",
	  .summary = "sets of hardware events that --counters takes, and what of them this machine has",
	  .fill = list_counters_fill,
	  .explain = list_counters_explain },
	{ .name = "layers", .summary = "what the time of a thread is divided among", .fill = fill_layers },
	{ .name = "syscalls",
	  .summary = "which the guest kernel serves itself, forwards to the host, or refuses",
	  .fill = fill_syscalls },
	{ .name = "terms",
	  .summary = "what vmtax predict multiplies: kinds of events, and what measures each directly",
	  .fill = fill_terms },
	{ .name = "tables",
	  .summary = "the columns of every table read and written, with units",
	  .fill = fill_tables },
	{ .name = NULL },
};
