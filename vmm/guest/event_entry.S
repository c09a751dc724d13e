/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
/* Handlers of exceptions and interrupts whose cost is measured: as short as they can be. */
#include "vmm/guest_abi.h"

	.text

/* div %eax and ud2 are two bytes long; int3 has been stepped over. */
	.globl event_divide, event_undefined, event_breakpoint
	.balign 16
event_divide:
	addq	$2, (%rsp)
	iretq

/* The way into ring 0 is an undefined instruction as well. */
	.balign 16
event_undefined:
	cmpq	$ring0_call, (%rsp)
	je	ring0_serve
	addq	$2, (%rsp)
	iretq

	.balign 16
event_breakpoint:
	iretq

/* A page fault: the page is there, but its entry in event_entries, one a page from event_base on, says it is not. */
	.globl event_page_fault
	.balign 16
event_page_fault:
	add	$8, %rsp		/* the error code */
	push	%rax
	push	%rcx
	mov	%cr2, %rax
	mov	%rax, %rcx
	sub	event_base(%rip), %rcx
	shr	$12, %rcx
	shl	$3, %rcx
	add	event_entries(%rip), %rcx
	orq	$1, (%rcx)
	invlpg	(%rax)
	pop	%rcx
	pop	%rax
	iretq

/* An interrupt whose end at the local APIC is timed, and what timing takes by itself. */
	.globl event_complete
	.balign 16
event_complete:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	rdtsc
	mov	%eax, %ebx
	rdtsc
	mov	%eax, %ecx
	sub	%ebx, %ecx
	mov	%rcx, event_complete_empty(%rip)
	mov	$(ABI_DIRECT + ABI_APIC + 0xb0), %rcx
	rdtsc
	mov	%eax, %ebx
	movl	$0, (%rcx)
	rdtsc
	sub	%ebx, %eax
	mov	%rax, event_complete_ticks(%rip)
	incl	event_complete_count(%rip)
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq

/* Another vCPU is to forget one translation and say so. */
	.globl event_shootdown
	.balign 16
event_shootdown:
	push	%rax
	mov	event_base(%rip), %rax
	invlpg	(%rax)
	mov	$(ABI_DIRECT + ABI_APIC + 0xb0), %rax
	movl	$0, (%rax)
	incl	event_shot(%rip)
	pop	%rax
	iretq

	.bss
	.balign 64
	.globl event_base, event_entries, event_complete_empty, event_complete_ticks, event_complete_count, event_shot
event_base:
	.skip	8
event_entries:
	.skip	8
event_complete_empty:
	.skip	8
event_complete_ticks:
	.skip	8
event_complete_count:
	.skip	4
	.balign 64
event_shot:
	.skip	4
