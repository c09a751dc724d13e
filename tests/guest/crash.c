/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/guest/guest.h"

/* Ends in the way that argv[1] names. */
static const char constant[4096] __attribute__((aligned(4096))) = { 1 };

/* An address the compiler knows nothing of. */
static volatile char *at(uintptr_t address)
{
	volatile uintptr_t hidden = address;

	return (volatile char *)hidden;
}

static void read_null(void)
{
	(void)*at(8);
}

static void write_null(void)
{
	*at(8) = 1;
}

static void write_constant(void)
{
	*at((uintptr_t)&constant[16]) = 1;
}

static void write_protected(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = p[4096] = 1;
	mprotect(p, 8192, PROT_READ);
	p[4096] = 2;
}

static void read_unmapped(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	munmap(p, 4096);
	(void)*(volatile char *)p;
}

static void run_data(void)
{
	static unsigned char code[] = { 0xc3 };
	void (*volatile f)(void) = (void (*)(void))(uintptr_t)code;

	f();
}

static void jump_wild(void)
{
	void (*volatile f)(void) = (void (*)(void))0x123456789000;

	f();
}

static void jump_null(void)
{
	void (*volatile f)(void) = NULL;

	f();
}

static void non_canonical(void)
{
	(void)*at(0x8000000000000000);
}

static void kernel_half(void)
{
	(void)*at(0xffff900000001000);
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void divide(void)
{
	volatile int zero = 0;

	__asm__ volatile("idivl %0" : : "m"(zero), "a"(1), "d"(0));
}

static void privileged(void)
{
	__asm__ volatile("hlt");
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

/* A debug exception after the next instruction, and at every one of its handler unless that clears the flag.
 */
static void single_step(void)
{
	__asm__ volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tnop" : : : "memory", "cc");
}

/* A right taken away stays away though the call failed further on. */
static void write_before_hole(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	munmap(p + 4096, 4096);
	mprotect(p, 8192, PROT_READ);
	p[0] = 2;
}

static void past_file(void)
{
	char *p;
	FILE *f = fopen("short", "w+");

	fputs("short", f);
	fflush(f);
	p = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fileno(f), 0);
	unlink("short");
	(void)*(volatile char *)(p + 4096);
}

/* Recursion without end; the result is used, so that it is no loop. */
static int overflow_from(int n)
{
	volatile char page[2048];

	page[n % 2048] = 1;
	return n < 0 ? 0 : overflow_from(n + 1) + page[n % 2048];
}

static void overflow(void)
{
	exit(overflow_from(0));
}

static void raise_term(void)
{
	raise(SIGTERM);
}

static void raise_kill(void)
{
	kill(getpid(), SIGKILL);
}

static void closed_pipe(void)
{
	int ends[2];

	if (pipe(ends) || close(ends[0]) || write(ends[1], "x", 1))
		exit(1);
}

static void exit_1(void)
{
	exit(1);
}

static void exit_300(void)
{
	syscall(SYS_exit, 300);
}

static void exit_255(void)
{
	_exit(-1);
}

static const struct {
	const char *name;
	void (*function)(void);
} ends[] = {
	{ "read-null", read_null },
	{ "write-null", write_null },
	{ "write-constant", write_constant },
	{ "write-protected", write_protected },
	{ "read-unmapped", read_unmapped },
	{ "write-before-hole", write_before_hole },
	{ "single-step", single_step },
	{ "run-data", run_data },
	{ "jump-wild", jump_wild },
	{ "jump-null", jump_null },
	{ "non-canonical", non_canonical },
	{ "kernel-half", kernel_half },
	{ "undefined", undefined },
	{ "divide", divide },
	{ "privileged", privileged },
	{ "breakpoint", breakpoint },
	{ "past-file", past_file },
	{ "overflow", overflow },
	{ "abort", abort },
	{ "raise-term", raise_term },
	{ "raise-kill", raise_kill },
	{ "closed-pipe", closed_pipe },
	{ "exit-1", exit_1 },
	{ "exit-300", exit_300 },
	{ "exit-255", exit_255 },
};

int main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (argc > 1 && strcmp(argv[1], ends[i].name) == 0) {
			printf("before\n");
			fflush(stdout);
			ends[i].function();
		} else if (argc == 1) {
			puts(ends[i].name);
		}
	}
	return argc > 1 ? 99 : 0;
}
