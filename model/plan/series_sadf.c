/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/series_priv.h"

/*
 * What sadf -d prints (sysstat's sadf(1)): lines of fields that semicolons part, in parts that each begin
 * with their own header, "# hostname;interval;timestamp;...". A CPU, interface or device has a line of its
 * own, so those of one time are added up; those of unknown parts are passed over. CPU is what is not idle and
 * waits for no I/O, so time stolen counts as wanted.
 */

#define FIELDS_MOST 64
#define FIXED	    3 /* hostname, interval, timestamp */

struct reading {
	const char *path;
	FILE *file;
	size_t line;
	char *text;
	size_t room;
	char *field[FIELDS_MOST];
	size_t fields;
	char *header_text; /* owned */
	char *header[FIELDS_MOST];
	size_t headers;
	struct sample sample; /* of the lines since host or time changed */
	char vm[256], time[64];
	double every[2]; /* CPU busy: the sum of single ones, and the share of all; NaN: none told */
	size_t part;
	double cpus; /* by the last restart; 0: not said */
	sample_take *take;
	void *user;
	struct error *error;
};

static size_t split(char *text, char **field)
{
	size_t count = 0;

	text[strcspn(text, "\r\n")] = '\0';
	for (char *next = text; next && count < FIELDS_MOST;) {
		field[count++] = next;
		next = strchr(next, ';');
		if (next)
			*next++ = '\0';
	}
	return count;
}

/* The field of the column NAME, NULL: this part has none. */
static char *field(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->headers && i < r->fields; i++)
		if (strcmp(r->header[i], name) == 0)
			return r->field[i];
	return NULL;
}

static int refuse(struct reading *r, const char *column, const char *what, const char *text)
{
	error_fail(r->error, 0, "export it anew with LC_ALL=C sadf -d", what, text);
	return error_at(r->error, "%s:%zu%s%s", r->path, r->line, *column ? ":" : "", column);
}

/* The number in the column NAME, nought where there is none; some locales write commas in it. */
static int number(struct reading *r, const char *name, double *value)
{
	char *text = field(r, name), *end;

	*value = 0;
	if (!text)
		return 0;
	if ((end = strchr(text, ',')) != NULL)
		*end = '.';
	*value = strtod(text, &end);
	if (end == text || *end || !isfinite(*value) || *value < 0)
		return refuse(r, name, "expected a number of 0 or more, not \"%.40s\"", text);
	return 0;
}

/* Hands on what has been added up. */
static int flush(struct reading *r)
{
	bool told = false;
	int code;

	if (!*r->vm)
		return 0;
	series_clean(r->vm);
	r->sample.vm = r->vm;
	r->sample.share = isnan(r->every[0]) && !isnan(r->every[1]) && !(r->cpus > 0);
	r->sample.value[SERIES_CPU] = !isnan(r->every[0]) ? r->every[0]
				      : r->sample.share	  ? r->every[1]
							  : r->every[1] * r->cpus;
	for (size_t m = 0; m < SERIES_METRICS; m++)
		told |= !isnan(r->sample.value[m]);
	code = told ? r->take(r->user, &r->sample, r->error) : 0;
	*r->vm = '\0';
	return code;
}

/* Begins the sample of the line at hand, unless it goes on. */
static int begin(struct reading *r)
{
	int code;

	if (strcmp(r->vm, r->field[0]) == 0 && strcmp(r->time, r->field[2]) == 0)
		return 0;
	code = flush(r);
	if (code)
		return code;
	if (!*r->field[0] || strlen(r->field[0]) >= sizeof(r->vm))
		return refuse(r, "hostname", "\"%.40s\" is no name", r->field[0]);
	r->sample = (struct sample){
		.path = r->path, .line = r->line, .part = r->part, .time = series_time(r->field[2])
	};
	if (isnan(r->sample.time))
		return refuse(r, "timestamp", "\"%.40s\" is no time", r->field[2]);
	snprintf(r->vm, sizeof(r->vm), "%s", r->field[0]); /* cleaned when it is handed on */
	snprintf(r->time, sizeof(r->time), "%.63s", r->field[2]);
	for (size_t m = 0; m < SERIES_METRICS; m++)
		r->sample.value[m] = (double)NAN;
	r->every[0] = r->every[1] = (double)NAN;
	return 0;
}

static void add(double *sum, double value)
{
	*sum = isnan(*sum) ? value : *sum + value;
}

static int add_cpu(struct reading *r)
{
	const char *cpu = field(r, "CPU");
	double idle, wait;
	int code = number(r, "%idle", &idle);

	if (code == 0)
		code = number(r, "%iowait", &wait);
	if (code)
		return code;
	add(&r->every[strcmp(cpu, "-1") == 0 || strcmp(cpu, "all") == 0], fmax(100 - idle - wait, 0) / 100);
	return 0;
}

/* KB of a column as MB/s, and so on: what two columns say, in units of UNIT. */
static int add_two(struct reading *r, enum series_metric metric, const char *one, const char *other,
		   double unit)
{
	double first, second;
	int code = number(r, one, &first);

	if (code == 0)
		code = number(r, other, &second);
	if (code == 0)
		add(&r->sample.value[metric], (first + second) * unit);
	return code;
}

static int take_line(struct reading *r)
{
	const char *interface = field(r, "IFACE");
	int code = begin(r);

	if (code)
		return code;
	if (r->fields != r->headers)
		return refuse(r, "", "the line has more or fewer fields than its header%s", "");
	if (field(r, "CPU") && field(r, "%idle"))
		return add_cpu(r);
	if (field(r, "kbmemused"))
		return add_two(r, SERIES_MEMORY, "kbmemused", "", 1. / (1 << 20));
	if (field(r, "bread/s") && (code = add_two(r, SERIES_IO, "bread/s", "bwrtn/s", 512e-6)) == 0)
		return add_two(r, SERIES_IOPS, "tps", "", 1);
	if (code == 0 && interface && field(r, "rxkB/s") && strcmp(interface, "lo") != 0)
		return add_two(r, SERIES_NET, "rxkB/s", "txkB/s", 1024e-6);
	return code;
}

/* Takes over the header that begins a part. */
static int take_header(struct reading *r)
{
	int code;

	free(r->header_text);
	r->header_text = strdup(r->text + 1 + strspn(r->text + 1, " "));
	if (!r->header_text)
		return error_set(r->error, ENOMEM, "cannot plan");
	r->headers = split(r->header_text, r->header);
	code = flush(r);
	r->part++; /* which goes through all times anew */
	return code;
}

static int take_text(struct reading *r)
{
	const char *restart;

	r->line++;
	if (*r->text == '#')
		return take_header(r);
	if (r->text[strspn(r->text, " \t\r\n")] == '\0')
		return 0;
	r->fields = split(r->text, r->field);
	if (r->fields <= FIXED)
		return refuse(r, "", "\"%.40s\" is no line of sadf -d", r->text);
	if (strstr(r->field[FIXED], "LINUX-RESTART")) {
		restart = strchr(r->field[FIXED], '(');
		r->cpus = restart ? atof(restart + 1) : 0;
		return 0;
	}
	if (strncmp(r->field[FIXED], "COM ", 4) == 0)
		return 0;
	if (r->headers == 0)
		return refuse(r, "", "there is no header line before \"%.40s\"", r->field[0]);
	return take_line(r);
}

int series_scan_sadf(const char *path, sample_take *take, void *user, struct error *error)
{
	struct reading r = { .path = path, .take = take, .user = user, .error = error };
	int code = 0;

	r.file = fopen(path, "re");
	if (!r.file)
		return error_set(error, errno, "cannot open %s", path);
	while (code == 0 && getline(&r.text, &r.room, r.file) > 0)
		code = take_text(&r);
	if (code == 0)
		code = flush(&r);
	fclose(r.file);
	free(r.text);
	free(r.header_text);
	return code;
}
