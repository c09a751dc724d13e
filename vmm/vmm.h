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
#include "base/hist.h"

/* --- Knobs and configurations --- */

enum vmm_knob_id {
	VMM_TRANSPORT,
	VMM_COMPLETION,
	VMM_IRQCHIP,
	VMM_BACKEND,
	VMM_MEMORY,
	VMM_GUEST_PAGES,
	VMM_SCHEDULING,
	VMM_IDLE,
	VMM_CLOCK,
	VMM_TICK,
	VMM_HOST_SERVICES,
	VMM_KNOBS,
};

enum { VMM_TRANSPORT_EXIT, VMM_TRANSPORT_RING, VMM_TRANSPORT_EVENTFD };
enum { VMM_COMPLETION_INJECT, VMM_COMPLETION_POLL };
enum { VMM_IRQCHIP_KERNEL, VMM_IRQCHIP_USER };
enum { VMM_BACKEND_BUFFERED, VMM_BACKEND_URING, VMM_BACKEND_DIRECT };
enum { VMM_MEMORY_LAZY4K, VMM_MEMORY_LOCKED4K, VMM_MEMORY_LOCKED_HUGE, VMM_MEMORY_MALLOC_HUGE };
enum { VMM_GUEST_PAGES_4K, VMM_GUEST_PAGES_2M };
enum { VMM_SCHEDULING_SHARED, VMM_SCHEDULING_PINNED, VMM_SCHEDULING_FIFO };
enum { VMM_IDLE_EXIT, VMM_IDLE_POLL };
enum { VMM_CLOCK_TSC, VMM_CLOCK_EXIT };
enum { VMM_TICK_0 };
enum { VMM_HOST_SERVICES_NONE };

/* One value a knob can take. */
struct vmm_value {
	const char *name;     /* "locked-huge" */
	const char *summary;  /* what it does, one line */
	const char *fallback; /* value taken where this one cannot be set; NULL: none needed */
	const char *unbuilt;  /* why no machine can set it yet; NULL once it works */
};

/* One knob. Its id is its index in vmm_knobs; a value's id its index in values. */
struct vmm_knob {
	const char *name;		/* "transport" */
	const char *column;		/* its column in runs.csv: "guest_pages" for guest-pages */
	const char *summary;		/* what it decides, one line */
	bool native;			/* whether it also means something without a VM */
	const struct vmm_value *values; /* ends with a row whose name is NULL */
};

extern const struct vmm_knob vmm_knobs[VMM_KNOBS];

/* A named row of knobs. */
struct vmm_preset {
	const char *name;
	const char *summary;
	bool native; /* a plain process, no VM */
	uint8_t value[VMM_KNOBS];
};

/* The presets, ending with a row whose name is NULL. */
extern const struct vmm_preset vmm_presets[];

#define VMM_CONFIG_NAME 192 /* room for every knob set */

/* A configuration asked for or in force. */
struct vmm_config {
	char name[VMM_CONFIG_NAME]; /* preset, then "+knob=value" for each knob that differs from it */
	bool native;
	uint8_t value[VMM_KNOBS];
};

/* Copies the preset NAME into CONFIG. 0, or -EINVAL with the nearest name as the mend. */
int vmm_config_preset(struct vmm_config *config, const char *name, struct error *error);

/*
 * Applies one "knob=value" and names CONFIG anew. A knob that means nothing without a VM leaves a native
 * CONFIG as it is, so that one --set serves a row of configurations. 0, or -EINVAL (nearest suggested).
 */
int vmm_config_set(struct vmm_config *config, const char *assignment, struct error *error);

/* Name of the value of knob ID in CONFIG: "ring". */
const char *vmm_config_value(const struct vmm_config *config, enum vmm_knob_id id);

/* --- The report: shared memory the monitor fills and the harness reads --- */

enum vmm_outcome {
	VMM_RUNNING,	 /* not ended: the monitor died, or was killed */
	VMM_EXITED,	 /* the program ended; exit_code holds */
	VMM_SIGNALED,	 /* the program died as if by a signal; signal, fault hold */
	VMM_TIMED_OUT,	 /* the watchdog ended it */
	VMM_GUEST_PANIC, /* the guest kernel itself faulted; fault holds */
	VMM_FAILED,	 /* the monitor could not go on; error holds */
	VMM_UNABLE,	 /* this machine cannot do it (no KVM...); error holds */
};

/* Stages of a request between its stamps; requests.csv and costs.csv use their names. */
enum vmm_stage {
	VMM_STAGE_TRANSPORT_IN,	 /* guest submitted -> monitor or driver saw it */
	VMM_STAGE_MONITOR_IN,	 /* seen -> host call begun */
	VMM_STAGE_HOST,		 /* the host call */
	VMM_STAGE_MONITOR_OUT,	 /* host call ended -> completed */
	VMM_STAGE_TRANSPORT_OUT, /* completed -> guest resumed */
	VMM_STAGE_TOTAL,	 /* submitted -> resumed */
	VMM_STAGES,
};

extern const char *const vmm_stage_names[VMM_STAGES];

#define VMM_REQUEST_KINDS 256
#define VMM_EXIT_REASONS  64
#define VMM_THREADS	  20
#define VMM_UNSERVED	  16
#define VMM_PROCESSES	  1024 /* at most at a time, the first included */

/* Time one thread of the monitor spent, in TSC ticks unless named otherwise. */
struct vmm_thread {
	char name[16];	    /* "vcpu0", "driver0" */
	int32_t tid;	    /* host thread id */
	uint64_t wall_tsc;  /* from go to the program's end */
	uint64_t run_tsc;   /* inside KVM_RUN; 0 for drivers */
	uint64_t host_tsc;  /* inside host calls made for the guest */
	uint64_t spin_tsc;  /* polling for requests */
	uint64_t sleep_tsc; /* asleep for want of requests, by choice */
	uint64_t cpu_ns;    /* CPU time of the thread over wall_tsc */
	/* A vCPU's share of what the guest kernel counted (see the report). */
	uint64_t guest_kernel_tsc, guest_spin_tsc, guest_halt_tsc, guest_wait_tsc;
};

/* All stamps are TSC ticks of the host. */
struct vmm_report {
	uint64_t magic;
	uint64_t tsc_hz;
	/* The life of the monitor. The handshake lies between ready and go and is nobody's time. */
	uint64_t tsc_main;	/* main() entered */
	uint64_t tsc_ready;	/* everything built, about to run */
	uint64_t tsc_go;	/* released by the harness */
	uint64_t tsc_first;	/* first KVM_RUN entered */
	uint64_t tsc_program;	/* guest kernel is about to enter the program */
	uint64_t tsc_roi_begin; /* program went on after its first mark; 0: none */
	uint64_t tsc_roi_end;	/* it wrote its second */
	uint64_t tsc_end;	/* program's end seen */
	uint64_t tsc_done;	/* harness released us again: teardown begins */
	uint64_t tsc_torn_down; /* VM closed, memory unmapped */
	uint64_t cpu_setup_ns;	/* process CPU time up to ready */
	uint64_t cpu_go_ns,
		vcpu_go_ns;	 /* CPU clocks of process and vCPU thread at go: exec leaves them running */
	uint64_t cpu_program_ns; /* of the process from go to the program's end, with kernel helpers */
	/* What happened. */
	uint32_t outcome; /* enum vmm_outcome */
	uint32_t unread;  /* 1: by any harness: the monitor says on stderr what matters */
	int32_t exit_code;
	int32_t signal;
	uint32_t faulted;   /* 1: died of a fault, not of a signal it sent; then the fault's values hold */
	uint32_t exhausted; /* 1: of a fault for which guest memory had no page left */
	uint32_t fault_vector;
	uint64_t fault_error;
	uint64_t fault_rip;
	uint64_t fault_address;
	struct error error;
	/* Knobs in force, and why those that fell back did ("" elsewhere). */
	uint8_t value[VMM_KNOBS];
	char fallback[VMM_KNOBS][96];
	/* Threads; all of the program's life. */
	uint32_t threads;
	uint32_t vcpus, cores; /* the program's threads at their most; what they share */
	struct vmm_thread thread[VMM_THREADS];
	/* The same of all other processes of the run, as they ended: sums. */
	uint32_t forks, execs;
	struct vmm_thread others_vcpu, others_driver;
	uint64_t others_halt_tsc, others_spin_tsc;
	/* Guest-kernel stamps, in ticks, of all vCPUs, copied from the guest at its end. */
	uint64_t guest_kernel_tsc;	 /* in the guest kernel, without transport and waiting */
	uint64_t guest_spin_tsc;	 /* the guest polling for answers (or for time, with idle=poll) */
	uint64_t guest_halt_tsc;	 /* the guest halted while it waited */
	uint64_t guest_wait_tsc;	 /* the guest waiting for answers in all (spin, halts, exits) */
	uint64_t exit_transport_tsc;	 /* of which the transport, both ways, of requests that left by exit:
					    KVM's own time */
	uint64_t guest_syscalls;	 /* system calls the program made */
	uint64_t guest_served;		 /* of which served without a request */
	uint64_t rss_beyond_guest_bytes; /* peak resident memory of the monitor less guest memory */
	uint64_t interrupts;		 /* raised to tell of answers */
	uint64_t bytes_direct;		 /* bytes moved past the page cache, of bytes_io */
	uint64_t bytes_io;
	/* System calls that are not served: number and how often. */
	struct {
		int32_t number;
		uint32_t count;
		uint64_t rip; /* of the first */
	} unserved[VMM_UNSERVED];
	/* Exits by KVM exit reason: ticks the monitor took until the next KVM_RUN. */
	struct hist exits[VMM_EXIT_REASONS];
	/* Requests by kind (name ""): ticks. */
	struct {
		char name[24];
		struct hist stage[VMM_STAGES];
	} request[VMM_REQUEST_KINDS];
};

#define VMM_REPORT_MAGIC 0x31747270786d76ull /* "vmxprt1" */

#define VMM_SYSCALLS 512 /* their numbers lie below */

/* Name of a system call, NULL if unknown; who serves it, and the ERROR of one that is refused, else NULL. */
const char *vmm_syscall(int number, const char **served, const char **error);

/* Name of a KVM exit reason, "unknown" where it has none here. */
const char *vmm_exit_name(unsigned reason);

/* --- The handshake --- */
/*
 * vmtax-monitor --report FD --control FD ... : FD report is a memfd of sizeof(struct vmm_report), FD control
 * one end of a SOCK_SEQPACKET pair. The monitor sends one-byte messages:
 *   'R' ready, with SCM_RIGHTS: KVM statistics fds (VM, vCPU; none where KVM has none), thread ids in the
 * report; 'D' program ended; threads are still alive, so probes can be read. and waits for 'G' (go) after
 * ready and 'F' (finish) after done. If it fails earlier it just exits, with the outcome and error in the
 * report. Without --control it waits for nobody. A message longer than a byte is an error.
 */
#define VMM_READY  'R'
#define VMM_GO	   'G'
#define VMM_DONE   'D'
#define VMM_FINISH 'F'

/*
 * Options of vmtax-monitor: cmd/monitor.c lists them.
 * When the program calls execve, the monitor runs itself again with --role, --report and --program.
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

/* What a monitor is to run. */
struct vmm_options {
	struct vmm_config config;
	uint64_t memory_bytes; /* guest memory; 0: VMM_MEMORY_DEFAULT */
	uint64_t timeout_ns;   /* the watchdog; 0: none */
	uint64_t tsc_hz;       /* 0: measured */
	const char *kernel;    /* path of the guest kernel */
	int control_fd;	       /* -1: none */
	int report_fd;	       /* memfd of the report; becomes the monitor's */
	enum vmm_role role;
	uint32_t max_processes; /* 0: VMM_PROCESSES_DEFAULT */
	uint32_t cpus;		/* cores the vCPUs share; 0: all this process may use */
	uint32_t bench;		/* null requests a batch instead of a program; 0: run the program */
	uint32_t bench_batches;
	double *bench_ns; /* out: 2 x bench_batches, bare and null alternating, ns an operation; caller's */
	const char *program; /* path of the executable; NULL: argv[0] */
	char **argv;	     /* the program and its arguments, NULL-terminated */
	char **environment;  /* the program's, NULL-terminated */
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

/* --- What this machine can do --- */
/* Whether KNOB can take VALUE here; if not, WHY (SIZE bytes) has the reason. Opens /dev/kvm at most. */
bool vmm_value_available(enum vmm_knob_id knob, unsigned value, char *why, size_t size);

/*
 * Replaces each value of CONFIG that this machine cannot set by its fallback, as the monitor will. REASON[id]
 * says why for each that changed, "" elsewhere. Returns how many changed. (locked-huge can still fall back
 * later, when memory is populated.)
 */
int vmm_config_fall_back(struct vmm_config *config, char reason[VMM_KNOBS][96]);

/* The KVM backend: "kvm_intel", "kvm_amd", "kvm_pvm", "kvm" (unknown); NULL with ERROR: no /dev/kvm. */
const char *vmm_backend_name(struct error *error);

#endif
