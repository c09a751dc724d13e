/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/exit_costs_priv.h"
#include "cmd/publish_priv.h"
#include "cmd/trace_tables_priv.h"
#include "reports/reports.h"

/* vmtax account: where the time of a virtual machine goes that somebody else runs, or went when it was
 * recorded. */
#define FOR_DEFAULT_NS 10000000000u
#define PATIENCE_MS    1000 /* in case a signal comes just before the wait, or recording fails meanwhile */

static const char help[] =
	"Usage: vmtax account --pid PID [--for TIME] [--record FILE] [OPTION]...\n"
	"       vmtax account FILE [OPTION]...\n"
	"Tells where the time of each thread of a process goes: of any virtual machine's\n"
	"monitor on this host (QEMU, Firecracker, vmtax's own) or of a plain program.\n"
	"FILE is a trace that --record, or vmtax run --keep-trace, wrote.\n"
	"\n"
	"  --pid PID           the process to watch, with all threads and processes it\n"
	"                      starts meanwhile\n"
	"  --for TIME          how long (default 10s); it also ends with the process, or\n"
	"                      at Ctrl-C\n"
	"  --record FILE       keep the trace, to make the account again later\n"
	"  --csv[=TABLE], --json[=TABLE]\n"
	"                      print a table instead of the summary: layers (default), of\n"
	"                      every thread, or exits\n"
	"  --help              print this help\n"
	"\n"
	"Every system call, switch and wake-up of these threads, and every entry and exit\n"
	"of KVM, is recorded through perf's rings: about a microsecond each, which the\n"
	"watched process pays for. Root has the right to, or whoever has CAP_PERFMON and\n"
	"may read tracefs. What KVM takes between its stamps is found out beforehand, by\n"
	"guests that do nothing else, in a second or two, and the account says\n"
	"\"inferred\". Where KVM does not tell of entries and exits (kvm_pvm), RCU's notes\n"
	"of them do, or else the kernel's ticks (\"sampled\").\n"
	"\n"
	"The exit status is 0 when done, 1 when something failed, 2 for wrong usage, 77\n"
	"when this machine cannot trace.\n"
	"\n"
	"Examples:\n"
	"  vmtax account --pid $(pgrep -n qemu-system) --for 30s\n"
	"  vmtax account --pid 4711 --record busy.trace\n"
	"  vmtax account busy.trace --csv=exits";

enum { PID = 256, FOR, RECORD, CSV, JSON, HELP };

static const struct option known[] = {
	{ "pid", required_argument, NULL, PID },
	{ "for", required_argument, NULL, FOR },
	{ "record", required_argument, NULL, RECORD },
	{ "csv", optional_argument, NULL, CSV },
	{ "json", optional_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

struct options {
	uint64_t pid, for_ns;
	const char *trace;  /* to be read */
	const char *record; /* to be kept; NULL: no */
	const char *table;  /* printed instead of the summary; NULL: none */
	bool json, help, timed;
};

/* A file without a name: nothing is left of it, however we end. */
struct nameless {
	int fd; /* -1: none; owned */
	char path[32];
};

/* What is needed on the way. */
struct scratch {
	struct nameless trace, layers, exits;
};

static int take_table(struct options *o, const char *name, bool json, struct error *error)
{
	const char *const names[] = { "layers", "exits", NULL }, *near;

	if (o->table)
		return error_fail(error, 0, "give one of them", "more than one table to print");
	o->json = json;
	o->table = name ? name : "layers";
	if (strcmp(o->table, "layers") == 0 || strcmp(o->table, "exits") == 0)
		return 0;
	near = units_nearest(name, names);
	error_set(error, 0, "there is no table %.100s here", name);
	return error_mend(error, near ? "did you mean %s?" : "give layers or exits", near);
}

static int take(void *to, int id, struct error *error)
{
	struct options *o = to;

	switch (id) {
	case 1:
		if (o->trace)
			return error_fail(error, 0, "give one", "more than one trace");
		o->trace = optarg;
		return 0;
	case PID:
		if (units_parse_count(optarg, INT32_MAX, &o->pid, error) == 0 && o->pid > 0)
			return 0;
		error_fail(error, 0, "pgrep finds it", "%.100s is no process", optarg);
		return error_at(error, "--pid");
	case FOR:
		o->timed = true;
		if (units_parse_time(optarg, &o->for_ns, error))
			return error_at(error, "--for");
		if (o->for_ns)
			return 0;
		error_fail(error, 0, "give at least 1ms", "%.100s is no time at all", optarg);
		return error_at(error, "--for");
	case RECORD:
		o->record = optarg;
		return 0;
	case HELP:
		o->help = true;
		return 0;
	default:
		return take_table(o, optarg, id == JSON, error);
	}
}

static int check(const struct options *o, struct error *error)
{
	if (!o->pid && !o->trace)
		return error_fail(error, 0, "give --pid PID, or a trace's file", "nothing to account for");
	if (o->pid && o->trace)
		return error_fail(error, 0, "give one of them", "--pid and a trace exclude each other");
	if (o->pid && kill((pid_t)o->pid, 0) && errno == ESRCH)
		return error_fail(error, 0, "pgrep finds it", "there is no process %d", (int)o->pid);
	if (!o->pid && o->record)
		return error_fail(error, 0, "give --pid", "--record goes with a process");
	if (!o->pid && o->timed)
		return error_fail(error, 0, "give --pid", "--for goes with a process");
	return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct cmd_options options = { "account", known, true, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
	return o->help || check(o, &error) == 0 ? CMD_OK : cmd_fail("account", &error, CMD_USAGE);
}

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* Until the time is up, the process or recording has ended, or somebody interrupts. */
static void watch(const struct options *o, const struct trace_recorder *recorder)
{
	int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)o->pid, 0);
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };
	uint64_t end = clock_now_ns() + o->for_ns, now;

	while (!stopped && !trace_failed(recorder) && (now = clock_now_ns()) < end &&
	       !(wait.revents & POLLIN)) {
		uint64_t left = (end - now) / 1000000 + 1;

		poll(&wait, pidfd >= 0, left < PATIENCE_MS ? (int)left : PATIENCE_MS);
	}
	if (pidfd >= 0)
		close(pidfd);
}

static int record(const struct options *o, const char *path, struct error *error)
{
	struct sigaction action = { .sa_handler = on_signal };
	uint64_t costs[TRACE_COSTS];
	struct trace_recorder *recorder;
	int code;

	exit_costs_find((pid_t)o->pid, costs);
	code = trace_open(&recorder, (pid_t)o->pid, path, costs, true, error);
	if (code)
		return code;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	code = trace_begin(recorder, error);
	if (code == 0) {
		watch(o, recorder);
		code = trace_end(recorder, error);
	}
	if (code && error->number)
		error_at(error, "%s", o->record ? o->record : "/tmp");
	trace_close(recorder);
	return code;
}

static int show(const struct options *o, const char *trace, const struct scratch *scratch,
		struct error *error)
{
	bool exits = o->table && strcmp(o->table, "exits") == 0;
	const struct table_schema *schema = exits ? &schema_exits : &schema_layers;
	struct report_account account = { .layers = scratch->layers.path, .exits = scratch->exits.path };
	const char *path = exits ? account.exits : account.layers;
	int code = trace_tables_write(trace, &account, error);

	if (code)
		return code;
	if (o->table && account.cut)
		fputs("vmtax account: the trace was cut off or damaged: the table ends with its last sound "
		      "event\n",
		      stderr);
	if (o->table && account.lost)
		fprintf(stderr, "vmtax account: %llu events were lost: what happened then is unattributed\n",
			account.lost);
	if (!o->table)
		return report_account_print(report_page_of(stdout), &account, error);
	return o->json ? report_table_json(stdout, path, schema, error) : publish_csv(path, schema, error);
}

static int make_nameless(struct nameless *file, int fd, const char *what, struct error *error)
{
	file->fd = fd;
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", fd);
	return fd < 0 ? error_fail(error, errno, "make room in /tmp", "cannot keep %s", what) : 0;
}

static int make_scratch(struct scratch *s, struct error *error)
{
	int trace = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int code;

	/* Not every file system has nameless files. */
	if (trace < 0)
		trace = memfd_create("vmtax-trace", MFD_CLOEXEC);
	code = make_nameless(&s->trace, trace, "the trace", error);
	if (code == 0)
		code = make_nameless(&s->layers, memfd_create("layers", MFD_CLOEXEC), "a table", error);
	if (code == 0)
		code = make_nameless(&s->exits, memfd_create("exits", MFD_CLOEXEC), "a table", error);
	return code;
}

static void free_scratch(const struct scratch *s)
{
	const int fds[] = { s->trace.fd, s->layers.fd, s->exits.fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int cmd_account(int argc, char **argv)
{
	struct options o = { .for_ns = FOR_DEFAULT_NS };
	struct scratch scratch = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 } };
	struct error error = { 0 };
	int status = parse(&o, argc, argv), code = 0;

	if (status != CMD_OK)
		return status;
	if (o.help) {
		puts(help);
		return CMD_OK;
	}
	if (o.pid && !trace_available(&error))
		return cmd_fail("account", &error, CMD_UNABLE);
	code = make_scratch(&scratch, &error);
	if (code == 0 && o.pid)
		code = record(&o, o.record ? o.record : scratch.trace.path, &error);
	if (code == 0)
		code = show(&o,
			    o.trace    ? o.trace
			    : o.record ? o.record
				       : scratch.trace.path,
			    &scratch, &error);
	free_scratch(&scratch);
	return code ? cmd_fail("account", &error, CMD_FAILED) : CMD_OK;
}
