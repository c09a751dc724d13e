/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_PROBES_PRIV_H
#define PROBES_PROBES_PRIV_H

#include "base/error.h"
#include "probes/probes.h"

/* Rows of the table, by the file that holds them. */
extern const struct probe probe_host_services, probe_stamps, probe_kvm_stats, probe_rusage, probe_schedstat,
	probe_guest_time, probe_perf, probe_tracepoints, probe_trace, probe_proc_io, probe_host,
	probe_host_memory, probe_kthreads, probe_layer, probe_counters;

/* Reads the text file PATH into TEXT (SIZE bytes, NUL-terminated). Bytes read, or negative errno. */
int probe_read_text(const char *path, char *text, size_t size);

/* Whether the process of TARGET is there, if only for its parent to reap: 0 or -ESRCH. */
int probe_find_process(const struct probe_target *target);

/* The number behind KEY at the beginning of a line of TEXT; PROBE_MISSING where there is none. */
int64_t probe_find_figure(const char *text, const char *key);

/* The text of field N (from 3) of /proc/PID/stat, which come after the command's name in parentheses,
 * whatever that holds; NULL where there is none. */
const char *probe_stat_field(const char *stat, int n);

/* A copy of SAMPLE at the end. 0 or -ENOMEM. */
int probe_samples_append(struct probe_samples *samples, const struct probe_sample *sample);

/*
 * Adds the difference of two readings of the same counters: texts, layers and units are LATER's. A counter
 * that only one of them has, or that ran backwards, was not measured and gets no row; one that did not move
 * gets one with STILL only. 0 or -ENOMEM.
 */
int probe_samples_add_changes(struct probe_samples *samples, const struct probe_samples *earlier,
			      const struct probe_samples *later, bool still);

/*
 * The state and the steps of a probe that reads counters twice, by its reader: when it starts and when it
 * stops.
 */
struct probe_reading {
	const struct probe *self;
	struct probe_samples first, last;
};
extern const struct probe_steps probe_reading_steps;

/* What a reading tells unless its probe makes more of it: by how much each counter moved. 0 or -ENOMEM. */
probe_teller probe_reading_tell;

/* calibrate.c: what all steps of SELF take on this process; events cost nothing, or are not known. */
int probe_calibrate_steps(const struct probe *self, struct probe_cost *cost);

/* The same of TARGET, which is this process; with EVENTS also what a system call, which is so many events to
 * SELF, takes longer while it counts. */
int probe_calibrate_on(const struct probe *self, const struct probe_target *target, unsigned events,
		       struct probe_cost *cost);

/* This process as one to be counted, without KVM's statistics. */
struct probe_target probe_calibrate_target(void);

/* kvm_stats_cost.c: the same on a VM made for it. 0, or -ENODEV where there is no KVM with statistics. */
int probe_kvm_stats_calibrate(const struct probe *self, struct probe_cost *cost);

/*
 * Reads what the kernel keeps of each thread of TARGET in /proc/PID/task/TID/FILE: PARSE adds the figures of
 * THREAD from the text. Threads that have gone are left out; negative errno where there is none left.
 */
typedef int probe_parser(const char *text, const char *thread, struct probe_samples *samples);
int probe_read_threads(const struct probe_target *target, const char *file, probe_parser *parse,
		       struct probe_samples *samples);

/* The parsers: of /proc/PID/schedstat, and of the guest's time in /proc/PID/stat. 0 or negative errno. */
probe_parser probe_schedstat_parse, probe_guest_time_parse;

/* Reads KVM's statistics file FD, whose counters are LAYER's. 0, or negative errno where it is none. */
int probe_kvm_stats_read(int fd, const char *layer, struct probe_samples *samples);

/* What perf_event_open(2) is asked for. */
struct perf_event_attr;

/*
 * Fills ATTRIBUTE for the event NAME: libpfm4's, perf's or a raw code, with its modifiers: user and kernel,
 * guest and host, unless they choose. 0, or negative errno with ERROR.
 */
int probe_encode(const char *name, struct perf_event_attr *attribute, struct error *error);

/* Whether NAME is a raw code, "r01c2" or "cpu/event=0xc2,umask=0x01/", and the same for one. raw_event.c */
bool probe_raw_is(const char *name);
int probe_raw_encode(const char *name, struct perf_event_attr *attribute, struct error *error);

/* What can be done where perf_event_open(2) fails with errno NUMBER. */
const char *probe_perf_mend(int number);

/* The same for the tracepoint NAME, "group:event". */
int probe_tracepoint_encode(const char *name, struct perf_event_attr *attribute, struct error *error);

#endif
