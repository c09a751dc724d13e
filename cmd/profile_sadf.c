/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/profile_priv.h"

/*
 * A coarse profile from what sysstat kept of a whole machine (sadf(1), sadf -d: blocks of lines, each beneath
 * a header of its own that begins with "# hostname;interval;timestamp"). It has rates of what the kernel
 * counts for everyone; which system calls were made it does not tell.
 */
#define FIELDS_MOST 64
#define CPUS_MOST   8192
#define COUNT_MOST  1000000000000000000u

/* What is summed up, over the whole time. */
enum sum {
	SUM_NOT_BUSY,
	SUM_FAULTS,
	SUM_MAJOR,
	SUM_SWITCHES,
	SUM_TASKS,
	SUM_TRANSFERS,
	SUM_TRANSFER_BYTES,
	SUM_PACKETS,
	SUM_PACKET_BYTES,
	SUMS
};

/* A column, and what it adds to by second. */
static const struct {
	const char *name;
	enum sum sum;
	double scale;
} columns[] = {
	{ "%idle", SUM_NOT_BUSY, 0.01 },
	{ "%iowait", SUM_NOT_BUSY, 0.01 },
	{ "%steal", SUM_NOT_BUSY, 0.01 },
	{ "fault/s", SUM_FAULTS, 1 },
	{ "majflt/s", SUM_MAJOR, 1 },
	{ "cswch/s", SUM_SWITCHES, 1 },
	{ "proc/s", SUM_TASKS, 1 },
	{ "rtps", SUM_TRANSFERS, 1 },
	{ "wtps", SUM_TRANSFERS, 1 },
	{ "bread/s", SUM_TRANSFER_BYTES, 512 },
	{ "bwrtn/s", SUM_TRANSFER_BYTES, 512 },
	{ "rxpck/s", SUM_PACKETS, 1 },
	{ "txpck/s", SUM_PACKETS, 1 },
	{ "rxkB/s", SUM_PACKET_BYTES, 1024 },
	{ "txkB/s", SUM_PACKET_BYTES, 1024 },
};

struct sadf {
	char *header[FIELDS_MOST]; /* fields, in TEXT */
	char text[4096];
	size_t fields;
	double sum[SUMS];
	bool has[SUMS];
	double cpu_s;	    /* time that lines of all CPUs tell of */
	size_t cpus;	    /* 0: not known */
	const char *column; /* that is wrong; NULL: none */
};

static size_t split(char *line, char **field)
{
	size_t n = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *part; n < FIELDS_MOST && (part = strsep(&line, ";")) != NULL;)
		field[n++] = part;
	return n;
}

static int take_header(struct sadf *s, const char *line, struct error *error)
{
	snprintf(s->text, sizeof(s->text), "%s", line + strcspn(line, "h"));
	s->fields = split(s->text, s->header);
	if (s->fields > 3 && strcmp(s->header[0], "hostname") == 0 && strcmp(s->header[1], "interval") == 0)
		return 0;
	return error_fail(error, 0, "make it with sadf -d FILE -- -P ALL -u -w -B -b -n DEV",
			  "expected # hostname;interval;timestamp;...");
}

/* Of single CPUs only their number counts; what goes to the machine itself is no network. */
static bool counts(struct sadf *s, char *const *field, double interval)
{
	if (strcmp(s->header[3], "CPU") == 0) {
		bool all = strcmp(field[3], "-1") == 0 || strcmp(field[3], "all") == 0;
		uint64_t cpu;

		if (all)
			s->cpu_s += interval;
		else if (units_parse_count(field[3], CPUS_MOST, &cpu, NULL) == 0 && cpu + 1 > s->cpus)
			s->cpus = cpu + 1;
		return all;
	}
	return strcmp(s->header[3], "IFACE") != 0 || strcmp(field[3], "lo") != 0;
}

static int take_value(struct sadf *s, size_t column, const char *name, const char *text, double interval,
		      struct error *error)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0) || !isfinite(value)) {
		error_fail(error, 0, "run sadf with LC_ALL=C", "expected a rate, not %.60s", text);
		s->column = name;
		return -EINVAL;
	}
	s->sum[columns[column].sum] += value * columns[column].scale * interval;
	s->has[columns[column].sum] = true;
	return 0;
}

/* "host;-1;time;LINUX-RESTART (2 CPU)" among others. */
static void take_note(struct sadf *s, const char *note)
{
	unsigned cpus;

	if (sscanf(note, "LINUX-RESTART%*[\t (]%u CPU", &cpus) == 1 && cpus <= CPUS_MOST)
		s->cpus = cpus;
}

static int take_line(struct sadf *s, char *line, struct error *error)
{
	char *field[FIELDS_MOST], *end;
	double interval;
	size_t n;
	int code = 0;

	if (line[0] == '#')
		return take_header(s, line, error);
	n = split(line, field);
	if (n == 1 && field[0][0] == '\0')
		return 0;
	if (n == 4 && strcmp(field[1], "-1") == 0) {
		take_note(s, field[3]);
		return 0;
	}
	if (s->fields == 0 || n != s->fields)
		return error_fail(error, 0, "make it with sadf -d FILE -- -P ALL -u -w -B -b -n DEV",
				  s->fields ? "expected %zu fields, as the header above has" : "no header",
				  s->fields);
	interval = strtod(field[1], &end);
	if (end == field[1] || *end || !(interval >= 0) || !isfinite(interval)) {
		error_fail(error, 0, "give sadf's output as it is", "expected seconds, not %.60s", field[1]);
		s->column = "interval";
		return -EINVAL;
	}
	if (!counts(s, field, interval))
		return 0;
	for (size_t i = 3; code == 0 && i < n; i++)
		for (size_t c = 0; code == 0 && c < sizeof(columns) / sizeof(columns[0]); c++)
			if (strcmp(columns[c].name, s->header[i]) == 0)
				code = take_value(s, c, columns[c].name, field[i], interval, error);
	return code;
}

static int read_file(struct sadf *s, const char *path, struct error *error)
{
	FILE *file = fopen(path, "re");
	size_t room = 0, number = 0;
	char *line = NULL;
	int code = 0;

	if (file == NULL) {
		error_fail(error, errno, "name what sadf -d printed", "cannot open it");
		return error_at(error, "%.250s", path);
	}
	while (code == 0 && getline(&line, &room, file) >= 0) {
		number++;
		code = take_line(s, line, error);
	}
	if (code)
		error_at(error, s->column ? "%.200s:%zu:%s" : "%.200s:%zu", path, number, s->column);
	free(line);
	fclose(file);
	return code;
}

static int check(struct sadf *s, const struct profile_options *o, struct error *error)
{
	size_t told = s->cpus;

	if (o->cpus)
		s->cpus = o->cpus;
	if (told && told != s->cpus)
		error_fail(error, 0, "leave --cpus out", "it says that there are %zu CPUs", told);
	else if (!(s->cpu_s > 0) || !s->has[SUM_NOT_BUSY])
		error_fail(error, 0, "sadf -d FILE -- -u has it", "it has no line of all CPUs");
	else if (s->cpus == 0)
		error_fail(error, 0, "give --cpus N, or sadf -d FILE -- -P ALL -u ...",
			   "it does not say how many CPUs there are");
	else
		return 0;
	return error_at(error, "%.250s", o->sadf);
}

static uint64_t count(double sum)
{
	return sum < COUNT_MOST ? (uint64_t)sum : COUNT_MOST;
}

static int put(struct profile_tables *t, const struct profile *p, const struct sadf *s, struct error *error)
{
	struct trace_call disk = { .count = count(s->sum[SUM_TRANSFERS]),
				   .bytes = count(s->sum[SUM_TRANSFER_BYTES]),
				   .files = count(s->sum[SUM_TRANSFERS]) },
			  net = { .count = count(s->sum[SUM_PACKETS]),
				  .bytes = count(s->sum[SUM_PACKET_BYTES]) },
			  fork = { .count = count(s->sum[SUM_TASKS]) };
	const struct profile_row rows[] = {
		{ .event = "page-faults",
		  .group = "memory",
		  .value = s->has[SUM_FAULTS] ? s->sum[SUM_FAULTS] : NAN },
		{ .event = "major-faults",
		  .group = "memory",
		  .value = s->has[SUM_MAJOR] ? s->sum[SUM_MAJOR] : NAN },
		{ .event = "context-switches",
		  .group = "thread",
		  .value = s->has[SUM_SWITCHES] ? s->sum[SUM_SWITCHES] : NAN },
		{ .event = "disk-transfer",
		  .group = "call",
		  .served = "host",
		  .blocks = "no",
		  .value = s->has[SUM_TRANSFERS] ? s->sum[SUM_TRANSFERS] : NAN,
		  .call = &disk },
		{ .event = "network-packet",
		  .group = "call",
		  .served = "host",
		  .blocks = "yes",
		  .value = s->has[SUM_PACKETS] ? s->sum[SUM_PACKETS] : NAN,
		  .call = &net },
		{ .event = "fork",
		  .group = "call",
		  .served = "guest, host",
		  .blocks = "yes",
		  .value = s->has[SUM_TASKS] ? s->sum[SUM_TASKS] : NAN,
		  .call = &fork },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct profile_row row = rows[i];

		row.unit = "1";
		row.source = PROFILE_SADF;
		code = profile_tables_put_row(t, p, &row, error);
	}
	return code;
}

int profile_sadf(const struct profile_options *o, struct profile_tables *tables, struct profile *p,
		 struct error *error)
{
	struct sadf *s = calloc(1, sizeof(*s));
	int code = s ? read_file(s, o->sadf, error) : error_set(error, ENOMEM, "cannot read %s", o->sadf);

	if (code == 0)
		code = check(s, o, error);
	if (code == 0) {
		profile_init(p, o->name ? o->name : "machine");
		p->wall_ns = p->observed_ns = s->cpu_s * 1e9;
		p->ops = o->ops ? (double)o->ops : (double)NAN;
		p->cpu_ns = fmax(s->cpu_s - s->sum[SUM_NOT_BUSY], 0) * (double)s->cpus * 1e9;
		p->alone_ns = fmin(p->cpu_ns, p->wall_ns); /* on several CPUs at once */
		code = profile_tables_put(tables, p, error);
		if (code == 0)
			code = put(tables, p, s, error);
	}
	free(s);
	return code;
}
