/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/events_priv.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/* The life of a monitor: build, run, account, tear down. */

/* Opens and checks an executable, unless it is FD already, before anything is built. */
static int open_image(struct monitor *m, int fd, const char *path, enum elf_role role, struct image *image)
{
	int error;

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe may have no writer */
	if (fd < 0) {
		error_at(m->error, "%s", path);
		return error_fail(m->error, errno,
				  role == ELF_PROGRAM ? "check the path, or give one that contains a /"
						      : "install the C library the program was linked with",
				  "cannot open the %s %s",
				  role == ELF_PROGRAM ? "program" : "program's dynamic linker", path);
	}
	error = elf_read(fd, path, role, image, m->error);
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

static void close_images(const int fd[2])
{
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* The program, and its dynamic linker if it has one. */
static int open_images(struct monitor *m, int fd[2], struct image image[2])
{
	fd[0] = fd[1] = -1;
	if (m->options->bench || m->options->event)
		return 0;
	fd[0] = open_image(m, m->options->image_fd,
			   m->options->program ? m->options->program : m->options->argv[0], ELF_PROGRAM,
			   &image[0]);
	if (fd[0] < 0)
		return fd[0];
	proc_open(m, fd[0]);
	if (image[0].interpreter[0])
		fd[1] = open_image(m, -1, image[0].interpreter, ELF_INTERPRETER, &image[1]);
	return image[0].interpreter[0] && fd[1] < 0 ? fd[1] : 0;
}

static int build_machine(struct monitor *m, const int fd[2], const struct image image[2])
{
	int error = vm_open(m);

	if (error == 0)
		error = memory_open(m);
	if (error == 0)
		error = vm_set_memory(m);
	if (error == 0)
		error = event_open(m);
	if (error == 0)
		error = load_kernel(m);
	if (error == 0)
		error = vcpu_open(m, m->main, 0, ABI_BLOCK);
	if (error == 0)
		error = load_program(m, fd, image);
	if (error)
		return error;
	tables_build(m);
	return interrupt_connect(m->main);
}

static int build(struct monitor *m)
{
	struct image image[2] = { 0 };
	int fd[2], error = open_images(m, fd, image);

	if (error == 0)
		error = build_machine(m, fd, image);
	close_images(fd);
	if (error == 0)
		error = settle_start(m);
	return error ? error : place_threads(m);
}

/* The program has ended: what it took. After a fork the report is another in the same place. */
static void account(struct monitor *m)
{
	struct vmm_report *report = m->report;
	uint64_t guest, resident;

	tick_stop(m);
	event_stop(m);
	report->thread[0].cpu_ns = clock_thread_cpu_ns() - report->vcpu_go_ns;
	m->vcpu_stuck = !threads_stop(m);
	report->cpu_program_ns = monitor_cpu_ns() - report->cpu_go_ns;
	report->thread[0].delay_ns = monitor_waited_ns() - (m->first ? report->waited_go_ns : 0);
	report->thread[0].usage = monitor_usage();
	if (m->first) {
		report->thread[0].usage.waits -= report->usage_go.waits;
		report->thread[0].usage.switches -= report->usage_go.switches;
		report->thread[0].usage.supplied -= report->usage_go.supplied;
	}
	driver_park(m);
	crowd_tell(m, 0);
	rescue_pages(m);
	monitor_collect(m);
	/* The first and the drivers were there all the time. */
	for (uint32_t i = 0; i < 1u + m->drivers; i++)
		report->thread[i].wall_tsc = report->tsc_end - report->tsc_go;
	if (!m->first) {
		tree_add(m, true);
		return;
	}
	guest = memory_resident(m);
	resident = monitor_resident_bytes();
	report->rss_beyond_guest_bytes = resident > guest ? resident - guest : 0;
	tree_gather(m);
}

static void run_program(struct monitor *m)
{
	struct vmm_report *report = m->report;

	if (m->options->role == VMM_FIRST) {
		report->vcpu_go_ns = clock_thread_cpu_ns();
		report->cpu_go_ns = monitor_cpu_ns();
	}
	time_set(m);
	meeting_open(m);
	driver_go(m);
	m->main->began = clock_tsc();
	if (report->tsc_first == 0)
		report->tsc_first = clock_tsc();
	loop_run(m->main);
	meeting_close(m);
}

static void tear_down(struct monitor *m)
{
	signals_cease();
	free(m->cpuids);
	m->cpuids = NULL;
	if (!m->first) { /* others wait for the end of this process, and before that for its ends of pipes */
		close_range(0, m->nofile - 1, 0);
		if (!m->driver_stuck && m->backend && m->backend->close)
			m->backend->close(m);
		if (!m->driver_stuck && !m->vcpu_stuck)
			threads_free(m); /* to close each would take longer than the process's end does */
		free(m->main);
		return;
	}
	driver_stop(m);
	if (m->driver_stuck || m->vcpu_stuck)
		return; /* it hangs in a host call; the end of the process takes both */
	if (m->backend && m->backend->close)
		m->backend->close(m);
	threads_close(m);
	free(m->main);
	vm_close(m);
	close(m->kvm);
	memory_close(m);
	m->report->tsc_torn_down = clock_tsc();
}

static int end(struct monitor *m)
{
	int error;

	loop_conclude(m);
	account(m);
	error = m->report->outcome == VMM_FAILED ? -EIO : control_done(m);
	tear_down(m);
	return error;
}

void monitor_leave(struct monitor *m)
{
	int status;

	end(m);
	status = m->options->conclude(m->report);
	fflush(NULL);
	_exit(status); /* what is to run at exit counts on threads that are no more */
}

/* As Linux names a process after what it executes. */
static void name_process(const struct vmm_options *options)
{
	const char *path = options->program ? options->program : options->argv ? options->argv[0] : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (path)
		prctl(PR_SET_NAME, slash ? slash + 1 : path);
}

static void prepare(struct monitor *m)
{
	struct vmm_report *report = m->report;
	char others[VMM_KNOBS][96]; /* what one with fewer rights falls back to is its own */
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none); /* a core of the monitor would say nothing about the program */
	vmm_config_fall_back(&m->config, m->first ? report->fallback : others);
	m->backend = backend_pick(m->config.value[VMM_BACKEND]);
	name_process(m->options);
	m->main->fd = m->main->wake = -1;
	m->main->monitor = m;
	m->main->host = pthread_self();
	affinity_parse(&m->main->wanted, m->options->affinity);
	m->vcpu[0] = m->main;
	atomic_store(&m->vcpus, 1);
	sem_init(&m->main->starts, 0, 0);
	if (!m->first) /* the report is still the first one's: tree_detach */
		return;
	report->threads = 1;
	strcpy(report->thread[0].name, "vcpu0");
	report->thread[0].tid = (int32_t)syscall(SYS_gettid);
}

int vmm_monitor_run(const struct vmm_options *options, struct vmm_report *report)
{
	struct monitor m = {
		.options = options,
		.report = report,
		.error = &report->error,
		.config = options->config,
		.kvm = options->kvm_fd,
		.kernel = -1,
		.vm = -1,
		.main = calloc(1, sizeof(struct vcpu)),
		.backend_busy = ATOMIC_FLAG_INIT,
		.counting = PTHREAD_MUTEX_INITIALIZER,
		.starting = PTHREAD_MUTEX_INITIALIZER,
		.control = -1,
		.watchdog = -1,
		.report_fd = options->report_fd,
		.first = options->role != VMM_CHILD_EXEC,
	};
	static int (*const steps[])(struct monitor *) = { place_cores, event_check, fds_reserve, tree_open,
							  build };
	int error = 0;

	report->magic = VMM_REPORT_MAGIC;
	if (m.main == NULL) {
		report->outcome = VMM_FAILED;
		return error_set(m.error, ENOMEM, "cannot make a vCPU");
	}
	prepare(&m);
	for (size_t i = 0; error == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		error = steps[i](&m);
	memcpy(report->value, m.config.value, sizeof(report->value));
	if (options->role == VMM_FIRST)
		report->cpu_setup_ns = monitor_cpu_ns();
	if (error == 0) {
		trap_watch(&m);
		signals_open(&m);
		error = loop_watch(&m);
	}
	if (error == 0)
		error = tick_start(&m);
	if (error == 0)
		error = control_ready(&m);
	if (error == 0) {
		run_program(&m);
		return end(&m);
	}
	if (report->outcome != VMM_UNABLE)
		report->outcome = VMM_FAILED;
	tear_down(&m);
	return error;
}
