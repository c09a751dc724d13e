/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_TRACE_PRIV_H
#define PROBES_TRACE_PRIV_H

/* What the files share that record traces and account for them. */
#include "probes/profile.h"
#include "probes/trace.h"

#define TRACE_TIDS (1u << 22) /* the kernel's PID_MAX_LIMIT */

/* --- The account: trace_machine.c, trace_close.c, trace_threads.c --- */

#define REASON_OPEN (REASON_INJECT + 1) /* kinds that have a beginning and an end */

/* What a thread is doing. */
struct state {
	bool known;   /* whether the next four are */
	bool syscall; /* in a system call */
	bool run;     /* which is KVM_RUN */
	bool guest;   /* and the guest has the CPU */
	bool fault;   /* in a page fault of its own code */
	bool off;     /* the thread has none */
	bool ready;   /* though it could use one */
};

struct thread {
	struct trace_thread sum;
	struct state state;
	uint64_t since;
	uint16_t cpu;	   /* it was heard from last */
	uint64_t unplaced; /* ran since it was last heard of, and it is not known where */
	bool heard;
	struct ticks {
		struct tick {
			uint64_t value, run_ns; /* and how long the thread had been in KVM_RUN by then */
		} first, last;
		bool any;
	} ticks[3];	  /* guest, user, system */
	uint64_t owed_ns; /* of what comes next, to the layer it was in: what a stamp came too early for */
	enum probe_layer owed_to;
	bool owed_inferred;
	struct open {
		uint64_t value, begun_ns, waited_ns;
		bool any;
	} open[REASON_OPEN]; /* what is under way, by enum trace_reason_kind */
	bool noted;	     /* RCU's notes tell of its guest */
	uint64_t dark_ns;    /* in KVM_RUN, before they did */
};

/* Threads by a hash of their number, open addressing. */
struct trace_machine {
	struct thread *thread; /* count */
	uint32_t *slot;	       /* slots: 1 + index, 0 none */
	size_t count, capacity, slots;
	struct thread *last; /* found */
	uint64_t begin_ns;
	uint64_t raised_ns[256]; /* interrupts not injected yet, by vector; 0: none */
	struct trace_account account;
};

/* The thread of EVENT; NULL where it is new and not to be made, or memory is out. */
struct thread *trace_thread_find(struct trace_machine *machine, const struct trace_event *event, bool make);

/* The layer of what a thread is doing. */
enum probe_layer trace_layer_of(const struct state *s);

/* What it does from EVENT on. */
void trace_step(const struct trace_machine *machine, struct thread *t, const struct trace_event *event);

/* The time since its last event, up to NOW, goes to the layer it is in. */
void trace_thread_charge(struct thread *t, uint64_t now);

/* Counts what a thread comes to and times what it has left: trace_reasons.c. */
void trace_reasons_take(struct trace_machine *machine, struct thread *t, const struct trace_event *event);

/* The kind of EVENT of a thread where notes tell of guests: a note's is TRACE_GUEST, TRACE_EXIT, or
 * TRACE_NOTE still, which means nothing. What was taken for an entry and cannot have been one, is none:
 * trace_notes.c. */
enum trace_kind trace_note_follow(struct thread *t, const struct trace_event *event);

/* --- Calls: trace_calls.c --- */

/* Whether what the call returns is a count of bytes that it moved. */
bool trace_call_moves(unsigned number);
/* Whether what a call returned after a wait says that its time was up. */
bool trace_call_starts(unsigned number);
bool trace_call_timed_out(unsigned number, int32_t result);

#define TRACE_DESCRIPTORS 1024 /* told apart; higher ones count as no files */
enum trace_descriptor { TRACE_OTHER, TRACE_REGULAR, TRACE_SOCKET };
/* What a call on FIRST that returned RESULT makes of DESCRIPTOR (TRACE_DESCRIPTORS). */
void trace_descriptors_follow(uint8_t *descriptor, unsigned number, uint32_t first, int32_t result);

/* --- Processes: trace_tasks.c --- */

struct trace_tasks;
/* Freed by free; NULL: out of memory. */
struct trace_tasks *trace_tasks_make(int cores, struct trace_pause pause);
int32_t trace_tasks_process(const struct trace_tasks *tasks, int32_t tid);
void trace_tasks_begin(struct trace_tasks *tasks, const struct trace_event *event); /* TRACE_BEGIN */
void trace_tasks_idle(struct trace_tasks *tasks, int32_t tid, bool idle);
void trace_tasks_exec(struct trace_tasks *tasks, int32_t tid); /* it goes on as another program */
void trace_tasks_end(struct trace_tasks *tasks, int32_t tid);
/* Whether an EVENT comes while a driver polls for its process. */
bool trace_tasks_watched(struct trace_tasks *tasks, const struct trace_event *event);

/* A request, by ring where there is a driver: false: there is none. */
bool trace_tasks_ask(struct trace_tasks *tasks, const struct trace_event *event);
/* How long a thread that a driver serves polls for the answer: until an EVENT, but where cores are short. */
uint64_t trace_tasks_polled(struct trace_tasks *tasks, const struct trace_event *event, uint64_t since_ns);
void trace_tasks_serve(struct trace_tasks *tasks, const struct trace_event *event); /* its driver has */
/* NS until an event are no time of its thread's. */
void trace_tasks_skip(struct trace_tasks *tasks, const struct trace_event *event, uint64_t ns);
/* An event ends that its process's driver has nothing to do: adds to AWAKE_NS how long that has polled for
 * it. True: it has fallen asleep. */
bool trace_tasks_end_rest(struct trace_tasks *tasks, const struct trace_event *event, uint64_t *awake_ns);

/* --- The critical path: trace_path.c --- */

/* Events that are told apart on it: calls by their number, page faults by enum trace_touch, pages of programs
 * that are executed; and those that it finds itself: waits, and threads that begin. */
enum {
	PATH_TOUCH = TRACE_CALLS,
	PATH_LOADED = PATH_TOUCH + TRACE_TOUCHES,
	PATH_WAIT,
	PATH_THREAD,
	PATH_EVENTS
};

/* Processes that began as a copy, and went on as another program. */
struct trace_births {
	uint32_t all, copies;
};

struct trace_path;
struct trace_path *trace_path_make(void); /* NULL: out of memory */
void trace_path_free(struct trace_path *path);
/* The program begins, and ends with thread TID. */
void trace_path_begin(struct trace_path *path, int32_t tid);
/* Any event. 0, or -ENOMEM: it does not hold. */
int trace_path_take(struct trace_path *path, const struct trace_event *event);
/* COUNT events of PATH_EVENTS, but those it finds itself. */
void trace_path_add(struct trace_path *path, int32_t tid, unsigned event, uint32_t count);
/* A process goes on as another program; or begins as a copy of STARTER's, which is in CALL for that, and has
 * been heard of by TRACE_BEGIN. */
void trace_path_add_program(struct trace_path *path, int32_t tid);
void trace_path_add_copy(struct trace_path *path, int32_t tid, int32_t starter, uint16_t call);
/* How many of each (PATH_EVENTS) are on the path to the program's end, and how many BIRTHS follow each other;
 * NULL: it has not ended, or did not begin. */
const uint32_t *trace_path_counts(const struct trace_path *path, struct trace_births *births);

/* --- Pages: trace_pages.c --- */

/* What processes map, and so whose pages they touch. */
struct trace_pages;
struct trace_pages *trace_pages_make(void); /* NULL: out of memory */
void trace_pages_free(struct trace_pages *pages);
/* PROCESS begins, PARENT's; with a copy of its memory, or with the same. 0 or -ENOMEM. */
int trace_pages_begin(struct trace_pages *pages, int32_t process, int32_t parent, bool copies);
/* TRACE_MAP, of which so many pages are ASKED for by mmap(2), anonymously; else 0, and a mapping may have
 * grown. 0 or -ENOMEM. */
int trace_pages_map(struct trace_pages *pages, int32_t process, uint64_t value, uint64_t asked);
/* PROCESS tries to go on as another program, and does. */
void trace_pages_replace(struct trace_pages *pages, int32_t process);
void trace_pages_replaced(struct trace_pages *pages, int32_t process);
/* Of TRACE_TOUCH's VALUE. */
enum trace_touch trace_pages_touch(struct trace_pages *pages, int32_t process, uint64_t value);

/* --- The file: trace_file.c --- */

#define TRACE_MAGIC	"vmxtrc7\n"
#define TRACE_MAGIC_KIN 6	   /* bytes that all versions share */
#define TRACE_CLOSED	UINT32_MAX /* instead of a CPU: the trace ended as it should; its round is the time */

struct trace_head {
	char magic[8];
	uint64_t begin_ns;
	uint32_t cpus, event_bytes;
	uint64_t sum; /* of the fields above */
};

/* Events of one CPU in one round, in the order they came. */
struct trace_chunk {
	uint32_t cpu, count;
	uint64_t round;
	uint64_t sum; /* of the fields above and of the events; trace_file_put makes it */
};

/* 0 or negative errno. */
int trace_file_begin(FILE *file, uint64_t begin_ns, uint32_t cpus);
int trace_file_put(FILE *file, struct trace_chunk chunk, const struct trace_event *event);

/* --- Recording: trace_points.c, trace_ring.c --- */

struct perf_event_attr;

/* A tracepoint that is recorded. */
struct trace_point {
	const char *name;   /* group:event */
	bool kvm;	    /* of KVM, and so perhaps not there */
	bool all;	    /* whoever does it, does it to a thread of ours */
	bool silent;	    /* wanted only where KVM does not tell of entries */
	const char *filter; /* NULL: every one */
	bool pages;	    /* wanted only where page faults are; perhaps not there */
};
const struct trace_point *trace_point(size_t i); /* NULL beyond the last */
#define TRACE_POINTS 15

/* Where the fields lie that are read of each tracepoint's record: by its number in the kernel. */
struct trace_formats {
	uint16_t id[TRACE_POINTS]; /* 0: there is none */
	uint16_t field[TRACE_POINTS][2];
};
int trace_formats_read(struct trace_formats *formats, struct error *error);

/*
 * The events in the raw data of a record, their kinds and values, by the first, which has thread, CPU and
 * time: how many. A switch is two, what else is ours one.
 */
size_t trace_decode(const struct trace_formats *formats, const uint8_t *data, uint32_t bytes,
		    struct trace_event event[2]);

/* Of a call NUMBER with ARGS (6): the value of its TRACE_SYSCALL. */
uint64_t trace_call_value(uint32_t number, const uint64_t *args);

/* COST_EVENT and COST_CALL, tried out by the calling thread on itself; 0: not known. trace_cost.c */
void trace_costs_try(const struct trace_formats *formats, uint64_t cost[TRACE_COSTS]);

uint64_t trace_now_ns(void);	       /* CLOCK_MONOTONIC_RAW */
uint64_t trace_name(const char *text); /* its first letters, as an event's value */

#endif
