/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_ABI_H
#define VMM_GUEST_ABI_H

/*
 * What the monitor and the guest kernel agree on, and with the tables of calls and the channel the only
 * header both include: guest-physical layout and boot information.
 */

/* --- Guest-physical layout; the kernel sees it at ABI_DIRECT + gpa, its image at ABI_KERNEL + gpa --- */

#define ABI_GDT	      0x1000
#define ABI_IDT	      0x2000
#define ABI_PML4      0x6000
#define ABI_PDPT      0x7000   /* of the upper half's last slot */
#define ABI_PD_KERNEL 0x8000   /* first GiB, at -2 GiB */
#define ABI_PD_APIC   0x9000   /* 3..4 GiB: the local APIC */
#define ABI_BOOT      0x1c000  /* struct abi_boot: two pages */
#define ABI_FLUSH     0x10000  /* a page that is there to be taken away and given back */
#define ABI_TIME      0x1e000  /* struct abi_time, readable by the program */
#define ABI_SIGNALS   0x1f000  /* struct abi_signals */
#define ABI_BLOCK     0x20000  /* the first vCPU's block; the guest kernel finds places for others */
#define ABI_IMAGE     0x100000 /* the kernel's first byte */

/*
 * A vCPU's own block lies at a multiple of its size: the kernel finds it by its stack. Stacks by their top.
 */
#define ABI_BLOCK_SIZE	0x20000
#define ABI_STEAL	0x7c0	/* struct kvm_steal_time: KVM writes it */
#define ABI_VCPU_DATA	0x800	/* struct abi_vcpu_data; at the block's beginning the code LSTAR points to */
#define ABI_TSS		0xc00	/* 0x68 bytes, then the I/O bitmap up to our ports */
#define ABI_RING0_STACK 0x2000	/* RSP0 */
#define ABI_CALL_STACK	0x8000	/* system calls run on it */
#define ABI_FAULT_STACK 0xc000	/* faults are handled on it */
#define ABI_CHANNEL	0xc000	/* struct abi_channel */
#define ABI_SELF	0xf000	/* the guest kernel's own: struct vcpu */
#define ABI_BOUNCE	0x10000 /* copies of arguments that are not contiguous */
#define ABI_BOUNCE_SIZE 0x8000

/* Where the program finds the vDSO, between its stack and what it maps, and the page of struct abi_time. */
#define ABI_VDSO_TIME 0x7ffff0000000
#define ABI_VDSO      0x7ffff0001000

#define ABI_KERNEL 0xffffffff80000000
#define ABI_DIRECT 0xffffff8000000000
#define ABI_APIC   0xfee00000

#define ABI_KERNEL_CS 0x08
#define ABI_KERNEL_SS 0x10
#define ABI_USER_SS   0x1b
#define ABI_USER_CS   0x23
#define ABI_TR	      0x28

/* Ports; the TSS bitmap opens only 0xe0 to 0xef to ring 3. */
#define ABI_PORT_REQUEST  0xe0 /* the request in the exit slot is to be served */
#define ABI_PORT_DOORBELL 0xe1 /* wake the driver of that number: ends in the kernel (ioeventfd) */
#define ABI_PORT_CLOCK	  0xe2 /* a read has the monitor put the time into struct abi_time */
#define ABI_PORT_FAULT	  0xe3 /* the program died of the fault in struct abi_account */
#define ABI_PORT_EXIT	  0xe4 /* the program ended with the status there */
#define ABI_PORT_ENTER	  0xe5 /* the program's first instruction is next */
#define ABI_PORT_BARE	  0xe6 /* bench: nothing to do; value 0 ends the bare loop */
#define ABI_PORT_BENCH	  0xe7 /* bench: a batch ended; its ticks are in struct abi_account */
#define ABI_PORT_YIELD	  0xe8 /* lets others run; the value counts the tries */
#define ABI_PORT_PARK	  0xe9 /* the thread has ended: goes on when the block's next one begins */
#define ABI_PORT_EOI	  0xea /* irqchip=user: the interrupt has been handled */
#define ABI_PORT_EVENT	  0xeb /* events: enum abi_event_say */
#define ABI_PORT_NOTHING  0xec /* events: the monitor has nothing to do */
#define ABI_PORT_KERNEL	  0xed /* events: ends in the kernel (ioeventfd) */

#define ABI_DEVICE_SIZE 0x2000
#define ABI_DEVICE	0xf0000000 /* events: two pages of no memory, the second of which ends in the kernel */

#define ABI_VECTOR_DONE 0x30 /* interrupt of a completed request */
#define ABI_VECTOR_TICK 0x31 /* of the timer */

#define ABI_FAULT_KICK 32 /* in place of an exception vector: the monitor calls to look at signals */
#define ABI_VCPU_WORK  (ABI_VCPU_DATA + 24) /* abi_vcpu_data.work */

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "vmm/guest_calls.h"
#include "vmm/guest_channel.h"
#include "vmm/guest_events.h"
#include "vmm/guest_served.h"

/* --- Boot information: written by the monitor, read once by the guest kernel --- */

enum abi_protection { ABI_READ = 1, ABI_WRITE = 2, ABI_EXECUTE = 4 };

/* A part of the program's address space that exists before it runs. */
struct abi_area {
	uint64_t address;
	uint64_t bytes; /* whole pages */
	uint64_t gpa;	/* contiguous */
	uint32_t protection;
	uint32_t pad;
};

#define ABI_AREAS 24

struct abi_boot {
	uint64_t memory_bytes; /* guest memory is [0, memory_bytes) */
	uint64_t free_gpa;     /* first page nobody uses yet, up to memory_bytes */
	uint64_t entry;
	uint64_t stack;	   /* the program's stack pointer */
	uint64_t heap;	   /* where brk begins */
	uint64_t mappings; /* mmap finds room below this address; the stack lies above */
	uint64_t tsc_hz;
	uint64_t spin_ticks;  /* how long to poll before halting, */
	uint64_t brief_ticks; /* and where cores are short: about what an exit takes */
	uint32_t areas;
	uint8_t ring;	       /* transport: a driver thread serves the ring, polling or woken each time */
	uint8_t inject;	       /* completion: an interrupt rather than polling */
	uint8_t idle_poll;     /* idle: poll rather than halt */
	uint8_t clock_exit;    /* clock: a port read rather than the TSC */
	uint8_t apic;	       /* interrupts end at a local APIC rather than by ABI_PORT_EOI */
	uint8_t discard;       /* freed memory goes back to the host */
	uint8_t large;	       /* guest-pages: 2 MiB where they fit */
	uint8_t rings_always;  /* the driver never polls */
	uint8_t files_limited; /* RLIMIT_FSIZE is set: EFBIG comes with a signal */
	uint8_t cache;	       /* files are cached in the guest */
	uint8_t meets;	       /* a thread of the monitor's is there to compare clocks with */
	uint64_t pages_gpa;    /* guest: the page cache's struct abi_page */
	uint32_t pages;	       /* guest: how many */
	uint32_t pages_pad;
	uint64_t xsave_mask; /* XCR0, and bytes of what it saves */
	uint32_t xsave_bytes;
	uint32_t kick_pad;
	uint64_t kick_entry; /* guest kernel: where the monitor has it look at signals */
	uint64_t ignored;    /* signals ignored from the start: bit n - 1 for signal n */
	uint32_t bench;	     /* null requests a batch; 0: run the program */
	uint32_t event;	     /* enum abi_event_id: what to measure; 0: run the program */
	uint32_t pid, ppid, uid, euid, gid, egid;
	uint32_t cores;	  /* the vCPUs share */
	uint32_t driven;  /* of which they can have while each driver has one too; at least 1 */
	uint32_t running; /* guest, driver: threads that do not wait; each wants a core */
	char uname[6][65];
	struct abi_area area[ABI_AREAS];
};

/* Signals between host and guest kernel: those of the process. */
struct abi_signals {
	uint64_t pending; /* came from outside, until a thread takes it; bit n - 1 for signal n */
	uint64_t handled; /* guest: have handlers */
	uint64_t idle;	  /* guest: do nothing when they come */
	uint64_t blocked; /* the first thread's; at start: what the program inherits */
	uint64_t claimed; /* host: a signalfd reads them, where they are blocked */
	uint64_t held;	  /* host: of these, those it has blocked itself, for them to wait there */
	struct abi_signal_info {
		int32_t code, pid, uid, status;
		uint64_t value; /* si_value, or si_addr */
	} info[65];
};

/* Time: ns = base_ns + ((tsc - base_tsc) * multiplier >> 32) for each clock. */
struct abi_time {
	uint64_t base_tsc;
	uint64_t multiplier;
	uint64_t monotonic_ns; /* at base_tsc */
	uint64_t realtime_ns;
	uint64_t boottime_ns;
	uint64_t exit_monotonic_ns; /* as of the last read of ABI_PORT_CLOCK */
	uint64_t exit_realtime_ns;
	uint64_t exit_boottime_ns;
};

/* What the host says of an open file, for the guest's page cache. */
struct abi_file {
	uint64_t device, inode;
	uint64_t size;
	uint64_t modified_ns, changed_ns;
	uint32_t flags;	   /* open(2) */
	uint8_t regular;   /* a regular file */
	uint8_t direct;	   /* which can be read and written past the host's page cache */
	uint8_t recent;	   /* changed so lately that another change may bear the same time */
	uint8_t in_memory; /* it is nowhere else: nobody can */
	uint64_t room;	   /* bytes that its file system has left for the program */
};

#define ABI_PAGES (1u << 18)

/* A page of the guest's page cache, of ABI_PAGES at most. What the host lacks of it, the monitor writes where
 * the guest no longer can. */
struct abi_page {
	uint64_t gpa;
	uint64_t number;	     /* in its file */
	struct abi_page *dirty_next; /* guest: of its file's that the host lacks something of */
	uint16_t from, to;	     /* which bytes of it; to is 0: none */
	uint16_t fd;		     /* a descriptor to write them by */
	uint16_t file;
	uint32_t next;	    /* guest: in its bucket, or among the free */
	uint8_t torn;	    /* what else is in the page is not the file's */
	uint8_t used_again; /* since the hand last came by */
};

/* --- The vCPU's page --- */

/* Follows the trampoline's code, which reaches it relative to RIP. */
struct abi_vcpu_data {
	uint64_t user_stack;
	uint64_t kernel_stack;
	uint64_t entry; /* where the trampoline goes on */
	uint32_t work;	/* signals: there may be something to do; entry.S looks before the program goes on */
	uint32_t pad;
	uint64_t blocked;  /* guest: signals the thread blocks */
	uint64_t awaited;  /* guest: signals it waits for, blocked or not */
	uint64_t directed; /* host: signals that came for this thread */
};

#endif /* __ASSEMBLER__ */

#endif
