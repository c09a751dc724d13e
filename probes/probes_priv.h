/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_PROBES_PRIV_H
#define PROBES_PROBES_PRIV_H

#include "base/error.h"
#include "probes/probes.h"

/* Rows of the table, by the file that holds them. */
extern const struct probe probe_stamps, probe_kvm_stats, probe_rusage, probe_schedstat, probe_guest_time,
	probe_perf;

/* Reads the text file PATH into TEXT (SIZE bytes, NUL-terminated). Bytes read, or negative errno. */
int probe_read_text(const char *path, char *text, size_t size);

/* A copy of SAMPLE at the end. 0 or -ENOMEM. */
int probe_samples_append(struct probe_samples *samples, const struct probe_sample *sample);

/*
 * Adds the difference of two readings of the same counters: texts, layers and units are LATER's. Counters
 * that did not change are left out. 0 or -ENOMEM.
 */
int probe_samples_add_changes(struct probe_samples *samples, const struct probe_samples *earlier,
			      const struct probe_samples *later);

/*
 * A probe that reads counters twice: begin keeps a reading, end adds what changed. READ_ALL fills a reading.
 */
typedef int probe_reader(const struct probe_target *target, struct probe_samples *samples);
int probe_reading_begin(const struct probe_target *target, probe_reader *read_all, void **state);
int probe_reading_end(const struct probe_target *target, probe_reader *read_all, void *state,
		      struct probe_samples *samples);
void probe_reading_close(void *state);

/* encode.c: what perf_event_open(2) is asked for. */
struct perf_event_attr;

/* Fills ATTRIBUTE for the event NAME of libpfm4. 0, or negative errno with ERROR. */
int probe_encode(const char *name, struct perf_event_attr *attribute, struct error *error);

#endif
