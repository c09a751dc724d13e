/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_ABI_H
#define VMM_GUEST_ABI_H

/*
 * What the monitor and the guest kernel agree on, and the only header both include: guest-physical layout,
 * boot information, the channel and the requests that cross it.
 */

/* --- Guest-physical layout; the kernel sees it at ABI_DIRECT + gpa, its image at ABI_KERNEL + gpa --- */

#define ABI_GDT		0x1000
#define ABI_IDT		0x2000
#define ABI_TSS		0x3000 /* 0x68 bytes, then the I/O bitmap: three pages */
#define ABI_PML4	0x6000
#define ABI_PDPT	0x7000	/* of the upper half's last slot */
#define ABI_PD_KERNEL	0x8000	/* first GiB, at -2 GiB */
#define ABI_PD_APIC	0x9000	/* 3..4 GiB: the local APIC */
#define ABI_VCPU	0x10000 /* struct abi_vcpu: the page LSTAR points into */
#define ABI_RING0_STACK 0x12000 /* top of RSP0's stack */
#define ABI_CALL_STACK	0x18000 /* top of the stack system calls run on */
#define ABI_FAULT_STACK 0x1c000 /* top of the stack faults are handled on */
#define ABI_BOOT	0x1c000 /* struct abi_boot: two pages */
#define ABI_TIME	0x1e000 /* struct abi_time, readable by the program */
#define ABI_CHANNEL	0x20000 /* struct abi_channel */
#define ABI_BOUNCE	0x30000 /* copies of arguments that are not contiguous */
#define ABI_BOUNCE_SIZE 0x8000
#define ABI_IMAGE	0x100000 /* the kernel's first byte */

#define ABI_KERNEL 0xffffffff80000000
#define ABI_DIRECT 0xffffff8000000000
#define ABI_APIC   0xfee00000

#define ABI_KERNEL_CS 0x08
#define ABI_KERNEL_SS 0x10
#define ABI_USER_SS   0x1b
#define ABI_USER_CS   0x23
#define ABI_TR	      0x28

/* Ports; the TSS bitmap opens only these eight to ring 3. */
#define ABI_PORT_REQUEST  0xe0 /* the request in the exit slot is to be served */
#define ABI_PORT_DOORBELL 0xe1 /* wake the driver thread: ends in the kernel (ioeventfd) */
#define ABI_PORT_CLOCK	  0xe2 /* a read has the monitor put the time into struct abi_time */
#define ABI_PORT_FAULT	  0xe3 /* the program died of the fault in struct abi_account */
#define ABI_PORT_EXIT	  0xe4 /* the program ended with the status there */
#define ABI_PORT_ENTER	  0xe5 /* the program's first instruction is next */
#define ABI_PORT_BARE	  0xe6 /* bench: nothing to do; value 0 ends the bare loop */
#define ABI_PORT_BENCH	  0xe7 /* bench: a batch ended; its ticks are in struct abi_account */

#define ABI_VECTOR_DONE 0x30 /* interrupt of a completed request */

#define ABI_VCPU_DATA 0x800 /* struct abi_vcpu_data in the vCPU's page */

#ifndef __ASSEMBLER__

#include <stdint.h>

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
	uint64_t stack; /* the program's stack pointer */
	uint64_t heap;	/* where brk begins */
	uint64_t tsc_hz;
	uint64_t spin_ticks; /* how long to poll before halting */
	uint32_t areas;
	uint8_t ring;	    /* transport: ring rather than exit */
	uint8_t inject;	    /* completion: an interrupt rather than polling */
	uint8_t idle_poll;  /* idle: poll rather than halt */
	uint8_t clock_exit; /* clock: a port read rather than the TSC */
	uint8_t apic;	    /* interrupts need an EOI */
	uint8_t discard;    /* freed memory goes back to the host */
	uint8_t pad[2];
	uint64_t ignored; /* signals ignored from the start: bit n - 1 for signal n */
	uint32_t bench;	  /* null requests a batch; 0: run the program */
	uint32_t pid, ppid, uid, euid, gid, egid;
	uint32_t nofile; /* descriptors the program may have */
	char uname[6][65];
	struct abi_area area[ABI_AREAS];
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

/* --- The vCPU's page --- */

/* Follows the trampoline's code, which reaches it relative to RIP. */
struct abi_vcpu_data {
	uint64_t user_stack;
	uint64_t kernel_stack;
	uint64_t entry; /* where the trampoline goes on */
};

/* --- Requests --- */

/* What an argument is. Pointers may be null. */
enum abi_type {
	ABI_NONE,
	ABI_VALUE,
	ABI_FD,	    /* a descriptor the program may own */
	ABI_DIR,    /* the same, or AT_FDCWD */
	ABI_STRING, /* NUL-terminated, at most PATH_MAX */
	ABI_IN,	    /* memory the host reads */
	ABI_OUT,    /* memory the host writes */
	ABI_INOUT,
	ABI_GATHER,  /* an iovec array: memory the host reads */
	ABI_SCATTER, /* an iovec array: memory the host writes */
};

#define ABI_FIXED 7 /* the size does not depend on another argument */

struct abi_argument {
	uint8_t type;
	uint8_t length; /* argument that counts the elements, or ABI_FIXED */
	uint16_t size;	/* bytes an element */
};

enum abi_flags {
	ABI_BLOCKS = 1,	  /* may block for long: always leaves by exit, on the vCPU's own thread */
	ABI_FILE = 2,	  /* cannot block on a regular file; blocks like ABI_BLOCKS on anything else */
	ABI_NEWFD = 4,	  /* returns a descriptor */
	ABI_VECTOR = 8,	  /* its memory may be in pieces (readv and friends stand in) */
	ABI_SHORTEN = 16, /* a buffer in pieces may be cut to its first piece */
};

/* clang-format off */
#define ABI_V	  { ABI_VALUE,	0, 0 }
#define ABI_F	  { ABI_FD,	0, 0 }
#define ABI_D	  { ABI_DIR,	0, 0 }
#define ABI_S	  { ABI_STRING, 0, 0 }
#define ABI_I(k)  { ABI_IN,	k, 1 }
#define ABI_O(k)  { ABI_OUT,	k, 1 }
#define ABI_IS(n) { ABI_IN,    ABI_FIXED, n }
#define ABI_OS(n) { ABI_OUT,   ABI_FIXED, n }
#define ABI_XS(n) { ABI_INOUT, ABI_FIXED, n }
#define ABI_XA(k, n) { ABI_INOUT, k, n }
#define ABI_GV	  { ABI_GATHER,	 2, 16 }
#define ABI_SV	  { ABI_SCATTER, 2, 16 }

/*
 * Every request: X(number, name, flags, arguments...). Those below ABI_SERVICE are Linux system calls, forwarded with
 * the program's own arguments; sizes are those of the kernel's structures.
 */
#define ABI_CALLS(X) \
	X(  0, read, ABI_FILE | ABI_VECTOR, ABI_F, ABI_O(2), ABI_V) \
	X(  1, write, ABI_FILE | ABI_VECTOR, ABI_F, ABI_I(2), ABI_V) \
	X(  2, open, ABI_NEWFD, ABI_S, ABI_V, ABI_V)            X(  3, close, 0, ABI_F) \
	X(  4, stat, 0, ABI_S, ABI_OS(144))                     X(  5, fstat, 0, ABI_F, ABI_OS(144)) \
	X(  6, lstat, 0, ABI_S, ABI_OS(144))                    X(  7, poll, ABI_BLOCKS, ABI_XA(1, 8), ABI_V, ABI_V) \
	X(  8, lseek, 0, ABI_F, ABI_V, ABI_V)                   X( 16, ioctl, ABI_BLOCKS, ABI_F, ABI_V, ABI_XS(60)) \
	X( 17, pread64, ABI_FILE | ABI_VECTOR, ABI_F, ABI_O(2), ABI_V, ABI_V) \
	X( 18, pwrite64, ABI_FILE | ABI_VECTOR, ABI_F, ABI_I(2), ABI_V, ABI_V) \
	X( 19, readv, ABI_FILE | ABI_VECTOR, ABI_F, ABI_SV, ABI_V) \
	X( 20, writev, ABI_FILE | ABI_VECTOR, ABI_F, ABI_GV, ABI_V) \
	X( 21, access, 0, ABI_S, ABI_V)                         X( 22, pipe, 0, ABI_OS(8)) \
	X( 32, dup, ABI_NEWFD, ABI_F)                           X( 33, dup2, ABI_NEWFD, ABI_F, ABI_F) \
	X( 40, sendfile, ABI_BLOCKS, ABI_F, ABI_F, ABI_XS(8), ABI_V) \
	X( 72, fcntl, ABI_BLOCKS, ABI_F, ABI_V, ABI_V) \
	X( 72, fcntl_lock, ABI_BLOCKS, ABI_F, ABI_V, ABI_XS(32)) \
	X( 73, flock, ABI_BLOCKS, ABI_F, ABI_V)                 X( 74, fsync, ABI_FILE, ABI_F) \
	X( 75, fdatasync, ABI_FILE, ABI_F)                      X( 76, truncate, 0, ABI_S, ABI_V) \
	X( 77, ftruncate, 0, ABI_F, ABI_V)                      X( 79, getcwd, ABI_SHORTEN, ABI_O(1), ABI_V) \
	X( 80, chdir, 0, ABI_S)                                 X( 81, fchdir, 0, ABI_F) \
	X( 82, rename, 0, ABI_S, ABI_S)                         X( 83, mkdir, 0, ABI_S, ABI_V) \
	X( 84, rmdir, 0, ABI_S)                                 X( 85, creat, ABI_NEWFD, ABI_S, ABI_V) \
	X( 86, link, 0, ABI_S, ABI_S)                           X( 87, unlink, 0, ABI_S) \
	X( 88, symlink, 0, ABI_S, ABI_S)                        X( 89, readlink, ABI_SHORTEN, ABI_S, ABI_O(2), ABI_V) \
	X( 90, chmod, 0, ABI_S, ABI_V)                          X( 91, fchmod, 0, ABI_F, ABI_V) \
	X( 92, chown, 0, ABI_S, ABI_V, ABI_V)                   X( 93, fchown, 0, ABI_F, ABI_V, ABI_V) \
	X( 94, lchown, 0, ABI_S, ABI_V, ABI_V)                  X( 95, umask, 0, ABI_V) \
	X( 98, getrusage, ABI_BLOCKS, ABI_V, ABI_OS(144))       X( 99, sysinfo, 0, ABI_OS(112)) \
	X(100, times, ABI_BLOCKS, ABI_OS(32))                   X(111, getpgrp, 0) \
	X(115, getgroups, 0, ABI_V, { ABI_OUT, 0, 4 })          X(121, getpgid, 0, ABI_V) \
	X(124, getsid, 0, ABI_V)                                X(132, utime, 0, ABI_S, ABI_IS(16)) \
	X(133, mknod, 0, ABI_S, ABI_V, ABI_V)                   X(259, mknodat, 0, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(137, statfs, 0, ABI_S, ABI_OS(120))                   X(138, fstatfs, 0, ABI_F, ABI_OS(120)) \
	X(140, getpriority, 0, ABI_V, ABI_V)                    X(162, sync, 0) \
	X(217, getdents64, ABI_SHORTEN, ABI_F, ABI_O(2), ABI_V) \
	X(221, fadvise64, 0, ABI_F, ABI_V, ABI_V, ABI_V)        X(228, clock_gettime, ABI_BLOCKS, ABI_V, ABI_OS(16)) \
	X(229, clock_getres, 0, ABI_V, ABI_OS(16)) \
	X(230, clock_nanosleep, ABI_BLOCKS, ABI_V, ABI_V, ABI_IS(16), ABI_OS(16)) \
	X(235, utimes, 0, ABI_S, ABI_IS(32)) \
	X(257, openat, ABI_NEWFD, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(258, mkdirat, 0, ABI_D, ABI_S, ABI_V) \
	X(260, fchownat, 0, ABI_D, ABI_S, ABI_V, ABI_V, ABI_V) \
	X(262, newfstatat, 0, ABI_D, ABI_S, ABI_OS(144), ABI_V) \
	X(263, unlinkat, 0, ABI_D, ABI_S, ABI_V)                X(264, renameat, 0, ABI_D, ABI_S, ABI_D, ABI_S) \
	X(265, linkat, 0, ABI_D, ABI_S, ABI_D, ABI_S, ABI_V)    X(266, symlinkat, 0, ABI_S, ABI_D, ABI_S) \
	X(267, readlinkat, ABI_SHORTEN, ABI_D, ABI_S, ABI_O(3), ABI_V) \
	X(268, fchmodat, 0, ABI_D, ABI_S, ABI_V)                X(269, faccessat, 0, ABI_D, ABI_S, ABI_V) \
	X(271, ppoll, ABI_BLOCKS, ABI_XA(1, 8), ABI_V, ABI_IS(16), ABI_IS(8), ABI_V) \
	X(280, utimensat, 0, ABI_D, ABI_S, ABI_IS(32), ABI_V) \
	X(285, fallocate, 0, ABI_F, ABI_V, ABI_V, ABI_V)        X(292, dup3, ABI_NEWFD, ABI_F, ABI_F, ABI_V) \
	X(293, pipe2, 0, ABI_OS(8), ABI_V) \
	X(295, preadv, ABI_FILE | ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_V, ABI_V) \
	X(296, pwritev, ABI_FILE | ABI_VECTOR, ABI_F, ABI_GV, ABI_V, ABI_V, ABI_V) \
	X(302, prlimit64, 0, ABI_V, ABI_V, ABI_IS(16), ABI_OS(16)) \
	X(316, renameat2, 0, ABI_D, ABI_S, ABI_D, ABI_S, ABI_V) \
	X(318, getrandom, ABI_SHORTEN, ABI_O(1), ABI_V, ABI_V) \
	X(326, copy_file_range, 0, ABI_F, ABI_XS(8), ABI_F, ABI_XS(8), ABI_V, ABI_V) \
	X(332, statx, 0, ABI_D, ABI_S, ABI_V, ABI_V, ABI_OS(256)) \
	X(439, faccessat2, 0, ABI_D, ABI_S, ABI_V, ABI_V)       X(1000, null, 0) \
	X(1001, map, ABI_BLOCKS, ABI_V, ABI_V, ABI_V, ABI_V, ABI_F, ABI_V) \
	X(1002, unmap, ABI_BLOCKS, ABI_V, ABI_V)                X(1003, discard, 0, ABI_V, ABI_V) \
	X(1004, msync, ABI_BLOCKS, ABI_V, ABI_V, ABI_V)
/* clang-format on */

#define ABI_SERVICE 1000 /* numbers from here on are the monitor's own services, not Linux's */

/* Index of a request in the table both sides build from ABI_CALLS. */
enum abi_call_id {
#define ABI_ID(number, name, ...) ABI_CALL_##name,
	ABI_CALLS(ABI_ID)
#undef ABI_ID
		ABI_CALL_COUNT,
};

struct abi_call {
	uint16_t number;
	uint16_t flags;
	const char *name;
	struct abi_argument argument[6];
};

#define ABI_ROW(number_, name_, flags_, ...) { number_, flags_, #name_, { __VA_ARGS__ } },
/* `static const struct abi_call calls[] = { ABI_CALLS(ABI_ROW) };` makes the table. */

struct abi_segment {
	uint64_t gpa;
	uint64_t bytes;
};

#define ABI_SEGMENTS 64

struct abi_request {
	uint32_t call;	  /* enum abi_call_id */
	uint32_t regular; /* 3 asks whether argument 0 is a regular file; out: 1 no, 2 yes */
	int64_t result;	  /* out: as the system call returns it, -errno on failure */
	uint64_t argument[6];
	uint8_t segments[8];	     /* how many of the segments below each argument has, in order */
	uint64_t submitted, resumed; /* TSC: the guest's own stamps */
	struct abi_segment segment[ABI_SEGMENTS];
};

#define ABI_SLOTS 4

/* The channel of one vCPU. Words that different threads write lie on different cache lines. */
struct abi_channel {
	_Alignas(64) uint32_t submitted; /* guest: requests put into the ring; slot is (n - 1) % ABI_SLOTS */
	_Alignas(64) uint32_t completed; /* driver: requests answered */
	_Alignas(64) uint32_t driver_asleep; /* driver: ring the doorbell */
	_Alignas(64) uint32_t guest_asleep;  /* guest: raise ABI_VECTOR_DONE */
	_Alignas(64) struct abi_request slot[ABI_SLOTS];
	struct abi_request exit_slot; /* for requests that leave by exit */
	_Alignas(64) struct abi_account {
		uint64_t kernel_tsc, spin_tsc, halt_tsc, wait_tsc;
		uint64_t syscalls, served;
		int32_t exit_code, signal;
		uint32_t panic;	    /* the guest kernel itself is at fault */
		uint32_t exhausted; /* a fault found no free page of guest memory */
		uint32_t fault_vector;
		uint64_t fault_error, fault_rip, fault_address;
		uint64_t bench_tsc;
		uint32_t bench_kind;
		struct {
			int32_t number;
			uint32_t count;
		} unserved[16];
	} account;
};

#endif /* __ASSEMBLER__ */

#endif
