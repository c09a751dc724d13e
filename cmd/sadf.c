/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/table.h"
#include "base/units.h"
#include "cmd/sadf_priv.h"

/* What sadf -d of sysstat prints: blocks of lines, each beneath a header of its own that begins with
 * "# hostname;interval;timestamp". */
#define FIELDS_MOST  64
#define CPUS_MOST    8192
#define SECONDS_MOST (TABLE_MOST / 1e9)
#define MEND	     "give sadf's output as it is"

/* A column, and what it adds to by second. */
static const struct {
	const char *name;
	enum sadf_sum sum;
	double scale;
} columns[] = {
	{ "%idle", SADF_NOT_BUSY, 0.01 },
	{ "%iowait", SADF_NOT_BUSY, 0.01 },
	{ "%steal", SADF_NOT_BUSY, 0.01 },
	{ "fault/s", SADF_FAULTS, 1 },
	{ "majflt/s", SADF_MAJOR, 1 },
	{ "cswch/s", SADF_SWITCHES, 1 },
	{ "proc/s", SADF_TASKS, 1 },
	{ "rtps", SADF_TRANSFERS, 1 },
	{ "wtps", SADF_TRANSFERS, 1 },
	{ "bread/s", SADF_TRANSFER_BYTES, 512 },
	{ "bwrtn/s", SADF_TRANSFER_BYTES, 512 },
	{ "rxpck/s", SADF_PACKETS, 1 },
	{ "txpck/s", SADF_PACKETS, 1 },
	{ "rxkB/s", SADF_PACKET_BYTES, 1024 },
	{ "txkB/s", SADF_PACKET_BYTES, 1024 },
};

/* The file at hand. */
struct reader {
	struct sadf *sadf;
	char *header[FIELDS_MOST]; /* fields, in TEXT */
	char text[4096];
	size_t fields;
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

/* A finite decimal number of nought or more: not strtod's hexadecimal, infinities and NaN. False: it is none.
 */
static bool is_amount(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && text[strspn(text, "+-.0123456789eE")] == '\0' && *end == '\0' && *value >= 0 &&
	       isfinite(*value);
}

static int take_header(struct reader *r, const char *line, struct error *error)
{
	snprintf(r->text, sizeof(r->text), "%s", line + strcspn(line, "h"));
	r->fields = split(r->text, r->header);
	if (r->fields > 3 && strcmp(r->header[0], "hostname") == 0 && strcmp(r->header[1], "interval") == 0)
		return 0;
	return error_fail(error, 0, "make it with sadf -d FILE -- -P ALL -u -w -B -b -n DEV",
			  "expected # hostname;interval;timestamp;...");
}

/* Of single CPUs only their number counts; what goes to the machine itself is no network. */
static bool counts(struct reader *r, char *const *field, double interval)
{
	if (strcmp(r->header[3], "CPU") == 0) {
		bool all = strcmp(field[3], "-1") == 0 || strcmp(field[3], "all") == 0;
		uint64_t cpu;

		if (all)
			r->sadf->cpu_s += interval;
		else if (units_parse_count(field[3], CPUS_MOST, &cpu, NULL) == 0 && cpu + 1 > r->sadf->cpus)
			r->sadf->cpus = cpu + 1;
		return all;
	}
	return strcmp(r->header[3], "IFACE") != 0 || strcmp(field[3], "lo") != 0;
}

static int take_value(struct reader *r, size_t column, const char *name, const char *text, double interval,
		      struct error *error)
{
	bool share = name[0] == '%';
	double value;

	r->column = name;
	if (!is_amount(text, &value) || (share && value > 100))
		return error_fail(error, 0, "run sadf with LC_ALL=C", "expected %s, not %.60s",
				  share ? "a percentage" : "a rate", text);
	r->sadf->sum[columns[column].sum] += value * columns[column].scale * interval;
	if (r->sadf->sum[columns[column].sum] > TABLE_MOST)
		return error_fail(error, 0, MEND, "with those above it is more than can have been");
	r->column = NULL;
	r->sadf->has[columns[column].sum] = true;
	return 0;
}

/* "host;-1;time;LINUX-RESTART (2 CPU)" among others. */
static void take_note(struct sadf *s, const char *note)
{
	unsigned cpus;

	if (sscanf(note, "LINUX-RESTART%*[\t (]%u CPU", &cpus) == 1 && cpus <= CPUS_MOST)
		s->cpus = cpus;
}

static int take_line(struct reader *r, char *line, struct error *error)
{
	char *field[FIELDS_MOST];
	double interval;
	size_t n;
	int code = 0;

	if (line[0] == '#')
		return take_header(r, line, error);
	n = split(line, field);
	if (n == 1 && field[0][0] == '\0')
		return 0;
	if (n == 4 && strcmp(field[1], "-1") == 0) {
		take_note(r->sadf, field[3]);
		return 0;
	}
	if (r->fields == 0 || n != r->fields)
		return error_fail(error, 0, "make it with sadf -d FILE -- -P ALL -u -w -B -b -n DEV",
				  r->fields ? "expected %zu fields, as the header above has" : "no header",
				  r->fields);
	r->column = "interval";
	if (!is_amount(field[1], &interval))
		return error_fail(error, 0, MEND, "expected seconds, not %.60s", field[1]);
	if (interval > SECONDS_MOST - r->sadf->cpu_s)
		return error_fail(error, 0, MEND, "with those above it is more than can have been");
	r->column = NULL;
	if (!counts(r, field, interval))
		return 0;
	for (size_t i = 3; code == 0 && i < n; i++)
		for (size_t c = 0; code == 0 && c < sizeof(columns) / sizeof(columns[0]); c++)
			if (strcmp(columns[c].name, r->header[i]) == 0)
				code = take_value(r, c, columns[c].name, field[i], interval, error);
	return code;
}

int sadf_read(struct sadf *s, const char *path, struct error *error)
{
	FILE *file = fopen(path, "re");
	struct reader r = { .sadf = s };
	size_t room = 0, number = 0;
	char *line = NULL;
	ssize_t length;
	int code = 0;

	if (file == NULL) {
		error_fail(error, errno, "name what sadf -d printed", "cannot open it");
		return error_at(error, "%.250s", path);
	}
	while (code == 0 && (length = getline(&line, &room, file)) >= 0) {
		number++;
		code = strlen(line) < (size_t)length ? error_fail(error, 0, MEND, "there is a NUL byte")
						     : take_line(&r, line, error);
	}
	if (code)
		error_at(error, r.column ? "%.200s:%zu:%s" : "%.200s:%zu", path, number, r.column);
	if (code == 0 && ferror(file)) {
		code = error_fail(error, errno, "name what sadf -d printed", "cannot read it");
		error_at(error, "%.250s", path);
	}
	free(line);
	fclose(file);
	return code;
}
