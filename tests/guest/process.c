/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <elf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "tests/guest/guest.h"

/* What a program finds at its start: arguments, environment, auxiliary vector, stack, identity. */
extern char **environ;

static void show_strings(const char *name, char **list)
{
	for (int i = 0; list[i]; i++)
		printf("%s %d <%s>\n", name, i, list[i]);
}

static void test_auxv(char **argv)
{
	const Elf64_Phdr *p = (const void *)getauxval(AT_PHDR);
	const unsigned char *random = (const void *)getauxval(AT_RANDOM);
	bool loads = false;

	CHECK_EQUAL(getauxval(AT_PAGESZ), 4096);
	CHECK_EQUAL(getauxval(AT_PHENT), sizeof(Elf64_Phdr));
	for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
		loads |= p[i].p_type == PT_LOAD;
	CHECK(loads);
	CHECK(random != NULL && memcmp(random, "\0\0\0\0\0\0\0\0", 8) != 0);
	CHECK(strcmp((const char *)getauxval(AT_EXECFN), argv[0]) == 0);
	CHECK(strcmp((const char *)getauxval(AT_PLATFORM), "x86_64") == 0);
	CHECK_EQUAL(getauxval(AT_UID), getuid());
	CHECK_EQUAL(getauxval(AT_EGID), getegid());
	CHECK_EQUAL(getauxval(AT_SECURE), 0);
	CHECK_EQUAL(getauxval(AT_CLKTCK), 100);
	CHECK(getauxval(AT_ENTRY) != 0);
	CHECK(getauxval(AT_HWCAP) != 0);
}

/* A stack grows down to its limit, and holds what is put there. */
static int deep(int n)
{
	volatile char page[4096];

	page[0] = (char)n;
	page[4095] = (char)n;
	return n == 0 ? 0 : page[0] - (char)n + page[4095] - (char)n + deep(n - 1);
}

static void test_identity(void)
{
	struct utsname u;
	struct stat info;
	char self[64];

	CHECK_EQUAL(uname(&u), 0);
	printf("uname %s %s %s %s\n", u.sysname, u.nodename, u.release, u.machine);
	printf("ids %d %d %d %d\n", (int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid());
	CHECK(getpid() > 1 && getppid() > 0);
	CHECK_EQUAL(syscall(SYS_gettid), getpid());
	snprintf(self, sizeof(self), "/proc/%d", (int)getpid());
	CHECK_EQUAL(stat(self, &info), 0);
	/* No descriptor is taken by what the program does not know of. */
	for (int i = 0; i < 3; i++)
		printf("descriptor %d\n", open("/dev/null", O_RDONLY));
	CHECK_FAILS(syscall(SYS_uname, 8), EFAULT);
	CHECK_FAILS(syscall(400), ENOSYS);
	CHECK_FAILS(syscall(100000), ENOSYS);
}

/* Registers a system call must leave alone, and the red zone below the stack pointer. */
static void test_registers(void)
{
	unsigned long number = SYS_getppid, kept, zone;

	__asm__ volatile("mov $0x1122334455667788, %%r12\n\t"
			 "mov %%r12, -8(%%rsp)\n\t"
			 "movq %%r12, %%xmm5\n\t"
			 "mov %%r12, %%rdx\n\t"
			 "syscall\n\t"
			 "mov -8(%%rsp), %1\n\t"
			 "movq %%xmm5, %%rdi\n\t"
			 "cmp %%r12, %%rdi\n\t"
			 "cmovne %%rdi, %1\n\t"
			 "cmp %%r12, %%rdx\n\t"
			 "cmovne %%rdx, %1\n\t"
			 "mov %%r12, %0\n\t"
			 : "=&r"(kept), "=&r"(zone), "+a"(number)
			 :
			 : "r12", "rcx", "r11", "rdi", "rdx", "xmm5", "memory", "cc");
	CHECK(kept == 0x1122334455667788);
	CHECK(zone == 0x1122334455667788);
	CHECK_EQUAL(number, getppid());
}

int main(int argc, char **argv)
{
	printf("argc %d\n", argc);
	show_strings("argv", argv + 1);
	show_strings("env", environ);
	test_auxv(argv);
	CHECK(deep(1000) == 0);
	CHECK(((uintptr_t)__builtin_frame_address(0) & 15) == 0);
	test_identity();
	test_registers();
	return check_end();
}
