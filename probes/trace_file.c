/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/*
 * A trace's file, and its events in order of time. The rings are drained in rounds, one CPU after the other,
 * so what comes in one round may be older than what another CPU gave in it, but not older than anything of
 * the round before: once a round is read, all up to the latest of the one before can be merged (as perf does
 * with its finished rounds). So memory holds two rounds at most. A file that was cut off or damaged is read
 * as far as its chunks are whole and their sums right.
 */
#define BYTES_MOST (1u << 26) /* of a chunk: more is nonsense */

/* Events of one CPU, waiting. */
struct queue {
	struct trace_event *event;
	size_t head, count, capacity;
};

struct trace_reader {
	FILE *file;
	struct trace_facts facts;
	struct queue *queue;	      /* cpus; owned */
	struct trace_chunk next;      /* read ahead: the first of the next round; count 0: none */
	uint64_t limit_ns, latest_ns; /* what can be given out; the latest read */
	uint32_t from;		      /* the CPU that events come from now */
	uint64_t until_ns;	      /* as long as they are no later than this */
	bool ended;
};

/* SUM, and BYTES (a multiple of 8) of DATA besides: any eight bytes that change, change it. */
static uint64_t add_up(uint64_t sum, const void *data, size_t bytes)
{
	const unsigned char *at = data;
	uint64_t word;

	for (size_t i = 0; i < bytes; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		sum = ((sum ^ word) * 0x9e3779b97f4a7c15u) ^ (sum >> 29);
	}
	return sum;
}

static uint64_t sum_of_head(const struct trace_head *head)
{
	return add_up(0, head, offsetof(struct trace_head, sum));
}

static uint64_t sum_of_chunk(const struct trace_chunk *chunk, const struct trace_event *event)
{
	uint64_t sum = add_up(1, chunk, offsetof(struct trace_chunk, sum));

	return add_up(sum, event, chunk->count * sizeof(*event));
}

/* The reason, as write(2) told it. */
static int not_written(void)
{
	return errno ? -errno : -EIO;
}

int trace_file_begin(FILE *file, uint64_t begin_ns, uint32_t cpus)
{
	struct trace_head head = { .begin_ns = begin_ns,
				   .cpus = cpus,
				   .event_bytes = sizeof(struct trace_event) };

	memcpy(head.magic, TRACE_MAGIC, sizeof(head.magic));
	head.sum = sum_of_head(&head);
	return fwrite(&head, sizeof(head), 1, file) == 1 && fflush(file) == 0 ? 0 : not_written();
}

int trace_file_put(FILE *file, struct trace_chunk chunk, const struct trace_event *event)
{
	chunk.sum = sum_of_chunk(&chunk, event);
	if (fwrite(&chunk, sizeof(chunk), 1, file) != 1)
		return not_written();
	if (chunk.count && fwrite(event, sizeof(*event), chunk.count, file) != chunk.count)
		return not_written();
	return 0;
}

static bool read_chunk(struct trace_reader *r)
{
	r->next.count = 0;
	if (fread(&r->next, sizeof(r->next), 1, r->file) != 1)
		return false;
	if (r->next.cpu == TRACE_CLOSED) {
		r->facts.end_ns =
			r->next.count == 0 && r->next.sum == sum_of_chunk(&r->next, NULL) ? r->next.round : 0;
		r->next.count = 0;
		return false;
	}
	return r->next.cpu < r->facts.cpus && r->next.count > 0 &&
	       r->next.count < BYTES_MOST / sizeof(struct trace_event);
}

static bool make_room(struct queue *q, size_t more)
{
	struct trace_event *grown;

	if (q->head > 0) {
		memmove(q->event, q->event + q->head, (q->count - q->head) * sizeof(*q->event));
		q->count -= q->head;
		q->head = 0;
	}
	if (q->count + more <= q->capacity)
		return true;
	grown = realloc(q->event, (q->count + more) * sizeof(*grown));
	if (grown == NULL)
		return false;
	q->event = grown;
	q->capacity = q->count + more;
	return true;
}

/* The chunk read ahead, into its queue. An event that is earlier than the one before it counts as at that. */
static bool take_chunk(struct trace_reader *r)
{
	struct queue *q = &r->queue[r->next.cpu];
	uint64_t before = q->count > q->head ? q->event[q->count - 1].time_ns : 0;

	if (!make_room(q, r->next.count) ||
	    fread(q->event + q->count, sizeof(*q->event), r->next.count, r->file) != r->next.count ||
	    r->next.sum != sum_of_chunk(&r->next, q->event + q->count))
		return false;
	for (uint32_t i = 0; i < r->next.count; i++) {
		struct trace_event *e = &q->event[q->count++];

		if (e->time_ns < before)
			e->time_ns = before;
		before = e->time_ns;
		if (e->kind == TRACE_LOST)
			r->facts.lost += e->value;
	}
	if (before > r->latest_ns)
		r->latest_ns = before;
	return true;
}

/* One round more; afterwards what is no later than the round before it can be given out. */
static void read_round(struct trace_reader *r)
{
	uint64_t round = r->next.round;
	bool more = r->next.count > 0;

	r->limit_ns = r->latest_ns;
	while (more && r->next.round == round)
		more = take_chunk(r) && read_chunk(r);
	if (more)
		return;
	r->next.count = 0;
	r->ended = true;
	r->limit_ns = UINT64_MAX;
}

static bool is_sound(const struct trace_head *head)
{
	return memcmp(head->magic, TRACE_MAGIC, sizeof(head->magic)) == 0 &&
	       head->event_bytes == sizeof(struct trace_event) && head->cpus > 0 && head->cpus <= 65536 &&
	       head->sum == sum_of_head(head);
}

static int refuse(const struct trace_head *head, const char *path, struct error *error)
{
	struct stat status;
	bool kin = memcmp(head->magic, TRACE_MAGIC, TRACE_MAGIC_KIN) == 0,
	     other = kin && memcmp(head->magic, TRACE_MAGIC, sizeof(head->magic)) != 0;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		error_fail(error, 0, "give one of the files that --keep-trace put into its traces/",
			   "this is a directory");
	else if (other)
		error_fail(error, 0, "read it by that, or record it again",
			   "this trace is of another version of vmtax");
	else
		error_fail(error, 0, "give a file that --keep-trace or --record wrote",
			   "this is no trace of vmtax's");
	return error_at(error, "%s", path);
}

int trace_reader_open(struct trace_reader **reader, const char *path, struct error *error)
{
	struct trace_head head = { 0 };
	struct trace_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return error_set(error, ENOMEM, "cannot read a trace");
	r->file = fopen(path, "re");
	if (r->file == NULL) {
		error_fail(error, errno, "give a file that --keep-trace or --record wrote",
			   "cannot open the trace");
		free(r);
		return error_at(error, "%s", path);
	}
	if (fread(&head, sizeof(head), 1, r->file) != 1 || !is_sound(&head)) {
		trace_reader_close(r);
		return refuse(&head, path, error);
	}
	r->facts = (struct trace_facts){ .begin_ns = head.begin_ns, .cpus = head.cpus };
	r->queue = calloc(head.cpus, sizeof(*r->queue));
	if (r->queue == NULL) {
		trace_reader_close(r);
		return error_set(error, ENOMEM, "cannot read a trace");
	}
	if (!read_chunk(r))
		r->next.count = 0;
	*reader = r;
	return 0;
}

/* Chooses the CPU with the earliest event, and how long it stays that. False where none may be given out yet.
 */
static bool choose(struct trace_reader *r)
{
	uint64_t first = UINT64_MAX, second = UINT64_MAX;

	for (uint32_t i = 0; i < r->facts.cpus; i++) {
		const struct queue *q = &r->queue[i];
		uint64_t time;

		if (q->head == q->count)
			continue;
		time = q->event[q->head].time_ns;
		if (time < first) {
			second = first;
			first = time;
			r->from = i;
		} else if (time < second) {
			second = time;
		}
	}
	r->until_ns = second < r->limit_ns ? second : r->limit_ns;
	return first <= r->limit_ns && first != UINT64_MAX;
}

const struct trace_event *trace_reader_next(struct trace_reader *r)
{
	for (;;) {
		struct queue *q = &r->queue[r->from];

		if (q->head < q->count && q->event[q->head].time_ns <= r->until_ns) {
			r->facts.events++;
			return &q->event[q->head++];
		}
		if (choose(r))
			continue;
		if (r->ended)
			return NULL;
		read_round(r);
		r->until_ns = 0;
	}
}

const struct trace_facts *trace_reader_facts(const struct trace_reader *r)
{
	return &r->facts;
}

void trace_reader_close(struct trace_reader *r)
{
	for (uint32_t i = 0; r->queue && i < r->facts.cpus; i++)
		free(r->queue[i].event);
	free(r->queue);
	fclose(r->file);
	free(r);
}
