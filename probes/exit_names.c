/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <asm/kvm.h>
#define XM_VECTOR 19 /* SIMD exception: the headers stop short of it */
#include <asm/svm.h>
#include <asm/vmx.h>
#include <stdio.h>

#include "probes/trace.h"

/*
 * Names of the reasons for which the processor left a guest, from the kernel's own headers: one table for
 * VMX, one for SVM. A software backend (kvm_pvm) tells of no such exits, only of those to the monitor.
 */
static const struct reason {
	uint32_t number;
	const char *name;
} vmx[] = { VMX_EXIT_REASONS }, svm[] = { SVM_EXIT_REASONS };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define VMX_BASIC    0xffffu /* above are flags: SDM volume 3, 24.9.1 */

static const char *find(const struct reason *table, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].name;
	return NULL;
}

const char *trace_exit_name(uint64_t value, char *text, size_t size)
{
	uint32_t number = (uint32_t)value;
	const char *name = value >> 32 == TRACE_VMX   ? find(vmx, COUNT(vmx), number & VMX_BASIC)
			   : value >> 32 == TRACE_SVM ? find(svm, COUNT(svm), number)
						      : NULL;

	if (name)
		return name;
	snprintf(text, size, "reason %#x", number);
	return text;
}
