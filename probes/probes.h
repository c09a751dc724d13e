/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_PROBES_H
#define PROBES_PROBES_H

/*
 * What is counted while a program runs, and to which layer its time belongs. Probes watch processes and
 * descriptors that others started and opened; they know neither KVM's interface nor the monitor.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct event_sets;
struct probe_before;
struct rusage;

#define PROBE_MISSING INT64_MIN /* a figure that was not measured: NA in the tables */
#define PROBE_THREADS 8

/* --- What is watched -------------------------------------------------------------------------------------
 */

struct probe_thread {
	const char *name; /* "vcpu0", "driver0", "program" */
	pid_t tid;
};

/* A process under watch. Its threads live from begin to end; the first is the one the program runs on. */
struct probe_target {
	pid_t pid;
	struct probe_thread thread[PROBE_THREADS];
	size_t threads;
	int kvm_vm, kvm_vcpu; /* KVM's statistics of VM and vCPU; -1: none */
	const int *kvm_added; /* of vCPUs added later, once counting stops; ends with -1; NULL: none */
	const struct event_sets *sets;	   /* for the probe counters, as long as its samples; NULL: none */
	const struct probe_before *before; /* the host before it began; NULL: from where counting starts */
	bool all;			   /* also what did not move */
	uint64_t guest_at, guest_bytes;	   /* where its guest's memory is; 0, 0: it runs no guest */
	const char *guest_kernel;	   /* path of the kernel in there; NULL: not known */
	uint64_t guest_kernel_bytes;	   /* of which so many are its */
};

/*
 * What the host as a whole had used before a process was started, for the figures that are the host's. NULL
 * when memory is short: they then begin where counting does. Freed once the process's samples are there.
 * WITHOUT as in probe_session_begin.
 */
struct probe_before *probe_before_take(uint32_t without);
void probe_before_free(struct probe_before *before);

/* --- What is found ---------------------------------------------------------------------------------------
 */

/* One count: a row of counters.csv. */
struct probe_sample {
	const char *probe; /* static */
	char layer[32];	   /* the thread, or "vm" or "process" */
	char event[72];
	const char *unit; /* static, or the set's */
	double value;	  /* never scaled; what BEFORE grew by where that is known */
	double before;	  /* only with has_before */
	bool has_before;
	int64_t enabled_ns, running_ns;
};

struct probe_samples {
	struct probe_sample *sample; /* count; owned */
	size_t count, capacity;
};

/* Adds a count whose times are missing. 0 or -ENOMEM. */
int probe_samples_add(struct probe_samples *samples, const char *probe, const char *layer, const char *event,
		      const char *unit, double value);

/* The value of one count, or PROBE_MISSING. */
int64_t probe_samples_find(const struct probe_samples *samples, const char *probe, const char *layer,
			   const char *event);

void probe_samples_free(struct probe_samples *samples);

/* --- Probes ----------------------------------------------------------------------------------------------
 */

/* What a probe costs, in ns; NaN: nothing, or it is not known. */
struct probe_cost {
	double once_ns;	 /* of the harness, for a process with one thread, before and after it runs */
	double event_ns; /* of the program, for each event that is counted */
};

struct probe;

/*
 * What a probe does, in this order; of several, all take each step before any takes the next, so that what is
 * counted begins and ends at once. STATE is the probe's own.
 */
struct probe_steps {
	/* Takes what it needs, into *STATE. 0, or negative errno: it then has no samples. */
	int (*open)(const struct probe *self, const struct probe_target *target, void **state);
	/* Counts from here on, and up to here. 0, or negative errno: it then has no samples. */
	int (*start)(const struct probe_target *target, void *state);
	int (*stop)(const struct probe_target *target, void *state);
	/* Adds what was counted. 0 or negative errno. */
	int (*read)(const struct probe_target *target, void *state, struct probe_samples *samples);
	void (*close)(void *state);
};

/* Fills a reading of what somebody else counts. 0; negative errno where there is nothing to read. */
typedef int probe_reader(const struct probe_target *target, struct probe_samples *samples);

/* Adds what two readings tell. 0 or negative errno. */
struct probe_reading;
typedef int probe_teller(const struct probe_target *target, const struct probe_reading *reading,
			 struct probe_samples *samples);

/* One kind of counting. */
struct probe {
	const char *name;
	const char *summary; /* what it counts, one line */
	bool disturbs;	     /* costs the program time: only in repetitions of its own */
	/* Whether this machine has it; else false, with reason and mend in ERROR. */
	bool (*available)(struct error *error);
	const struct probe_steps *steps; /* NULL: others bring its figures in */
	probe_reader *reader;		 /* for steps that read twice; else NULL */
	probe_teller *tell;		 /* what it makes of both; NULL: by how much each counter moved */
	/* Measures on this process what SELF costs, in some milliseconds. 0; negative errno where it cannot.
	 */
	int (*calibrate)(const struct probe *self, struct probe_cost *cost);
};

/* All probes, NULL-terminated. */
extern const struct probe *const probes[];

#define PROBES_MOST 24 /* room for their state */

/* Probes at work on one target. */
struct probe_session {
	struct probe_target target;
	void *state[PROBES_MOST];
	bool works[PROBES_MOST];
};

/*
 * Takes NAMES, separated by commas, or "none": *WITHOUT gets a bit for each place in the table whose probe is
 * not among them, so that 0 stands for all. 0, or negative errno with ERROR where there is no such probe.
 */
int probes_choose(const char *names, uint32_t *without, struct error *error);

/* Whether the probe NAME is not left out. */
bool probes_have(uint32_t without, const char *name);

/* Opens and starts every probe but those that are left out, those that disturb only with DISTURB. What cannot
 * work here is left out, too. */
void probe_session_begin(struct probe_session *session, const struct probe_target *target, bool disturb,
			 uint32_t without);

/* Stops and reads all probes, while the threads are still there, and closes them. 0 or -ENOMEM. */
int probe_session_end(struct probe_session *session, struct probe_samples *samples);

/* Adds what wait4(2) told of the whole process. 0 or -ENOMEM. */
int probe_rusage_add(struct probe_samples *samples, const struct rusage *usage);

/* --- The account of time ---------------------------------------------------------------------------------
 */

enum probe_layer {
	LAYER_GUEST_USER,
	LAYER_GUEST_KERNEL,
	LAYER_HYPERVISOR,
	LAYER_MONITOR,
	LAYER_HOST_KERNEL,
	LAYER_WAIT_IO,
	LAYER_WAIT_CPU,
	LAYER_SPIN,
	LAYER_IDLE,
	LAYER_UNATTRIBUTED,
	PROBE_LAYERS,
};

/* A layer's name in layers.csv and what its time is. */
struct probe_layer_row {
	const char *name, *summary;
};
extern const struct probe_layer_row probe_layers[PROBE_LAYERS];

/* How a figure came about: measured, from samples, or as a difference of others. */
enum probe_source { PROBE_EXACT, PROBE_SAMPLED, PROBE_INFERRED, PROBE_SOURCES };
extern const char *const probe_source_names[PROBE_SOURCES];

/*
 * Where the time of one thread went. The layers present sum to its wall time exactly: unattributed, which is
 * signed, closes the account. ns; PROBE_MISSING: not there.
 */
struct probe_account {
	int64_t ns[PROBE_LAYERS];
	enum probe_source source[PROBE_LAYERS];
};

/*
 * Times of a vCPU's thread in ns, over its wall time. Any may be PROBE_MISSING: what is to be divided by it
 * then goes to unattributed, and without the wall time there is no account at all. The same holds for drivers
 * and plain processes.
 */
struct probe_vcpu_times {
	int64_t wall;
	int64_t cpu;	      /* CPU time of the thread */
	int64_t delay;	      /* runnable, not running */
	int64_t waits;	      /* how often it left its core to wait for something, */
	int64_t switches;     /* and in all; either may be missing */
	int64_t run;	      /* inside KVM_RUN */
	int64_t host;	      /* in host calls for the guest */
	int64_t guest_kernel; /* in the guest kernel, without waiting */
	int64_t guest_wait;   /* the guest waiting for answers, whatever way */
	int64_t guest_spin;   /* of which polling */
	int64_t boot;	      /* before the program's first instruction */
	int64_t unasked;   /* KVM served the guest where that did not wait for it, as faults; 0: not known */
	int64_t switching; /* inside KVM_RUN it got a core back: what that took; 0: not known */
	bool sampled;	   /* most of what was in the guest kernel is of stamps of some of its calls */
	/* Of DELAY, as KVM's steal clock tells: inside KVM_RUN, and outside; both 0 where it does not. */
	int64_t late_inside, late_outside;
	int64_t late_waiting; /* and of both, while the guest waited for an answer */
};
void probe_account_vcpu(struct probe_account *account, const struct probe_vcpu_times *times);

/* Times of a driver's thread in ns. */
struct probe_driver_times {
	int64_t wall, cpu, delay; /* as above */
	int64_t host;		  /* in host calls */
	int64_t spin;		  /* polling for requests */
	int64_t sleep;		  /* asleep for want of requests */
};
void probe_account_driver(struct probe_account *account, const struct probe_driver_times *times);

/* Times of a plain process in ns: user and system as the kernel's ticks divide its CPU time. */
struct probe_native_times {
	int64_t wall, user, system, delay;
};
void probe_account_native(struct probe_account *account, const struct probe_native_times *times);

#endif
