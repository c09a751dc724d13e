/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_REPORT_H
#define VMM_REPORT_H

/* The report: shared memory that the monitor fills and the harness reads. */
#include <stdint.h>

#include "base/error.h"
#include "base/hist.h"
#include "vmm/config.h"

enum vmm_outcome {
	VMM_RUNNING,	 /* not ended: the monitor died, or was killed */
	VMM_EXITED,	 /* the program ended; exit_code holds */
	VMM_SIGNALED,	 /* the program died as if by a signal; signal, fault hold */
	VMM_TIMED_OUT,	 /* the watchdog ended it */
	VMM_GUEST_PANIC, /* the guest kernel itself faulted; fault holds */
	VMM_FAILED,	 /* the monitor could not go on; error holds */
	VMM_UNABLE,	 /* this machine cannot do it (no KVM...); error holds */
};

/* Stages of a request between its stamps; requests.csv and waterfall.csv use their names. */
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

/* What the kernel counts of a thread (getrusage(2)). */
struct vmm_usage {
	uint64_t waits, switches; /* it left its core to wait; in all */
	uint64_t supplied;	  /* pages it touched and the host had yet to supply: minor faults */
};

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
	uint64_t delay_ns;  /* runnable, but not running: of vCPUs, which nobody can read later */
	uint64_t late_inside_ns, late_outside_ns; /* the same where KVM tells: inside KVM_RUN, and outside */
	uint64_t switched_inside;		  /* and how often inside */
	uint64_t late_waiting_ns;		  /* of both, as the guest waited for an answer */
	struct vmm_usage usage;			  /* of a vCPU's thread */
	/* A vCPU's share of what the guest kernel counted (see the report). */
	uint64_t guest_kernel_tsc, guest_spin_tsc, guest_halt_tsc, guest_wait_tsc;
};

/* A system call that is not served: how often. */
struct vmm_unserved {
	int32_t number;
	uint32_t count;
	uint64_t rip; /* of the first */
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
	uint64_t cpu_killed_ns; /* CPU time of processes that were killed, and could not say more of it */
	uint64_t cpu_setup_ns;	/* process CPU time up to ready */
	uint64_t cpu_go_ns,
		vcpu_go_ns;	   /* CPU clocks of process and vCPU thread at go: exec leaves them running */
	uint64_t waited_go_ns;	   /* for a core, the first vCPU's thread until then */
	struct vmm_usage usage_go; /* of the same */
	uint64_t cpu_program_ns;   /* of the process from go to the program's end, with kernel helpers */
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
	uint32_t vcpus, cores;		 /* the program's threads at their most; what they share */
	uint32_t drivers, cores_allowed; /* threads that serve rings; cores there are for all */
	struct vmm_thread thread[VMM_THREADS];
	/* The same of all other processes of the run, as they ended: sums. Their wall time begins with each.
	 */
	uint32_t forks, execs;
	struct vmm_thread others_vcpu, others_driver;
	uint64_t others_halt_tsc, others_spin_tsc;
	/* Guest-kernel stamps, in ticks, of all vCPUs, copied from the guest at its end. */
	uint64_t guest_kernel_tsc;	 /* in the guest kernel, without transport and waiting */
	uint64_t guest_brief_tsc;	 /* of which in calls so brief that only some are stamped */
	uint64_t guest_spin_tsc;	 /* the guest polling for answers (or for time, with idle=poll) */
	uint64_t guest_halt_tsc;	 /* the guest halted while it waited */
	uint64_t guest_wait_tsc;	 /* the guest waiting for answers in all (spin, halts, exits) */
	uint64_t exit_transport_tsc;	 /* of which the transport, both ways, of requests that left by exit:
					    KVM's own time */
	uint64_t guest_syscalls;	 /* system calls the program made */
	uint64_t guest_served;		 /* of which served without a request */
	uint64_t guest_at, guest_bytes;	 /* guest memory in the first process's address space */
	uint64_t guest_kernel_bytes;	 /* of which so many are the guest kernel's image */
	uint64_t rss_beyond_guest_bytes; /* peak resident memory of the monitor less guest memory */
	uint64_t interrupts;		 /* raised to tell of answers */
	uint64_t recalled;		 /* requests taken back from drivers that had no core */
	uint64_t bytes_direct;		 /* bytes moved past the page cache, of bytes_io */
	uint64_t bytes_io;
	struct vmm_unserved unserved[VMM_UNSERVED];
	/*
	 * How far the guest's TSC may be from the host's: by how much it is ahead, where the host says
	 * (read); and the least that was seen between a stamp of one and a later one of the other, each way,
	 * in ticks.
	 */
	uint32_t tsc_read, tsc_seen; /* tsc_seen: 1 there, 2 back */
	int64_t tsc_offset, tsc_there, tsc_back;
	uint64_t requests_contradictory; /* their stamps are in no order, and not among the requests */
	/* Which of the following hold anything: bit n % 64 of word n / 64. */
	uint64_t exits_used;
	uint64_t requests_used[VMM_REQUEST_KINDS / 64];
	/* Exits by KVM exit reason: ticks the monitor took until the next KVM_RUN. */
	struct hist exits[VMM_EXIT_REASONS];
	/* Requests by kind (name ""): ticks. */
	struct {
		char name[24];
		struct hist stage[VMM_STAGES];
	} request[VMM_REQUEST_KINDS];
};

#define VMM_REPORT_MAGIC 0x31747270786d76ull /* "vmxprt1" */

#endif
