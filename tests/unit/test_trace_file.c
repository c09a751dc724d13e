/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>

#include "base/error.h"
#include "probes/trace_priv.h"
#include "tests/check.h"

/* A trace's file in which a bit is wrong: what is before it is read, and nothing of what it is in. */
#define HEAD  32
#define CHUNK (24 + 2 * 24)

static void flip_bit(long at)
{
	FILE *file = fopen("trace", "r+");
	int c = file && fseek(file, at, SEEK_SET) == 0 ? fgetc(file) : EOF;

	CHECK(c != EOF && fseek(file, at, SEEK_SET) == 0 && fputc(c ^ 0x40, file) != EOF);
	CHECK(file && fclose(file) == 0);
}

static void write_trace(void)
{
	static const struct trace_event first[] = { { 10, 0, 1, TRACE_SYSCALL, 0 },
						    { 30, 0, 1, TRACE_RETURN, 0 } };
	static const struct trace_event second[] = { { 40, 0, 1, TRACE_SYSCALL, 0 },
						     { 60, 0, 1, TRACE_RETURN, 0 } };
	FILE *file = fopen("trace", "w");

	CHECK_INT(trace_file_begin(file, 5, 1), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 2, 1, 0 }, first), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 2, 2, 0 }, second), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ TRACE_CLOSED, 0, 99, 0 }, NULL), 0);
	CHECK_INT(fclose(file), 0);
}

/* How many events are read, and when the trace is said to end. */
static size_t events_read(uint64_t *end_ns)
{
	struct trace_reader *reader;
	struct error error;
	size_t n = 0;

	CHECK_INT(trace_reader_open(&reader, "trace", &error), 0);
	while (trace_reader_next(reader))
		n++;
	*end_ns = trace_reader_facts(reader)->end_ns;
	trace_reader_close(reader);
	return n;
}

static void test_a_wrong_bit_ends_the_trace(void)
{
	struct trace_reader *reader;
	struct error error;
	uint64_t end_ns;

	write_trace();
	CHECK_INT(events_read(&end_ns), 4);
	CHECK_INT(end_ns, 99);
	for (long at = 0; at < HEAD; at++) {
		flip_bit(at);
		CHECK(trace_reader_open(&reader, "trace", &error) < 0);
		flip_bit(at);
	}
	for (long at = HEAD; at < HEAD + 2 * CHUNK + 24; at++) {
		flip_bit(at);
		CHECK_INT(events_read(&end_ns), (at - HEAD) / CHUNK * 2);
		CHECK_INT(end_ns, 0);
		flip_bit(at);
	}
}

/* What a CPU tells after what came later, the ticks kept with a round for one, counts as at that. */
static void test_earlier(void)
{
	static const struct trace_event first[] = { { 10, 0, 1, TRACE_SYSCALL, 0 },
						    { 30, 0, 1, TRACE_RETURN, 0 } };
	static const struct trace_event second[] = { { 20, 7, 1, TRACE_TICKS, 0 } };
	static const uint64_t want[] = { 10, 30, 30 };
	FILE *file = fopen("trace", "w");
	struct trace_reader *reader;
	const struct trace_event *e;
	struct error error;
	size_t n = 0;

	CHECK_INT(trace_file_begin(file, 5, 1), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 2, 1, 0 }, first), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 1, 1, 0 }, second), 0);
	CHECK_INT(fclose(file), 0);
	CHECK_INT(trace_reader_open(&reader, "trace", &error), 0);
	for (; (e = trace_reader_next(reader)) != NULL && n < 3; n++)
		CHECK_INT(e->time_ns, want[n]);
	CHECK_INT(n, 3);
	trace_reader_close(reader);
}

int main(void)
{
	CHECK_RUN(test_earlier);
	CHECK_RUN(test_a_wrong_bit_ends_the_trace);
	return check_done();
}
