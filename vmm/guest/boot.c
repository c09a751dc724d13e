/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/event.h"

/* From the monitor's boot information to a program ready to enter. */
extern const char vdso_image[], vdso_image_end[];
extern const char trampoline[], trampoline_end[], fault_stubs[], done_interrupt[], tick_interrupt[],
	syscall_entry[], fault_entry[];
void syscall_init(void);

/* Interrupt gates to ring 0; int3 and into may be used by the program. */
void boot_gate(unsigned vector, const char *handler, unsigned privilege)
{
	uint64_t *gate = (uint64_t *)at(ABI_IDT) + 2 * vector, address = (uint64_t)handler;

	gate[0] = (address & 0xffff) | (uint64_t)ABI_KERNEL_CS << 16 | (0x8e00ull | privilege << 13) << 32 |
		  (address >> 16 & 0xffff) << 48;
	gate[1] = address >> 32;
}

static void set_vectors(void)
{
	for (unsigned i = 0; i < 32; i++)
		boot_gate(i, fault_stubs + 16 * i, i == 3 || i == 4 ? 3 : 0);
	boot_gate(ABI_VECTOR_DONE, done_interrupt, 0);
	boot_gate(ABI_VECTOR_TICK, tick_interrupt, 0);
	apic_present = BOOT->apic;
	BOOT->kick_entry = (uint64_t)fault_entry;
}

/* The system call entry of the vCPU whose block lies at GPA. */
void boot_trampoline(uint64_t gpa)
{
	struct abi_vcpu_data *data = at(gpa + ABI_VCPU_DATA);

	memcpy(at(gpa), trampoline, (size_t)(trampoline_end - trampoline));
	data->kernel_stack = ABI_DIRECT + gpa + ABI_CALL_STACK;
	data->entry = (uint64_t)syscall_entry;
	data->blocked = ~0ull; /* until its thread says otherwise */
}

/* With clock=exit a reading is to cost an exit. The pages are no area: nobody is to have them back. */
static void map_vdso(void)
{
	uint64_t pages = (uint64_t)(vdso_image_end - vdso_image) / PAGE;

	if (BOOT->clock_exit)
		return;
	tables_map(ABI_VDSO_TIME, ABI_TIME, 1, ABI_READ);
	tables_map(ABI_VDSO, (uint64_t)vdso_image - ABI_KERNEL, pages, ABI_READ | ABI_EXECUTE);
}

struct abi_boot *kernel_boot(void);
struct abi_boot *kernel_boot(void)
{
	if (BOOT->meets) /* first: the driver who answers serves no request before */
		meeting_attend();
	set_vectors();
	boot_trampoline(ABI_BLOCK);
	syscall_init();
	pages_init(BOOT->free_gpa, BOOT->memory_bytes);
	cache_init();
	if (BOOT->bench)
		bench_run();
	memory_init();
	map_vdso();
	memory_heap(BOOT->heap);
	signal_init();
	if (BOOT->event)
		events_run();
	return BOOT;
}
