/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/child_priv.h"
#include "cmd/cmd.h"
#include "cmd/launch_command_priv.h"
#include "cmd/observe_priv.h"
#include "cmd/observe_trace_priv.h"
#include "cmd/together_priv.h"

/* Runs a program in a VM: starts vmtax-monitor and shakes hands with it (vmm/vmm.h). */
#define GRACE_NS  2000000000u /* the monitor's own watchdog comes first */
#define STATS_FDS (OBSERVE_STATS + VMM_STATS)

struct session {
	const struct launch *launch;
	struct measurement *m;
	struct child child;
	int control;
	int stats[STATS_FDS + 1]; /* KVM's statistics of VM and vCPU, then of vCPUs added; -1: none; owned */
	uint64_t tsc_done;	  /* when the monitor said the program had ended; 0: it did not */
	struct probe_session probes;
	struct probe_before *before; /* owned */
	struct observe_trace trace;
};

static int start(struct session *s, int report, int control, struct error *error)
{
	struct command_line line = { 0 };
	int code = launch_command_line(&line, s->launch, error);

	if (code)
		return code;
	return child_start(&s->child,
			   &(struct child_options){
				   .argv = line.argv,
				   .environment = environ,
				   .directory = s->launch->directory,
				   .input = s->launch->input,
				   .shows = s->launch->shows,
				   .signal_fd = s->launch->signal_fd,
				   .cores = s->launch->cores,
				   .fd = { report, control },
			   },
			   error);
}

/* Takes the descriptors that came with WORD. */
static void take_descriptors(struct session *s, char word, struct msghdr *message)
{
	size_t first = word == VMM_DONE ? OBSERVE_STATS : 0, most = (STATS_FDS - first) * sizeof(int);
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	size_t bytes;

	if (head == NULL || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return;
	bytes = head->cmsg_len - CMSG_LEN(0);
	memcpy(s->stats + first, CMSG_DATA(head), bytes < most ? bytes : most);
}

/* The monitor's next word; 0 when it is gone. */
static char hear(struct session *s)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(VMM_STATS * sizeof(int))];
	} control = { 0 };
	char word = 0;
	struct iovec byte = { .iov_base = &word, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	if (recvmsg(s->control, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1)
		return 0;
	take_descriptors(s, word, &message);
	return word;
}

static void say(struct session *s, char word)
{
	/* Where nobody listens any more the monitor has died, and its end tells. */
	if (send(s->control, &word, 1, MSG_NOSIGNAL) != 1)
		shutdown(s->control, SHUT_RDWR);
}

/* Waits for WORD; CHILD_SPOKE when it came, CHILD_EXITED when the monitor died instead. */
static enum child_event expect(struct session *s, char word, uint64_t wait_ns, uint64_t *tsc)
{
	uint64_t deadline = clock_now_ns() + wait_ns;
	enum child_event event = child_await(&s->child, s->control, deadline, tsc);

	if (event != CHILD_SPOKE || hear(s) == word)
		return event;
	return child_await(&s->child, -1, deadline, tsc);
}

/* Ready, go, done, finish, and the end. */
static enum child_event converse(struct session *s)
{
	uint64_t patience = s->launch->timeout_ns + GRACE_NS, tsc;
	enum child_event event = expect(s, VMM_READY, patience, &tsc);

	if (event != CHILD_SPOKE)
		return event;
	observe_trace_begin(&s->trace, s->launch, s->child.pid);
	observe_monitor_begin(s->launch, &s->probes, s->child.pid, s->m->report, s->stats, s->before);
	together_go(s->launch);
	say(s, VMM_GO);
	event = expect(s, VMM_DONE, patience, &s->tsc_done);
	observe_end(&s->probes, s->m);
	observe_trace_end(&s->trace);
	if (event != CHILD_SPOKE) {
		s->tsc_done = 0;
		return event;
	}
	say(s, VMM_FINISH);
	return child_await(&s->child, -1, clock_now_ns() + patience, &tsc);
}

/*
 * Set-up is fork to ready and go to the program's first instruction; teardown is the program's end to done
 * and finish to the end of the process. What lies between is the handshake, which belongs to nobody.
 */
static void account_times(const struct session *s, uint64_t reaped)
{
	const struct vmm_report *r = s->m->report;
	struct measurement *m = s->m;
	uint64_t hz = s->launch->tsc_hz;

	if (r->tsc_program == 0 || r->tsc_end < r->tsc_program || s->tsc_done < r->tsc_end)
		return;
	m->setup_ns = (int64_t)clock_ticks_to_ns(
		r->tsc_ready - s->child.tsc_start + r->tsc_program - r->tsc_go, hz);
	m->wall_ns = (int64_t)clock_ticks_to_ns(r->tsc_end - r->tsc_program, hz);
	m->teardown_ns = (int64_t)clock_ticks_to_ns(s->tsc_done - r->tsc_end + reaped - r->tsc_done, hz);
	m->life_ns = m->setup_ns + m->wall_ns + m->teardown_ns;
	if (r->tsc_roi_begin && r->tsc_roi_end > r->tsc_roi_begin)
		m->roi_outside_ns = (int64_t)clock_ticks_to_ns(r->tsc_roi_end - r->tsc_roi_begin, hz);
}

/* The monitor died without a word in its report. */
static void say_death(const struct session *s, int status)
{
	struct measurement *m = s->m;

	if (WIFSIGNALED(status))
		measurement_fail(m, RUN_FAILED, "the monitor died: %s", strsignal(WTERMSIG(status)));
	else if (s->launch->event && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == VMM_STATUS_UNABLE))
		m->exit_code = WEXITSTATUS(status);
	else
		measurement_fail(m, RUN_FAILED, "the monitor ended with status %d: %s", WEXITSTATUS(status),
				 m->last_words);
}

static int conclude(struct session *s, enum child_event event, struct error *error)
{
	struct measurement *m = s->m;
	struct rusage usage = { 0 };
	int status = 0, number = event == CHILD_EXITED ? child_exec_error(&s->child) : 0;

	m->interrupted = event == CHILD_INTERRUPTED;
	if (m->interrupted)
		return 0;
	if (number)
		return error_fail(error, number, "run make, or make install", "cannot run vmtax-monitor");
	if (event == CHILD_EXITED)
		status = child_reap(&s->child, &usage);
	launch_take_output(&s->child, s->launch->tsc_hz, m);
	/* A monitor that died while it was built had not got as far as saying what is in force. */
	if (m->report->tsc_ready || m->report->outcome != VMM_RUNNING)
		memcpy(m->value, m->report->value, sizeof(m->value));
	launch_say_fallbacks(s->launch->config, m->report->fallback, m);
	if (event == CHILD_FLOODED) {
		measurement_fail(m, RUN_FAILED, "stopped after printing more than %llu MiB",
				 CAPTURE_STDOUT_MOST >> 20);
	} else if (event != CHILD_EXITED) {
		m->report->outcome = VMM_TIMED_OUT;
		account_outcome(m->report, s->launch->timeout_ns, m);
	} else if (m->report->outcome == VMM_RUNNING) {
		say_death(s, status);
	} else {
		uint64_t reaped = clock_tsc();

		account_stages(m->report, s->tsc_done, reaped, m);
		account_times(s, reaped);
		account_monitor(m->report, clock_usage_ns(&usage), m);
		observe_monitor_account(s->launch, &usage, m);
		observe_trace_account(&s->trace, m->report->tsc_go, m->report->tsc_end, 0, m);
		account_outcome(m->report, s->launch->timeout_ns, m);
	}
	return 0;
}

static int map_report(struct measurement *m, int fd, struct error *error)
{
	if (fd >= 0 && ftruncate(fd, sizeof(*m->report)) == 0)
		m->report = mmap(NULL, sizeof(*m->report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (m->report && m->report != MAP_FAILED)
		return 0;
	m->report = NULL;
	return error_set(error, errno, "cannot make the monitor's report");
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int launch_monitor(const struct launch *launch, struct measurement *m, struct error *error)
{
	struct session s = {
		.launch = launch,
		.m = m,
	};
	int report = memfd_create("report", MFD_CLOEXEC), ends[2] = { -1, -1 };
	int code = map_report(m, report, error);

	memset(s.stats, 0xff, sizeof(s.stats)); /* -1 */
	if (code == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		code = error_set(error, errno, "cannot talk to the monitor");
	s.control = ends[0];
	s.before = probe_before_take(launch->without);
	if (code == 0)
		code = start(&s, report, ends[1], error);
	close_all((const int[]){ report, ends[1] }, 2);
	if (code == 0) {
		code = conclude(&s, converse(&s), error);
		child_close(&s.child);
	}
	probe_before_free(s.before);
	close_all(s.stats, STATS_FDS);
	close_all(&s.control, 1);
	return code;
}
