/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "cmd/monitor_priv.h"

/* vmtax-monitor: one process that runs one guest. `vmtax run` starts it; it can be used alone as well. */

static const char usage[] =
	"usage: vmtax-monitor [OPTION]... -- PROGRAM [ARGUMENT]...\n"
	"Runs an x86-64 Linux executable in a virtual machine of its own.\n"
	"\n"
	"  --config PRESET     row of knobs: vmtax list configs (default hosted)\n"
	"  --set KNOB=VALUE    change one knob; may be given again (vmtax list knobs)\n"
	"  --memory SIZE       guest memory (default 512M)\n"
	"  --cpus N            cores that the threads of the program share (default: all this process may "
	"use)\n"
	"  --drivers N         threads that serve the rings of transport=ring (default 1, at most 8)\n"
	"  --max-processes N   processes the program may have at a time (default 256)\n"
	"  --timeout TIME      end a hung guest after this long (default: never)\n"
	"  --kernel FILE       guest kernel (default: vmtax-kernel beside this program)\n"
	"  --bench null        cost of an empty request instead of a program, as CSV\n"
	"  --event NAME        what an event of the guest costs (vmtax list nano), as CSV\n"
	"  --verbose           say on stderr how the run went\n"
	"  --report FD, --control FD, --tsc-hz N   for the harness (vmm/vmm.h)\n"
	"  --role ROLE, --program FILE, --image FD, --kvm FD, --affinity SET   for itself, on execve\n"
	"\n"
	"The exit status is the program's; 124 timed out, 125 the monitor failed, 77 this machine cannot do "
	"it.\n"
	"\n"
	"example: vmtax-monitor --config bare-metal -- /bin/busybox echo hello\n";

enum { BENCH_COUNT = 2000, BENCH_BATCHES = 30 };

struct command {
	struct vmm_options options;
	struct vmm_report *report;
	bool own_report; /* nobody else reads it: speak on stderr */
	bool verbose;
	char kernel[4096];
	const char *set[32];
	int sets;
	struct error error;
};

static int take_descriptor(const char *text, int *fd, struct error *error)
{
	uint64_t number;
	int code = units_parse_count(text, 1 << 20, &number, error);

	*fd = (int)number;
	return code;
}

static int map_report(struct command *c, const char *text)
{
	int fd, code = take_descriptor(text, &fd, &c->error);
	struct stat info;

	if (code)
		return code;
	c->report = fstat(fd, &info) || info.st_size < (off_t)sizeof(*c->report)
			    ? MAP_FAILED
			    : mmap(NULL, sizeof(*c->report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->report == MAP_FAILED)
		return error_set(&c->error, 0, "--report is not a memfd of the size of a report");
	c->own_report = false;
	c->options.report_fd = fd;
	return 0;
}

/* A report that nobody else reads; the processes of the program share it. */
static int make_report(struct command *c)
{
	int fd = memfd_create("report", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, sizeof(*c->report)) == 0)
		c->report = mmap(NULL, sizeof(*c->report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c->report == NULL || c->report == MAP_FAILED)
		return error_set(&c->error, errno, "cannot make a report");
	c->own_report = true;
	c->options.report_fd = fd;
	c->report->unread = 1;
	return 0;
}

static int take_role(struct command *c, const char *text)
{
	bool first = strcmp(text, "first") == 0;

	if (!first && strcmp(text, "child") != 0)
		return error_set(&c->error, 0, "unknown role %s", text);
	c->options.role = first ? VMM_FIRST_EXEC : VMM_CHILD_EXEC;
	return 0;
}

static int take_number(uint32_t *to, uint64_t most, const char *text, struct error *error)
{
	uint64_t number = 0;
	int code = units_parse_count(text, most, &number, error);

	if (code == 0 && number == 0)
		code = error_fail(error, 0, "give at least 1", "none at all is too few");
	*to = (uint32_t)number;
	return code;
}

static int take_bench(struct command *c, const char *text)
{
	if (strcmp(text, "null") != 0)
		return error_fail(&c->error, 0, "the only one is: --bench null", "unknown bench %s", text);
	c->options.bench = BENCH_COUNT;
	c->options.bench_batches = BENCH_BATCHES;
	c->options.bench_ns = calloc(2 * (size_t)BENCH_BATCHES, sizeof(double));
	return 0;
}

static int take_event(struct command *c, const char *text)
{
	c->options.event = vmm_event_find(text);
	c->options.samples = calloc(1, sizeof(*c->options.samples));
	return c->options.event && c->options.samples ? 0 : monitor_no_event(text, &c->error);
}

enum option_id { CONFIG = 256, SET, MEMORY, TIMEOUT, KERNEL, BENCH, VERBOSE, REPORT, CONTROL, TSC_HZ, HELP };
enum { ROLE = HELP + 1, PROGRAM, IMAGE, PROCESSES, CPUS, TURN, DRIVERS, AFFINITY, KVM, EVENT };

static const struct option options[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "set", required_argument, NULL, SET },
	{ "memory", required_argument, NULL, MEMORY },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "kernel", required_argument, NULL, KERNEL },
	{ "bench", required_argument, NULL, BENCH },
	{ "event", required_argument, NULL, EVENT },
	{ "verbose", no_argument, NULL, VERBOSE },
	{ "report", required_argument, NULL, REPORT },
	{ "control", required_argument, NULL, CONTROL },
	{ "tsc-hz", required_argument, NULL, TSC_HZ },
	{ "help", no_argument, NULL, HELP },
	{ "role", required_argument, NULL, ROLE },
	{ "program", required_argument, NULL, PROGRAM },
	{ "image", required_argument, NULL, IMAGE },
	{ "max-processes", required_argument, NULL, PROCESSES },
	{ "cpus", required_argument, NULL, CPUS },
	{ "affinity", required_argument, NULL, AFFINITY },
	{ "turn", required_argument, NULL, TURN },
	{ "drivers", required_argument, NULL, DRIVERS },
	{ "kvm", required_argument, NULL, KVM },
	{ NULL, 0, NULL, 0 },
};

static int take_option(struct command *c, int id, const char *text)
{
	switch (id) {
	case CONFIG:
		return vmm_config_preset(&c->options.config, text, &c->error);
	case SET:
		if (c->sets == (int)(sizeof(c->set) / sizeof(c->set[0])))
			return error_set(&c->error, 0, "too many --set");
		c->set[c->sets++] = text;
		return 0;
	case MEMORY:
		return units_parse_bytes(text, &c->options.memory_bytes, &c->error);
	case TIMEOUT:
		return units_parse_time(text, &c->options.timeout_ns, &c->error);
	case KERNEL:
		c->options.kernel = text;
		return 0;
	case BENCH:
		return take_bench(c, text);
	case EVENT:
		return take_event(c, text);
	case VERBOSE:
		c->verbose = true;
		return 0;
	case REPORT:
		return map_report(c, text);
	case CONTROL:
		return take_descriptor(text, &c->options.control_fd, &c->error);
	case KVM:
		return take_descriptor(text, &c->options.kvm_fd, &c->error);
	case ROLE:
		return take_role(c, text);
	case PROGRAM:
		c->options.program = text;
		return 0;
	case IMAGE:
		return take_descriptor(text, &c->options.image_fd, &c->error);
	case CPUS:
		return take_number(&c->options.cpus, VMM_CPUS, text, &c->error);
	case TURN:
		return take_number(&c->options.turn, VMM_CPUS, text, &c->error);
	case AFFINITY:
		c->options.affinity = text;
		return 0;
	case DRIVERS:
		return take_number(&c->options.drivers, VMM_DRIVERS, text, &c->error);
	case PROCESSES:
		return take_number(&c->options.max_processes, VMM_PROCESSES, text, &c->error);
	case TSC_HZ:
		return units_parse_count(text, UINT64_MAX, &c->options.tsc_hz, &c->error);
	default:
		return error_fail(&c->error, 0, "try --help", "unknown option, or one without its value");
	}
}

/* The guest kernel lies beside this program. */
static const char *find_kernel(struct command *c)
{
	ssize_t n = readlink("/proc/self/exe", c->kernel, sizeof(c->kernel) - 16);
	char *slash;

	c->kernel[n > 0 ? n : 0] = '\0';
	slash = strrchr(c->kernel, '/');
	slash = slash ? slash + 1 : c->kernel;
	snprintf(slash, sizeof(c->kernel) - (size_t)(slash - c->kernel), "vmtax-kernel");
	return c->kernel;
}

static int parse(struct command *c, int argc, char **argv)
{
	int id, code = vmm_config_preset(&c->options.config, "hosted", &c->error);

	opterr = 0;
	while (code == 0 && (id = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (id == HELP) {
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		code = take_option(c, id, optarg);
	}
	for (int i = 0; code == 0 && i < c->sets; i++)
		code = vmm_config_set(&c->options.config, c->set[i], &c->error);
	if (code == 0 && c->options.config.native)
		code = error_fail(&c->error, 0, "use vmtax run, or --config hosted",
				  "native needs no monitor");
	if (code == 0 && optind >= argc && !c->options.bench && !c->options.event)
		code = error_fail(&c->error, 0, "try: vmtax-monitor -- /bin/busybox echo hello",
				  "no program given");
	c->options.argv = argv + optind;
	if (!c->options.kernel)
		c->options.kernel = find_kernel(c);
	if (code == 0 && c->report == NULL)
		code = make_report(c);
	if (code == 0 && c->options.role == VMM_FIRST_EXEC)
		c->own_report = c->report->unread;
	return code;
}

static void print_bench(const struct vmm_options *o)
{
	static const char *const names[] = { "bare", "null" };

	puts("batch,name,ns");
	for (uint32_t i = 0; i < 2 * o->bench_batches; i++)
		printf("%u,%s,%.1f\n", i / 2 + 1, names[i % 2], o->bench_ns[i]);
}

static struct command c;

/* After a run: what there is to say, and the status. */
static int conclude(struct vmm_report *report)
{
	if (c.options.bench && report->outcome == VMM_EXITED)
		print_bench(&c.options);
	if (c.options.event && report->outcome == VMM_EXITED)
		monitor_say_samples(c.options.samples, report);
	if (c.own_report)
		monitor_say_fallbacks(&c.options.config, report);
	if (c.verbose)
		monitor_say_run(report);
	return monitor_conclude(report, c.own_report);
}

int main(int argc, char **argv)
{
	uint64_t tsc_main = clock_tsc();

	c.options.control_fd = c.options.image_fd = c.options.kvm_fd = -1;
	c.options.environment = environ;
	c.options.conclude = conclude;
	if (parse(&c, argc, argv)) {
		monitor_say_error(&c.error);
		return 2;
	}
	if (c.options.role == VMM_FIRST)
		c.report->tsc_main = tsc_main;
	vmm_monitor_run(&c.options, c.report);
	return conclude(c.report);
}
