/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "vmm/vmm_priv.h"

/*
 * What a vCPU needs before its first instruction (Intel SDM volume 3, chapters 3, 4, 7; volume 1, 19.5.2):
 * descriptor table, TSS with I/O bitmap, and the upper half of the page tables. The lower half is the guest
 * kernel's to fill. Everything is accessible to ring 3, because on a software backend the guest kernel runs
 * there.
 */
#define PRESENT	 1ull
#define WRITABLE 2ull
#define USER	 4ull
#define UNCACHED 0x10ull
#define LARGE	 0x80ull
#define TABLE	 (PRESENT | WRITABLE | USER)
#define GIB	 (1ull << 30)
#define TWO_MIB	 (1ull << 21)

#define TSS_BITMAP 0x68

static void set_descriptors(struct monitor *m)
{
	uint64_t *gdt = memory_at(m, ABI_GDT, 4096), tss = ABI_DIRECT + ABI_BLOCK + ABI_TSS;

	gdt[ABI_KERNEL_CS / 8] = 0x00af9b000000ffff;
	gdt[ABI_KERNEL_SS / 8] = 0x00cf93000000ffff;
	gdt[ABI_USER_SS / 8] = 0x00cff3000000ffff;
	gdt[ABI_USER_CS / 8] = 0x00affb000000ffff;
	gdt[ABI_TR / 8] =
		0x0000890000000000 | VCPU_TSS_LIMIT | (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
	gdt[ABI_TR / 8 + 1] = tss >> 32;
}

void tables_task(struct monitor *m, uint64_t block)
{
	uint8_t *tss = memory_at(m, block + ABI_TSS, VCPU_TSS_LIMIT + 1);
	uint64_t stack = ABI_DIRECT + block + ABI_RING0_STACK;
	uint16_t bitmap = TSS_BITMAP;

	memcpy(tss + 4, &stack, sizeof(stack));
	memcpy(tss + 102, &bitmap, sizeof(bitmap));
	memset(tss + TSS_BITMAP, 0xff, VCPU_TSS_LIMIT + 1 - TSS_BITMAP);
	tss[TSS_BITMAP + ABI_PORT_REQUEST / 8] = 0; /* our sixteen ports are open */
	tss[TSS_BITMAP + ABI_PORT_REQUEST / 8 + 1] = 0;
}

void tables_build(struct monitor *m)
{
	uint64_t *pml4 = memory_at(m, ABI_PML4, 4096), *pdpt = memory_at(m, ABI_PDPT, 4096);
	uint64_t *apic = memory_at(m, ABI_PD_APIC, 4096);

	set_descriptors(m);
	tables_task(m, ABI_BLOCK);
	pml4[511] = ABI_PDPT | TABLE;
	for (uint64_t gib = 0; gib * GIB < m->memory_bytes; gib++) {
		uint64_t gpa = gib == 0 ? ABI_PD_KERNEL : ABI_PD_APIC + gib * 4096;
		uint64_t *directory = memory_at(m, gpa, 4096);

		for (uint64_t i = 0; i < 512 && gib * GIB + i * TWO_MIB < m->memory_bytes; i++)
			directory[i] = (gib * GIB + i * TWO_MIB) | TABLE | LARGE;
		pdpt[gib] = gpa | TABLE;
	}
	pdpt[510] = ABI_PD_KERNEL | TABLE; /* -2 GiB */
	pdpt[ABI_APIC / GIB] = ABI_PD_APIC | TABLE;
	if (m->options->event)
		apic[ABI_DEVICE % GIB / TWO_MIB] = ABI_DEVICE | TABLE | LARGE | UNCACHED;
	apic[ABI_APIC % GIB / TWO_MIB] = ABI_APIC | TABLE | LARGE | UNCACHED;
}
