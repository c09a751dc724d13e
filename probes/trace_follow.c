/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "probes/trace_priv.h"

/*
 * Follows a child from one system call to the next (ptrace(2)), which takes no right but that to run it. It
 * stops at both ends of each call: what that takes is taken off the times that are written, so that calls are
 * as far apart as if nobody had watched.
 */
#define BATCH 4096
#define CALL  (SIGTRAP | 0x80) /* the signal of such a stop: PTRACE_O_TRACESYSGOOD */
#define OPTIONS                                                                                              \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |              \
	 PTRACE_O_TRACEVFORK)

struct trace_follower {
	pid_t pid;
	FILE *file;
	pthread_t thread; /* a tracer is a thread, and alone may let go on whom it stopped */
	sem_t ready;
	int failed; /* negative errno */
	struct trace_event event[BATCH];
	uint32_t events;
	uint64_t round, last_ns;
	uint64_t stops, handled_ns; /* by us, in all */
	uint64_t turn_ns;	    /* from letting a thread go on to its next stop, at least */
	pid_t gone_on;		    /* the thread that did so last, in a call, */
	uint64_t gone_on_ns;	    /* and when */
};

static void flush(struct trace_follower *f)
{
	struct trace_chunk chunk = { .count = f->events, .round = f->round++ };
	int code = f->events ? trace_file_put(f->file, chunk, f->event) : 0;

	if (code && !f->failed)
		f->failed = code;
	f->events = 0;
}

static void keep(struct trace_follower *f, enum trace_kind kind, pid_t tid, uint64_t value)
{
	if (f->events == BATCH)
		flush(f);
	f->event[f->events++] = (struct trace_event){
		.time_ns = f->last_ns, .kind = (uint16_t)kind, .tid = (int32_t)tid, .value = value
	};
}

/* The process of thread TID (proc(5)). */
static pid_t process_of(pid_t tid)
{
	char path[32], line[64];
	int process = tid;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file) && sscanf(line, "Tgid: %d", &process) != 1)
		;
	if (file)
		fclose(file);
	return process;
}

/* Thread TID, at EVENT, has started another. */
static void take_begin(struct trace_follower *f, pid_t tid, int event)
{
	unsigned long begun;

	if (ptrace(PTRACE_GETEVENTMSG, tid, NULL, &begun))
		return;
	keep(f, TRACE_BEGIN, (pid_t)begun,
	     (uint64_t)(event == PTRACE_EVENT_CLONE ? process_of((pid_t)begun) : (pid_t)begun) << 32 |
		     (uint32_t)tid);
}

/* The thread TID is at an end of a call; whether that was its beginning. */
static bool take_call(struct trace_follower *f, pid_t tid)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info), &info) <= 0)
		return false;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		keep(f, TRACE_SYSCALL, tid,
		     trace_call_value((uint32_t)info.entry.nr, (uint64_t *)info.entry.args));
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		keep(f, TRACE_RETURN, tid, (uint32_t)info.exit.rval);
	return info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* The signal that the thread is to get when it goes on; -1: it stays stopped, as its whole process is. */
static int signal_of(int status)
{
	int number = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_STOP && number != SIGTRAP)
		return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU ? -1
													: 0;
	return event || number == CALL ? 0 : number;
}

/* What all stops took, a switch to us and back each. */
static uint64_t spent_ns(const struct trace_follower *f)
{
	return f->handled_ns + f->stops * f->turn_ns;
}

/* NOW: when it was seen. */
static void take_stop(struct trace_follower *f, pid_t tid, int status, uint64_t now)
{
	bool call = WSTOPSIG(status) == CALL, begins = false;
	int number = signal_of(status), event = status >> 16;

	if (call && tid == f->gone_on && (f->turn_ns == 0 || now - f->gone_on_ns < f->turn_ns))
		f->turn_ns = now - f->gone_on_ns;
	if (now - spent_ns(f) > f->last_ns)
		f->last_ns = now - spent_ns(f);
	if (call)
		begins = take_call(f, tid);
	else if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK)
		take_begin(f, tid, event);
	ptrace(number < 0 ? PTRACE_LISTEN : PTRACE_SYSCALL, tid, NULL,
	       (void *)(intptr_t)(number < 0 ? 0 : number));
	f->gone_on_ns = trace_now_ns();
	f->gone_on = begins ? tid : 0;
	f->stops++;
	f->handled_ns += f->gone_on_ns - now;
}

/* What comes next of any thread that is followed; false: the first process has ended, which is its parent's
 * to collect, or the caller wants an end, and this thread is gone. */
static bool await(struct trace_follower *f)
{
	const int ours = __WALL | __WNOTHREAD;
	siginfo_t info = { 0 };
	int code, status;

	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	code = waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | ours);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (code)
		return errno == EINTR;
	if (info.si_pid == f->pid && info.si_code != CLD_TRAPPED && info.si_code != CLD_STOPPED)
		return false;
	if (waitpid(info.si_pid, &status, ours) != info.si_pid)
		return true;
	if (WIFSTOPPED(status))
		take_stop(f, info.si_pid, status, trace_now_ns());
	else
		keep(f, TRACE_END, info.si_pid, 0);
	return true;
}

static int seize(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, (void *)OPTIONS) || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL)
		       ? -errno
		       : 0;
}

static int refuse(int number, struct error *error)
{
	return error_fail(error, number, "allow ptrace(2), as sysctl kernel.yama.ptrace_scope=1 does",
			  "cannot follow system calls");
}

bool trace_follow_available(struct error *error)
{
	pid_t pid = fork();
	int code;

	if (pid == 0)
		for (;;)
			pause();
	code = pid < 0 ? -errno : seize(pid);
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
	}
	if (code)
		refuse(-code, error);
	return code == 0;
}

static void *follow(void *follower)
{
	struct trace_follower *f = follower;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	f->failed = seize(f->pid);
	sem_post(&f->ready);
	while (!f->failed && await(f))
		;
	return NULL;
}

static int begin(struct trace_follower *f, const char *path, struct error *error)
{
	f->last_ns = trace_now_ns();
	f->file = fopen(path, "we");
	if (f->file == NULL ||
	    trace_file_begin(f->file, f->last_ns, (uint32_t)sysconf(_SC_NPROCESSORS_ONLN))) {
		error_fail(error, errno, "choose a directory you may write to", "cannot create the trace");
		return error_at(error, "%s", path);
	}
	if (sem_init(&f->ready, 0, 0) || pthread_create(&f->thread, NULL, follow, f))
		return error_set(error, EAGAIN, "cannot follow a process");
	while (sem_wait(&f->ready) && errno == EINTR)
		;
	if (!f->failed)
		return 0;
	pthread_join(f->thread, NULL);
	return refuse(-f->failed, error);
}

static int finish(struct trace_follower *f, int code)
{
	if (f->file && fclose(f->file) && code == 0)
		code = errno ? -errno : -EIO;
	sem_destroy(&f->ready);
	free(f);
	return code;
}

int trace_follow(struct trace_follower **follower, pid_t pid, const char *path, struct error *error)
{
	struct trace_follower *f = calloc(1, sizeof(*f));
	int code;

	if (f == NULL)
		return error_set(error, ENOMEM, "cannot follow a process");
	f->pid = pid;
	code = begin(f, path, error);
	if (code)
		finish(f, code);
	else
		*follower = f;
	return code;
}

int trace_follow_end(struct trace_follower *f, struct error *error)
{
	struct trace_chunk last = { .cpu = TRACE_CLOSED };
	int code;

	pthread_cancel(f->thread);
	pthread_join(f->thread, NULL);
	keep(f, TRACE_COST, COST_EVENT, f->stops ? spent_ns(f) / f->stops : 0);
	flush(f);
	last.round = f->last_ns;
	code = trace_file_put(f->file, last, NULL);
	code = finish(f, f->failed ? f->failed : code);
	return code ? error_fail(error, -code, "make room on the disk", "cannot write the trace") : 0;
}
