/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_VMM_H
#define VMM_VMM_H

/*
 * The monitor, as the rest of vmtax sees it: configurations (rows of knobs), the report a monitor fills
 * while it runs, and the handshake by which a harness attaches probes to it. The monitor itself is a
 * program of its own (vmtax-monitor), so that it stays small; one monitor process runs one guest process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "vmm/config.h"
#include "vmm/report.h"

#define VMM_SYSCALLS 512 /* their numbers lie below */

/* How long a driver that polls, and a guest that waits for it, do so before they sleep; and so much shorter
 * where threads of the program want the driver's core. */
#define VMM_SPIN_US 1000
#define VMM_CROWDED 50

/* Name of a system call, NULL if unknown; who serves it, and the ERROR of one that is refused, else NULL. */
const char *vmm_syscall(int number, const char **served, const char **error);

/* Whether a call that the host serves may block, and so leaves the guest by an exit whatever the transport:
 * -1 no, 0 unless it is on a regular file, 1 always. For NUMBER that only the guest serves, -1. */
int vmm_syscall_blocks(int number);

/* Name of a KVM exit reason, "unknown" where it has none here. */
const char *vmm_exit_name(unsigned reason);

/* --- The handshake --- */
/*
 * vmtax-monitor --report FD --control FD ... : FD report is a memfd of sizeof(struct vmm_report), FD control
 * one end of a SOCK_SEQPACKET pair. The monitor sends one-byte messages:
 *   'R' ready, with SCM_RIGHTS: KVM statistics fds (VM, vCPU; none where KVM has none), thread ids in the
 * report; 'D' program ended, with those of the vCPUs added since; threads are still alive, so probes can be
 * read. It waits for 'G' (go) after ready and 'F' (finish) after done. If it fails earlier it just exits,
 * with the outcome and error in the report. Without --control it waits for nobody. A message longer than a
 * byte is an error.
 */
#define VMM_READY  'R'
#define VMM_GO	   'G'
#define VMM_DONE   'D'
#define VMM_FINISH 'F'
#define VMM_STATS  250 /* fds that come with a message, at most: the kernel takes 253 (SCM_MAX_FD) */

/*
 * Options of vmtax-monitor: cmd/monitor.c lists them.
 * When the program calls execve, the monitor runs itself again with --role, --report, --program and --image.
 * It inherits descriptors 0, 1 and 2 and the environment for the program. Its exit status is the program's,
 * or it dies by the program's signal; 125 when it failed itself (error in the report, and on stderr without
 * --report), 77 when this machine cannot do it, 124 when the watchdog ended the program.
 */
#define VMM_STATUS_TIMEOUT 124
#define VMM_STATUS_FAILED  125
#define VMM_STATUS_UNABLE  77

/* Which process of the tree a monitor is, and whether its program came by execve. */
enum vmm_role { VMM_FIRST, VMM_FIRST_EXEC, VMM_CHILD_EXEC };

#define VMM_PROCESSES_DEFAULT 256
#define VMM_DRIVERS	      8
#define VMM_CPUS	      1024

/* What an event took, in the order it was measured. */
#define VMM_SAMPLES 2048

struct vmm_samples {
	uint32_t count;
	struct vmm_sample {
		bool empty;   /* of the same loop without it */
		uint32_t ops; /* how often it was done */
		uint64_t ticks;
	} sample[VMM_SAMPLES];
};

/* Number of the event that the guest kernel calls NAME, 0 where it knows none; and back, or NULL. */
uint32_t vmm_event_find(const char *name);
const char *vmm_event_name(uint32_t event);

/* What a monitor is to run. */
struct vmm_options {
	struct vmm_config config;
	uint64_t memory_bytes; /* guest memory; 0: VMM_MEMORY_DEFAULT */
	uint64_t timeout_ns;   /* the watchdog; 0: none */
	uint64_t tsc_hz;       /* 0: measured */
	const char *kernel;    /* path of the guest kernel */
	int control_fd;	       /* -1: none */
	int kvm_fd;	       /* /dev/kvm; -1: to be opened */
	int report_fd;	       /* memfd of the report; becomes the monitor's */
	enum vmm_role role;
	uint32_t max_processes; /* 0: VMM_PROCESSES_DEFAULT */
	uint32_t cpus;		/* cores the vCPUs share; 0: all this process may use */
	uint32_t turn;		/* cores are counted from the TURN-th last on, so that VMs share them out */
	uint32_t drivers;	/* threads that serve the rings; 0: 1, at most VMM_DRIVERS */
	uint32_t bench;		/* null requests a batch instead of a program; 0: run the program */
	uint32_t bench_batches;
	double *bench_ns; /* out: 2 x bench_batches, bare and null alternating, ns an operation; caller's */
	uint32_t event;	  /* of vmm_event_find: the guest kernel measures it instead of running a program; 0:
			     none */
	struct vmm_samples *samples; /* out: what it took; caller's */
	const char *affinity; /* of the first thread, as affinity.c prints it; NULL: it asked for none */
	const char *program;  /* path of the executable; NULL: argv[0] */
	int image_fd;	      /* it is open as this, which becomes the monitor's; -1: to be opened */
	char **argv;	      /* the program and its arguments, NULL-terminated */
	char **environment;   /* the program's, NULL-terminated */
	/* Says how a run ended, and with what status the process is to: vmm_monitor_run does not return where
	 * the program forked from another thread than its first. */
	int (*conclude)(struct vmm_report *report);
};

#define VMM_MEMORY_DEFAULT (512ull << 20)
#define VMM_MEMORY_MIN	   (16ull << 20)
#define VMM_MEMORY_MAX	   (3ull << 30) /* below the hole for devices */

/*
 * Runs one guest to its end in this process, which is the monitor's alone: it moves descriptors, takes
 * signals and sets limits. REPORT is zero-filled by the caller, which has mapped it shared from report_fd,
 * and filled here. When the program forks, this returns in each process, as each ends; *REPORT is the
 * process's own then. 0 when the guest ended, whatever way; negative errno with report->outcome VMM_FAILED or
 * VMM_UNABLE and report->error otherwise.
 */
int vmm_monitor_run(const struct vmm_options *options, struct vmm_report *report);

#endif
