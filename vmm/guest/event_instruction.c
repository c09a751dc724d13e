/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/* Privileged instructions, in ring 0, and exceptions that the guest handles by stepping over what raised
 * them. */
#define MSR_APIC_BASE 0x1b /* every hypervisor intercepts it */
#define CR0_WP	      (1ull << 16)
#define CR4_PGE	      (1ull << 7)

/* N times INSTRUCTIONS. */
#define REPEAT(instructions, ...)                                                                            \
	__asm__ volatile("1:\n\t" instructions "\n\tdec %0\n\tjnz 1b"                                        \
			 : "+r"(n)                                                                           \
			 : __VA_ARGS__                                                                       \
			 : "cc", "memory", "rax", "rcx", "rdx")

extern const char event_divide[], event_undefined[], event_breakpoint[]; /* event_entry.S: the handlers */

static uint64_t apic_base;

static void read_msr(uint64_t n)
{
	REPEAT("mov $0x1b, %%ecx\n\trdmsr", "r"(0ull));
}

static void load_msr(uint64_t n)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
	apic_base = (uint64_t)high << 32 | low;
	(void)n;
}

/* What it holds already. */
static void ready_msr(void)
{
	ring0_run(load_msr, 0);
}

static void write_msr(uint64_t n)
{
	REPEAT("mov $0x1b, %%ecx\n\tmov %1, %%rax\n\tmov %1, %%rdx\n\tshr $32, %%rdx\n\twrmsr",
	       "r"(apic_base));
}

static void write_cr0(uint64_t n)
{
	uint64_t on, off;

	__asm__ volatile("mov %%cr0, %0" : "=r"(on));
	off = on & ~CR0_WP;
	REPEAT("mov %1, %%cr0\n\tmov %2, %%cr0", "r"(off), "r"(on));
}

static void write_cr3(uint64_t n)
{
	uint64_t root;

	__asm__ volatile("mov %%cr3, %0" : "=r"(root));
	REPEAT("mov %1, %%cr3", "r"(root));
}

static void write_cr4(uint64_t n)
{
	uint64_t off, on;

	__asm__ volatile("mov %%cr4, %0" : "=r"(off));
	on = off | CR4_PGE;
	REPEAT("mov %1, %%cr4\n\tmov %2, %%cr4", "r"(on), "r"(off));
}

static void write_cr8(uint64_t n)
{
	REPEAT("mov %1, %%cr8", "r"(0ull));
}

static void write_debug(uint64_t n)
{
	REPEAT("mov %1, %%db0", "r"(0ull));
}

static void drop_page(uint64_t n)
{
	REPEAT("invlpg (%1)", "r"(at(ABI_FLUSH)));
}

static void write_back(uint64_t n)
{
	REPEAT("wbinvd", "r"(0ull));
}

/* Asks for nothing a hypervisor knows (KVM_HC_VAPIC_POLL_IRQ, which does nothing). */
static void call_intel(uint64_t n)
{
	REPEAT("mov $1, %%eax\n\tvmcall", "r"(0ull));
}

static void call_amd(uint64_t n)
{
	REPEAT("mov $1, %%eax\n\tvmmcall", "r"(0ull));
}

static void call(uint64_t n)
{
	uint32_t leaf = 0, name, other;

	__asm__ volatile("cpuid" : "+a"(leaf), "=b"(name), "=c"(other) : : "edx");
	if (name == 0x68747541 || name == 0x6f677948) /* "Auth"enticAMD, "Hygo"nGenuine */
		call_amd(n);
	else
		call_intel(n);
}

static void divide(uint64_t n)
{
	REPEAT("xor %%eax, %%eax\n\tcltd\n\tdiv %%eax", "r"(0ull)); /* 2 bytes */
}

static void undefined(uint64_t n)
{
	REPEAT("ud2", "r"(0ull));
}

static void breakpoint(uint64_t n)
{
	REPEAT("int3", "r"(0ull));
}

static void ready_divide(void)
{
	boot_gate(0, event_divide, 0);
}

static void ready_undefined(void)
{
	boot_gate(6, event_undefined, 0);
}

static void ready_breakpoint(void)
{
	boot_gate(3, event_breakpoint, 3);
}

const struct event events_instruction[ABI_EVENT_COUNT] = {
	[ABI_EVENT_rdmsr] = { .ring0 = read_msr },
	[ABI_EVENT_wrmsr] = { .ring0 = write_msr, .ready = ready_msr },
	[ABI_EVENT_cr0] = { .ring0 = write_cr0, .times = 2 },
	[ABI_EVENT_cr3] = { .ring0 = write_cr3 },
	[ABI_EVENT_cr4] = { .ring0 = write_cr4, .times = 2 },
	[ABI_EVENT_cr8] = { .ring0 = write_cr8 },
	[ABI_EVENT_debug_register] = { .ring0 = write_debug },
	[ABI_EVENT_invlpg] = { .ring0 = drop_page },
	[ABI_EVENT_wbinvd] = { .ring0 = write_back },
	[ABI_EVENT_hypercall] = { .ring0 = call },
	[ABI_EVENT_divide] = { .ring3 = divide, .ready = ready_divide },
	[ABI_EVENT_undefined] = { .ring3 = undefined, .ready = ready_undefined },
	[ABI_EVENT_breakpoint] = { .ring3 = breakpoint, .ready = ready_breakpoint },
};
