/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/config_file_priv.h"
#include "cmd/cores_priv.h"
#include "cmd/scale_load_priv.h"
#include "cmd/stop_priv.h"

/* Loads of vmtax scale: in each block every load under every configuration, each block beginning elsewhere.
 */

static int choose_configs(struct bench *b, struct error *error)
{
	const struct config_file none = { .count = 0 };
	char copy[1024], *rest = NULL;
	int code = 0;

	snprintf(copy, sizeof(copy), "%s", b->o->configs ? b->o->configs : SCALE_CONFIGS);
	for (char *name = strtok_r(copy, ",", &rest); name && code == 0; name = strtok_r(NULL, ",", &rest)) {
		if (b->configs == BENCH_CONFIGS)
			return error_set(error, 0, "more than %d configurations", BENCH_CONFIGS);
		code = config_file_find(&none, name, &b->config[b->configs], error);
		b->configs += code == 0;
	}
	return code;
}

static int prepare(struct bench *b, const struct mix *m, struct load *load, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < m->vms; i++) {
		const struct workload *w = &b->suite.workload[m->workload[i]];

		load->workload[i] = w;
		if (w->own_directory)
			continue;
		scratch_choose(&b->scratch, i);
		code = scratch_prepare(&b->scratch, w, m->workload[i], false, error);
		snprintf(b->directory[i], sizeof(b->directory[i]), "%s", b->scratch.cell);
		load->directory[i] = b->directory[i];
	}
	return code;
}

static void put_time(struct table_writer *w, int64_t ns)
{
	if (ns == RUN_MISSING)
		table_put_missing(w);
	else
		table_put_integer(w, ns);
}

static int64_t count_vms(const struct mix *m, size_t workload)
{
	int64_t count = 0;

	for (size_t i = 0; i < m->vms; i++)
		count += m->workload[i] == workload;
	return count;
}

/* Cores that a VM has to itself: none where the scheduler decides and nobody polls. */
static double kept(const struct load *load, const struct load_run *run)
{
	const uint8_t *value = load->config->value;

	return load->config->native || (value[VMM_SCHEDULING] == VMM_SCHEDULING_SHARED &&
					value[VMM_TRANSPORT] != VMM_TRANSPORT_RING)
		       ? 0
		       : run->cores_held;
}

static int put(struct bench *b, const struct mix *m, const struct load *load, size_t block,
	       struct error *error)
{
	struct table_writer *w = &b->writer;
	char label[160];
	cpu_set_t cores;
	int code = 0;

	cores_get(&cores);
	snprintf(label, sizeof(label), "%.150s%s", load->config->name, load->fell_back ? "*" : "");
	for (size_t i = 0; code == 0 && i < load->runs; i++) {
		const struct load_run *r = &load->run[i];

		table_put_text(w, m->name);
		table_put_text(w, load->config->name);
		table_put_text(w, label);
		table_put_integer(w, CPU_COUNT(&cores) ? CPU_COUNT(&cores) : 1);
		if (m->rate > 0)
			table_put_number(w, m->rate);
		else
			table_put_missing(w);
		table_put_integer(w, (int64_t)load->lasted_ns);
		table_put_integer(w, (int64_t)block);
		table_put_text(w, load->workload[r->vm]->name);
		table_put_integer(w, count_vms(m, m->workload[r->vm]));
		table_put_integer(w, (int64_t)r->vm + 1);
		table_put_integer(w, (int64_t)r->turn);
		put_time(w, r->intended_ns);
		put_time(w, r->begun_ns);
		put_time(w, r->ended_ns);
		put_time(w, r->setup_ns);
		put_time(w, r->cpu_ns);
		put_time(w, r->cpu_setup_ns);
		put_time(w, r->spin_ns);
		put_time(w, r->wait_cpu_ns);
		put_time(w, r->resident_bytes);
		table_put_number(w, kept(load, r));
		table_put_number(w, load->others_cores);
		table_put_text(w, run_status_names[r->status]);
		code = table_end_row(w, error);
	}
	b->recorded += load->runs;
	return code;
}

/* One load under one configuration. What the machine cannot do is said once and left out; so is, each time,
 * what goes wrong only where several run, as the last may wait long for cores that others poll on. */
static int run_one(struct bench *b, size_t c, const struct mix *m, size_t block, struct error *error)
{
	struct load load = { .launchers = launchers,
			     .config = &b->config[c],
			     .vms = m->vms,
			     .input = b->input[0] ? b->input : NULL,
			     .for_ns = b->o->for_ns,
			     .timeout_ns = SCALE_TIMEOUT_NS,
			     .rate = m->rate,
			     .seed = block,
			     .signal_fd = b->stop_fd };
	int code;

	progress_show(&b->progress, m->name, b->config[c].name);
	progress_step(&b->progress);
	if (b->unable[c])
		return 0;
	code = prepare(b, m, &load, error);
	if (code == 0)
		code = load_run(&load, error);
	if (code == 0 && load.reason[0] && load.runs && load.run[0].status == RUN_SKIPPED) {
		progress_say(&b->progress, "%s is left out: %s", b->config[c].name, load.reason);
		b->unable[c] = true;
	} else if (code == 0 && load.interrupted) {
		code = error_fail(error, 0, "run it again", "stopped: nothing is written");
	} else if (code == 0 && load.reason[0] && (m->vms > 1 || load.overtaken)) {
		progress_say(&b->progress, "%s under %s is left out of block %llu: %s", m->name,
			     b->config[c].name, (unsigned long long)block, load.reason);
	} else if (code == 0 && load.reason[0]) {
		code = error_fail(error, 0, "run it by itself to see why", "%s, %s", b->config[c].name,
				  load.reason);
	} else if (code == 0) {
		code = put(b, m, &load, block, error);
	}
	load_free(&load);
	return code;
}

static int run_all(struct bench *b, struct error *error)
{
	size_t cells = b->mixes * b->configs;
	int code = 0;

	progress_begin(&b->progress, "scale");
	progress_phase(&b->progress, "loads", cells * b->o->blocks);
	for (uint64_t block = 1; code == 0 && block <= b->o->blocks; block++)
		for (size_t i = 0; code == 0 && i < cells; i++) {
			size_t cell = (i + block * (cells / 2 + 1)) % cells;

			code = run_one(b, cell % b->configs, &b->mix[cell / b->configs], block, error);
		}
	progress_end(&b->progress);
	return code;
}

static int make_suite(struct bench *b, struct error *error)
{
	if (b->o->program)
		return suite_of_program(&b->suite, b->o->program, error);
	return suite_read(&b->suite, b->o->suite ? b->o->suite : "default", NULL, error);
}

/* The tables begin once all that the user said is known to be right. */
static int run(struct bench *b, struct error *error)
{
	char path[4300];
	int code = scratch_open(&b->scratch, b->o->out, b->stop_fd, error);

	if (code == 0)
		code = input_take(b->input, error);
	snprintf(path, sizeof(path), "%s/%s", b->o->out, schema_loads.name);
	if (code == 0) {
		code = table_create(&b->writer, path, &schema_loads, error);
		if (code == 0)
			code = table_writer_end(&b->writer, run_all(b, error), error);
	}
	scratch_close(&b->scratch);
	return code;
}

int scale_load(struct scale_options *o, struct error *error)
{
	struct bench *b = calloc(1, sizeof(*b));
	int code = b ? 0 : error_set(error, ENOMEM, "cannot run loads"), status = CMD_USAGE;
	sigset_t mask;

	if (code)
		return CMD_FAILED;
	b->o = o;
	code = make_suite(b, error);
	if (code == 0)
		code = bench_choose_mixes(b, error);
	if (code == 0)
		code = choose_configs(b, error);
	if (code == 0) {
		b->stop_fd = stop_open(&mask);
		code = run(b, error);
		status = code ? CMD_FAILED : b->recorded ? CMD_OK : CMD_UNABLE;
		if (code)
			cmd_fail("scale", error, status);
		error->what[0] = '\0';
		sigprocmask(SIG_SETMASK, &mask, NULL); /* nothing half-written is left now */
	}
	o->directory[o->directories++] = o->out;
	suite_free(&b->suite);
	free(b);
	return status;
}
