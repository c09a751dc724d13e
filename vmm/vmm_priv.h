/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_VMM_PRIV_H
#define VMM_VMM_PRIV_H

/* What the files of the monitor share. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>

#include "vmm/driver_priv.h"
#include "vmm/guest_abi.h"
#include "vmm/load_priv.h"
#include "vmm/stamps_priv.h"
#include "vmm/stolen_priv.h"
#include "vmm/tree_priv.h"
#include "vmm/vmm.h"

struct kvm_run;
struct backend;
struct cpuid_table;
struct direct_file;
struct iovec;

#define VCPUS 256

/* One vCPU, which runs one thread of the program, and the host thread that runs it. */
struct vcpu {
	struct monitor *monitor;
	unsigned id;
	int fd;
	struct kvm_run *run;
	size_t run_bytes;
	uint64_t block; /* guest-physical: ABI_BLOCK_SIZE bytes of its own */
	struct abi_channel *channel;
	struct abi_account base;  /* what of the guest's account was another process's, or is counted */
	struct vmm_thread thread; /* what it spent */
	uint64_t began;		  /* TSC: when its thread did */
	struct stolen stolen;	  /* from it */
	pthread_t host;
	sem_t ready, starts;	 /* the host thread is there; so often is it to run a thread of the program */
	atomic_bool resting;	 /* no thread of the program runs on it */
	atomic_bool left;	 /* the host thread has done with the guest */
	atomic_flag serving;	 /* a request is being served */
	bool lent;		 /* a child runs it: see vfork.c */
	int watchdog;		 /* that child's timer */
	struct program *program; /* that a child is executing; owned */
	struct stamps_kept kept; /* of the requests served last */
	uint32_t answered;	 /* the driver's: requests of its ring */
	int wake;		 /* eventfd: irqfd, or wakes it from HLT (irqchip=user) */
	atomic_bool interrupted; /* irqchip=user: to be injected before the next KVM_RUN */
	atomic_bool ticked;	 /* the same, of the timer */
	atomic_bool halted;
	atomic_bool parked; /* no thread of the program runs on it: nothing ticks */
	bool in_service;    /* irqchip=user: an interrupt is being handled; the next waits */
	cpu_set_t wanted;   /* cores the program asked for, of the host's; empty: none */
};

struct monitor {
	const struct vmm_options *options;
	struct vmm_report *report;
	struct error *error;	  /* report->error */
	struct vmm_config config; /* in force */
	uint64_t tsc_hz;

	struct tree *tree; /* what all processes of the run share */
	bool first;	   /* process of the run, rather than a fork of it */
	int report_fd;

	int kvm, vm;
	int kernel; /* the guest kernel's executable */
	atomic_uint vcpus;
	char kernel_name[32];	    /* by which the next monitor finds it */
	const char *kvm_name;	    /* of the backend */
	struct cpuid_table *cpuids; /* that a vCPU is given; owned */
	struct vcpu *vcpu[VCPUS];   /* the first `vcpus` are open */
	struct vcpu *main;	    /* the first: that of the process's first thread */

	uint8_t *memory; /* guest memory: guest-physical 0 is here */
	uint64_t memory_bytes;
	uint64_t free_gpa; /* first guest-physical page not yet given out by the loader */
	uint64_t kernel_entry;
	struct abi_boot *boot;
	struct abi_time *time;
	uint64_t delay_tsc;	  /* wasted on each request, for tests */
	pthread_mutex_t counting; /* the report's histograms */
	pthread_mutex_t starting; /* vCPUs come one by one */
	atomic_bool ended;
	bool vcpu_stuck, driver_stuck;
	bool routed; /* the driver can raise interrupts */
	atomic_flag backend_busy;

	const struct backend *backend;
	void *backend_state;		  /* owned by the backend */
	struct direct_file *direct_files; /* of direct.c, which owns it */

	char executable[4096]; /* path of the program, as the kernel would tell it */
	uint64_t xsave_mask;   /* XCR0 */
	uint32_t xsave_bytes;  /* of what it saves */
	int watchdog;	       /* kernel's number of the timer; -1: none */
	uint32_t nofile;       /* descriptors below this are the program's */
	uint32_t nofile_soft;  /* the program's limit: more it cannot open */
	uint64_t nofile_hard;

	pthread_t tick;
	bool tick_runs;
	atomic_bool tick_ends;
	atomic_bool booted; /* the guest kernel takes interrupts */
	cpu_set_t all;	    /* cores this process may use */
	cpu_set_t allowed;  /* of which the vCPUs share these */
	int driven;	    /* as many of these can vCPUs have while each driver has one too; at least 1 */
	unsigned drivers;   /* that run */
	struct driver driver[VMM_DRIVERS];
	uint64_t spin_ticks; /* how long they poll before they sleep */
	atomic_int driver_phase;
	int control;		     /* the harness; -1: none */
	atomic_uint rings;	     /* of doorbells that came by exit */
	atomic_uint asked;	     /* requests that left by exit */
	atomic_flag settling;	     /* somebody sees to drivers */
	int place;		     /* of this process in the tree */
	uint32_t bench_batch;	     /* batches seen */
	struct abi_samples *samples; /* of an event, in guest memory; NULL: none yet */
	pthread_t helper;	     /* of events.c */
	pthread_t meeter;	     /* of meeting.c, */
	bool meeting;		     /* if there is one; */
	uint64_t meeter_ns;	     /* CPU time it used */
	bool helper_runs;
	atomic_bool helper_ends;
};

/* fds.c: descriptors of our own stay above the program's and out of its reach. */
int fds_reserve(struct monitor *m);
uint64_t fds_limit(const struct monitor *m); /* the process's limit: the program's and ours */
void files_limit(struct monitor *m);	     /* tells the guest kernel whether their size is limited */
int fds_hide(struct monitor *m, int fd);     /* moves FD up; the new number, or -errno */

/* memory.c: guest memory and what backs it. */
int memory_open(struct monitor *m);
void memory_close(struct monitor *m);
/* Plain memory in the place of guest memory gets what its knob asks for: NOW, or page by page as touched. */
void memory_settle(const struct monitor *m, void *start, uint64_t bytes, bool now);
uint64_t memory_resident(const struct monitor *m);
uint64_t memory_huge(const struct monitor *m); /* bytes of it that huge pages back */
/* Host address of guest-physical [gpa, +bytes), or NULL where that is not all guest memory. */
void *memory_at(const struct monitor *m, uint64_t gpa, uint64_t bytes);

/* populate.c: has the host supply all of guest memory now. */
void populate_memory(const struct monitor *m);

/* trap.c: our own faults on guest memory. */
void trap_watch(const struct monitor *m);

/* vm.c */
int vm_open(struct monitor *m);
void vm_close(struct monitor *m);
int vm_set_memory(struct monitor *m);

/* vcpu.c: ID is its APIC's too, the block is guest memory. */
int vcpu_open(struct monitor *m, struct vcpu *v, unsigned id, uint64_t block);
void vcpu_close(struct vcpu *v);
void vcpu_rip(struct vcpu *v, uint64_t *rip);
uint8_t vcpu_task_type(const struct monitor *m); /* of the task register: see vcpu.c */

/* loop.c: runs a vCPU until the program ends. */
int loop_watch(struct monitor *m); /* from the main thread: watchdog and signals;
				      also after a fork, which no timer survives */
struct vcpu *loop_current(void);   /* the one the calling thread runs, or NULL */
int loop_enter(struct vcpu *v);
void loop_run(struct vcpu *v);
void loop_conclude(struct monitor *m); /* the first vCPU has run: says so where nobody ended the program */
bool loop_ending(const struct monitor *m);
bool loop_end(struct monitor *m); /* true for the first to end the program, who says how */
bool loop_recall(struct vcpu *v);
enum { SIGNAL_OWN = 60, SIGNAL_INTERRUPT = 60, SIGNAL_ORPHANED, SIGNAL_AGAIN, SIGNAL_WATCHDOG, SIGNAL_KICK };
void loop_lend(struct vcpu *v); /* the calling process runs V in its parent's place */
void loop_forget(void);		/* the calling thread's vCPU is about to go */
void loop_forget_kicks(void);	/* by SIGNAL_INTERRUPT that are still pending */
void loop_leave(void);		/* from a signal handler: KVM_RUN returns */

/* exits.c */
enum next { GO_ON, ENDED };
enum next exit_serve(struct vcpu *v);
enum next exit_failed(struct vcpu *v, int error); /* KVM_RUN itself failed with ERROR */

/* threads.c: the threads of the program. */
/* The id of the thread that BLOCK has or, with GO, that begins there now; -errno. */
int64_t thread_start(struct monitor *m, uint64_t block, bool go);
void thread_park(struct vcpu *v);
bool threads_stop(struct monitor *m); /* false: one is stuck in a host call */
void threads_collect(struct monitor *m);
void threads_free(struct monitor *m); /* their memory, which KVM goes on without */
void threads_close(struct monitor *m);
bool threads_shows(const struct monitor *m, uint32_t tid); /* TID is a thread of the program */
void threads_forget(struct monitor *m); /* in a forked child: closes all; the one that forked is the first */

/* interrupt.c: tells the guest that a request is done. */
int interrupt_open(struct monitor *m); /* for a driver to raise */
int interrupt_connect(struct vcpu *v); /* a new vCPU */
void interrupt_raise(struct vcpu *v, bool from_vcpu);
void interrupt_tick(struct vcpu *v); /* irqchip=user: the timer's, from its thread */
int interrupt_before_run(struct vcpu *v);
void interrupt_await(struct vcpu *v);

/* tick.c: the guest's timer interrupt. */
struct kvm_lapic_state;
void tick_program(const struct monitor *m,
		  struct kvm_lapic_state *apic); /* irqchip=kernel: in a vCPU's APIC */
void tick_begin(struct vcpu *v);		 /* the guest kernel has booted */
void tick_run(struct vcpu *v, bool run);	 /* a thread of the program begins on V, or has ended */
int tick_start(
	struct monitor *m); /* irqchip=user: the thread that keeps time, once the first vCPU has its own */
void tick_stop(struct monitor *m); /* while all vCPUs' threads are still there */

/* meeting.c: how far the guest's clock may be from the host's. */
void meeting_open(struct monitor *m);	    /* the guest kernel is about to start */
void meeting_hold(const struct monitor *m); /* a driver's part */
void meeting_close(struct monitor *m);	    /* it has started; what was found goes into the report */

/* serve.c: one request. */
void serve_request(struct vcpu *v, struct abi_request *request, struct vmm_thread *thread); /* by exit */
void serve_ring(struct vcpu *v, struct vmm_thread *thread, uint64_t seen); /* the next in its ring */
void serve_completed(struct vcpu *v, uint64_t tsc); /* it runs again, the answer with it */
void serve_flush(struct vcpu *v);    /* records the requests served last, unless it is served */
void serve_delay(struct monitor *m); /* how slow the monitor is to be, once its clock is known */

/* call.c: the host call a request asks for. */
int64_t call_make(struct monitor *m, struct abi_request *request);
const struct abi_call *call_row(uint32_t call); /* NULL when out of range */

/* service.c: requests of the guest kernel's own. */
int64_t service_make(struct monitor *m, uint32_t call, const uint64_t argument[6]);

/* backend.c: how file I/O is done. */
struct iovec;
struct backend {
	const char *name;
	int (*open)(struct monitor *m);
	/* A file call with its memory as vectors: -ENOSYS when the backend leaves it to the plain system
	 * call. */
	int64_t (*call)(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
			uint64_t offset);
	void (*close)(struct monitor *m);
};
const struct backend *backend_pick(unsigned value); /* of the backend knob */
extern const struct backend backend_uring;	    /* uring.c */
extern const struct backend backend_direct;	    /* direct.c */
int64_t uring_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
		   uint64_t offset);
/* warm.c: the same, but for what the page cache has, or takes. */
int64_t warm_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
		  uint64_t offset);

/* rescue.c: writes what the guest's page cache still held when the program ended. */
void rescue_pages(const struct monitor *m);

/* affinity.c: the cores that the program asks for. */
#define VMM_AFFINITY (CPU_SETSIZE / 4 + 1)
int affinity_number(const struct monitor *m, int core); /* the guest's number of a host's core */
void affinity_inherit(struct vcpu *v); /* from the calling vCPU's thread, which starts one in V */
void affinity_print(const cpu_set_t *set, char text[VMM_AFFINITY]); /* for an exec */
void affinity_parse(cpu_set_t *set, const char *text);		    /* NULL: none */

/* place.c: which cores the threads run on. */
int place_cores(struct monitor *m); /* finds which cores there are; before the rest */
int place_threads(struct monitor *m);
void place_nowhere(const struct monitor *m); /* back to all the cores the process was allowed */
int place_vcpu(struct vcpu *v);
void place_drivers(const struct monitor *m); /* anew, when the number of vCPUs has changed */

/* time.c */
void time_set(struct monitor *m);
void time_exit(struct monitor *m);

/* collect.c */
void monitor_collect(struct monitor *m); /* what the guest kernel counted since it was last collected */
uint64_t monitor_waited_ns(void);	 /* the calling thread for a core: proc(5), schedstat */
struct vmm_usage monitor_usage(void);	 /* of the same */
uint64_t monitor_cpu_ns(void);		 /* of this process */
uint64_t monitor_resident_bytes(void);	 /* of its memory, the guest's with it */

/* monitor.c: the first vCPU has run, if not in the thread that called vmm_monitor_run: ends the process. */
_Noreturn void monitor_leave(struct monitor *m);

/* control.c: the harness. */
int control_ready(struct monitor *m);
int control_done(struct monitor *m);

#endif
