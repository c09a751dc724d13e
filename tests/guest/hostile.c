/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/guest/attack.h"

/* Guests that never end, destroy themselves, or end as no program can. */
static void loop_program(void)
{
	for (volatile int i = 0;; i = i + 1)
		;
}

static void loop_syscall(void)
{
	for (;;)
		syscall(SYS_getppid);
}

static void loop_request(void)
{
	for (char c;;)
		if (pread(1, &c, 1, 0) > 0)
			return;
}

static void stuck_read(void)
{
	int ends[2];
	char c;

	if (pipe(ends) == 0 && read(ends[0], &c, 1) >= 0)
		return;
	exit(1);
}

/* A call that the driver makes, and that waits for another process. */
static void stuck_open(void)
{
	unlink("pipe");
	if (mkfifo("pipe", 0600) == 0 && open("pipe", O_RDONLY) >= 0)
		return;
	exit(1);
}

static void stuck_poll(void)
{
	uint64_t every = ~0ull; /* signals to block: must not shut the watchdog out */

	syscall(SYS_ppoll, NULL, 0, NULL, &every, 8);
}

static void stuck_sleep(void)
{
	nanosleep(&(struct timespec){ 10000, 0 }, NULL);
}

static void spin(void)
{
	for (;;)
		__asm__ volatile("pause");
}

/* System calls go to a loop. */
static void stuck_kernel(void)
{
	VCPU->entry = (uint64_t)(uintptr_t)spin;
	syscall(SYS_getpid);
}

/* Has ring 0 run CODE: undefined instructions go there. */
static void run_ring0(void (*code)(void))
{
	uint64_t *gate = (uint64_t *)DIRECT(ABI_IDT) + 2 * 6, address = (uint64_t)(uintptr_t)code;

	gate[0] = (address & 0xffff) | (uint64_t)ABI_KERNEL_CS << 16 | 0x8e00ull << 32 |
		  (address >> 16 & 0xffff) << 48;
	gate[1] = address >> 32;
	__asm__ volatile("ud2");
}

static void halt_for_ever(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

/* vmcall, then a loop: in memory of its own, because a hypervisor may write its own instruction over it. */
static void (*call_hypervisor(void))(void)
{
	static const unsigned char code[] = { 0x31, 0xc0, 0x0f, 0x01, 0xc1, 0xeb, 0xfe };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(page, code, sizeof(code));
	return (void (*)(void))(uintptr_t)page;
}

static void stuck_ring0(void)
{
	run_ring0(spin);
}

static void stuck_halt(void)
{
	run_ring0(halt_for_ever);
}

static void stuck_vmcall(void)
{
	run_ring0(call_hypervisor());
}

/* --- Guests that destroy themselves --------------------------------------------------------------------- */

static void no_vectors(void)
{
	memset(DIRECT(ABI_IDT), 0, 4096);
	__asm__ volatile("ud2");
}

static void no_kernel(void)
{
	memset(DIRECT(ABI_IMAGE), 0xcc, 64 << 10);
	syscall(SYS_getpid);
}

static void no_tables(void)
{
	memset(DIRECT(ABI_PML4), 0xff, 2048);
	spin();
}

static void outside_memory(void)
{
	uint64_t *table = DIRECT(ABI_PDPT);

	table[5] = (5ull << 30) | 0x87; /* a GiB nobody has given */
	*(volatile uint64_t *)DIRECT(5ull << 30) = 1;
	(void)*(volatile uint64_t *)DIRECT(5ull << 30);
}

static void end_badly(int number, int code)
{
	CHANNEL->account.signal = number;
	CHANNEL->account.exit_code = code;
	out(ABI_PORT_EXIT, 0);
}

static void end_by_stop(void)
{
	end_badly(19, 0);
}

static void end_by_nonsense(void)
{
	end_badly(123456, 0);
}

static void end_by_large_code(void)
{
	end_badly(0, 0x7fffff07);
}

static void fault_without(void)
{
	out(ABI_PORT_FAULT, 0); /* no signal is named */
}

int main(int argc, char **argv)
{
	static const struct attack attacks[] = {
		{ "loop-program", loop_program },
		{ "loop-syscall", loop_syscall },
		{ "loop-request", loop_request },
		{ "stuck-read", stuck_read },
		{ "stuck-open", stuck_open },
		{ "stuck-poll", stuck_poll },
		{ "stuck-sleep", stuck_sleep },
		{ "stuck-kernel", stuck_kernel },
		{ "stuck-ring0", stuck_ring0 },
		{ "stuck-halt", stuck_halt },
		{ "stuck-vmcall", stuck_vmcall },
		{ "no-vectors", no_vectors },
		{ "no-kernel", no_kernel },
		{ "no-tables", no_tables },
		{ "outside-memory", outside_memory },
		{ "end-by-stop", end_by_stop },
		{ "end-by-nonsense", end_by_nonsense },
		{ "end-by-large-code", end_by_large_code },
		{ "fault-without", fault_without },
		{ NULL, NULL },
	};

	return attack(argc, argv, attacks);
}
