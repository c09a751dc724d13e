/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/scale_load_priv.h"

/* What is to run at once, as the user names it. */

static int add_vms(struct bench *b, struct mix *m, size_t workload, uint64_t vms, struct error *error)
{
	for (uint64_t i = 0; i < vms; i++) {
		if (m->vms == LOAD_VMS)
			return error_fail(error, 0, "give fewer", "more than %d VMs at once", LOAD_VMS);
		m->workload[m->vms++] = workload;
	}
	snprintf(m->name + strlen(m->name), sizeof(m->name) - strlen(m->name), "%s%s:%llu",
		 m->name[0] ? "," : "", b->suite.workload[workload].name, (unsigned long long)vms);
	return 0;
}

/* One of its programs by itself, unless that is there already. */
static int add_alone(struct bench *b, size_t workload, struct error *error)
{
	struct mix m = { .rate = 0 };
	int code = add_vms(b, &m, workload, 1, error);

	for (size_t i = 0; i < b->mixes; i++)
		if (strcmp(b->mix[i].name, m.name) == 0 && b->mix[i].rate == 0)
			return code;
	if (code == 0)
		b->mix[b->mixes++] = m;
	return code;
}

static size_t find(const struct suite *suite, const char *name)
{
	size_t w = 0;

	while (w < suite->count && strcmp(suite->workload[w].name, name) != 0)
		w++;
	return w;
}

/* "NAME:N" */
static int take_part(struct bench *b, struct mix *m, char *part, struct error *error)
{
	char *colon = strrchr(part, ':');
	uint64_t vms = 1;
	size_t w;

	if (colon && units_parse_count(colon + 1, LOAD_VMS, &vms, error))
		return error_at(error, "--mix");
	if (colon)
		*colon = '\0';
	w = find(&b->suite, part);
	if (w == b->suite.count)
		error_fail(error, 0, "vmtax list workloads has those of the suites",
			   "no workload is called %.100s", part);
	else if (b->suite.workload[w].absent[0] || !b->suite.workload[w].argv)
		error_set(error, 0, "%.100s cannot run here: %.200s", part, b->suite.workload[w].absent);
	else if (vms == 0)
		error_fail(error, 0, "leave it out", "no VM of %.100s", part);
	else if (add_alone(b, w, error) == 0 && add_vms(b, m, w, vms, error) == 0)
		return 0;
	return error_at(error, "--mix");
}

static int take_mix(struct bench *b, const char *text, struct error *error)
{
	char copy[1024], *rest = NULL;
	struct mix m = { .rate = 0 };
	int code = 0;

	if (strlen(text) >= sizeof(m.name) / 2) /* each of its parts may get ":1" */
		return error_set(error, 0, "the mix %.60s... is too long", text);
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = strtok_r(copy, ",", &rest); part && code == 0; part = strtok_r(NULL, ",", &rest))
		code = take_part(b, &m, part, error);
	if (code == 0 && m.vms == 0)
		code = error_fail(error, 0, "write PROGRAM:N,..., as in kv:2,pack:1", "an empty --mix");
	for (size_t i = 0; code == 0 && i < b->mixes; i++)
		if (strcmp(b->mix[i].name, m.name) == 0)
			return 0;
	if (code == 0)
		b->mix[b->mixes++] = m;
	return code;
}

/* Mixes, or 1, 2, 3 ... VMs at the rate. */
int bench_choose_mixes(struct bench *b, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < b->o->mixes; i++)
		code = take_mix(b, b->o->mix[i], error);
	if (b->o->mixes == 0)
		code = add_alone(b, 0, error);
	for (uint64_t n = 1; code == 0 && b->o->rate > 0 && n <= b->o->most; n++) {
		struct mix m = { .rate = b->o->rate };

		code = add_vms(b, &m, 0, n, error);
		b->mix[b->mixes++] = m;
	}
	return code;
}
