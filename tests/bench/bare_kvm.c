/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */

/*
 * What a port write costs that ends in the host's user space, and one that ends in its kernel, measured by
 * hand: a vCPU in ring 3, a loop of KVM_RUN and nothing of vmtax. The guest writes to either port in turns,
 * in batches between two readings of the TSC. Usage: bare_kvm [BATCHES]; prints "batch,name,ns".
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MEMORY	  (2u << 20)
#define TABLES	  0x1000 /* of pages, one after the other: PML4, PDPT, PD */
#define GDT	  0x4000
#define TSS	  0x5000
#define CODE	  0x10000
#define RESULTS	  0x20000
#define WRITES	  20
#define MOST	  ((MEMORY - RESULTS) / 16)
#define TO_USER	  0x2f0 /* ports: nobody's, an ioeventfd's, and what ends the guest */
#define TO_KERNEL 0x2f1
#define THE_END	  0x2f2

extern const char guest_begin[], guest_end[];

/* R9 batches; each writes WRITES times to either port and leaves the ticks of both at RDI. */
__asm__(".pushsection .rodata\n"
	".globl guest_begin, guest_end\n"
	"guest_begin:\n"
	"	mov $0x2f0, %esi\n"
	"1:	mov %esi, %edx\n"
	"	lfence\n"
	"	rdtsc\n"
	"	shl $32, %rdx\n"
	"	lea (%rax, %rdx), %r8\n"
	"	mov %esi, %edx\n"
	"	mov $20, %ecx\n"
	"2:	out %al, %dx\n"
	"	dec %ecx\n"
	"	jnz 2b\n"
	"	lfence\n"
	"	rdtsc\n"
	"	shl $32, %rdx\n"
	"	add %rdx, %rax\n"
	"	sub %r8, %rax\n"
	"	mov %rax, (%rdi)\n"
	"	add $8, %rdi\n"
	"	xor $1, %esi\n"
	"	test $1, %esi\n"
	"	jnz 1b\n"
	"	dec %r9\n"
	"	jnz 1b\n"
	"	mov $0x2f2, %edx\n"
	"	out %al, %dx\n"
	"3:	jmp 3b\n"
	"guest_end:\n"
	".popsection\n");

/* What is less than 0 has failed. */
static int must(int result, const char *what)
{
	if (result >= 0)
		return result;
	perror(what);
	exit(strcmp(what, "/dev/kvm") == 0 ? 77 : 1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Ticks of the TSC a nanosecond, over 50 ms. */
static double ticks_a_ns(void)
{
	double begun = now(), elapsed;
	uint64_t first = __builtin_ia32_rdtsc();

	do
		elapsed = now() - begun;
	while (elapsed < 50e6);
	return (double)(__builtin_ia32_rdtsc() - first) / elapsed;
}

/* One page of 2 MiB that ring 3 may use, descriptors, and a TSS that allows no port: IOPL does. */
static void fill_memory(uint8_t *memory)
{
	uint64_t *tables = (uint64_t *)(memory + TABLES), *gdt = (uint64_t *)(memory + GDT);

	tables[0] = TABLES + 0x1007;
	tables[512] = TABLES + 0x2007;
	tables[1024] = 0x87;
	gdt[3] = 0x00affb000000ffffull;
	gdt[4] = 0x00cff3000000ffffull;
	gdt[6] = 0x0000890000000067ull | (uint64_t)TSS << 16;
	memcpy(memory + CODE, guest_begin, (size_t)(guest_end - guest_begin));
}

static void set_cpuid(int kvm, int vcpu)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry[256];
	} cpuid = { .head.nent = 256 };

	must(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, &cpuid), "KVM_GET_SUPPORTED_CPUID");
	must(ioctl(vcpu, KVM_SET_CPUID2, &cpuid), "KVM_SET_CPUID2");
}

static void set_registers(int vcpu, uint64_t batches)
{
	struct kvm_segment code = { .limit = 0xffffffff,
				    .selector = 0x1b,
				    .type = 11,
				    .present = 1,
				    .dpl = 3,
				    .s = 1,
				    .l = 1,
				    .g = 1 };
	struct kvm_segment data = { .limit = 0xffffffff,
				    .selector = 0x23,
				    .type = 3,
				    .present = 1,
				    .dpl = 3,
				    .db = 1,
				    .s = 1,
				    .g = 1 };
	struct kvm_regs regs = { .rip = CODE, .rflags = 0x3002, .rdi = RESULTS, .r9 = batches };
	struct kvm_sregs sregs;

	must(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.tr = (struct kvm_segment){
		.base = TSS, .limit = 0x67, .selector = 0x30, .type = 11, .present = 1
	};
	sregs.gdt.base = GDT;
	sregs.gdt.limit = 8 * 8 - 1;
	sregs.cr3 = TABLES;
	sregs.cr4 = 0x220;
	sregs.cr0 = 0x80050033;
	sregs.efer = 0xd01;
	must(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	must(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* A machine whose writes to TO_KERNEL end in an eventfd; its vCPU. */
static int build(int kvm, uint8_t *memory, uint64_t batches)
{
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY,
						      .userspace_addr = (uintptr_t)memory };
	int vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	struct kvm_ioeventfd doorbell = { .addr = TO_KERNEL,
					  .len = 1,
					  .fd = must(eventfd(0, EFD_CLOEXEC), "eventfd"),
					  .flags = KVM_IOEVENTFD_FLAG_PIO };
	int vcpu;

	must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	must(ioctl(vm, KVM_IOEVENTFD, &doorbell), "KVM_IOEVENTFD");
	vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	set_cpuid(kvm, vcpu);
	set_registers(vcpu, batches);
	return vcpu;
}

int main(int argc, char **argv)
{
	uint64_t batches = argc > 1 ? strtoull(argv[1], NULL, 10) : 30;
	int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm"), vcpu;
	uint8_t *memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const uint64_t *ticks = (const uint64_t *)(memory + RESULTS);
	struct kvm_run *run;
	double scale = ticks_a_ns() * WRITES;

	if (memory == MAP_FAILED || batches == 0 || batches > MOST)
		return 2;
	memset(memory, 0, MEMORY);
	fill_memory(memory);
	vcpu = build(kvm, memory, batches);
	run = mmap(NULL, (size_t)must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE"),
		   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		return 1;
	do
		must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
	while (run->exit_reason == KVM_EXIT_IO && run->io.port == TO_USER);
	if (run->exit_reason != KVM_EXIT_IO || run->io.port != THE_END) {
		fprintf(stderr, "bare_kvm: the guest left for reason %u\n", run->exit_reason);
		return 1;
	}
	puts("batch,name,ns");
	for (uint64_t i = 0; i < batches; i++)
		printf("%llu,user,%.1f\n%llu,kernel,%.1f\n", (unsigned long long)i + 1,
		       (double)ticks[2 * i] / scale, (unsigned long long)i + 1,
		       (double)ticks[2 * i + 1] / scale);
	return 0;
}
