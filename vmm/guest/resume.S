/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
/* Faults, in ring 3, and ways back to the program with all its registers as they were, or as a signal wants them. */
#include "vmm/guest_abi.h"

/* As in entry.S. */
#define FRAME_RIP    16
#define FRAME_FLAGS  32
#define FRAME_RSP    40
#define BLOCK_MASK	 (-ABI_BLOCK_SIZE)
#define VCPU_FAULT	 ABI_SELF
#define VCPU_ADDRESS	 (ABI_SELF + 56)

	.text

/*
 * Ring 3, on the fault stack. A fault of the program moves to the call stack, which is empty then, so that the
 * kernel can fault in turn. fault_handle returns when the program is to go on.
 */
	.globl fault_entry
fault_entry:
	cld
	sub	$40, %rsp		/* for iretq */
	push	%rax
	mov	%rsp, %rax
	and	$BLOCK_MASK, %rax
	cmpq	$0, VCPU_FAULT + FRAME_RIP(%rax)
	js	1f
	lea	ABI_CALL_STACK(%rax), %rsp
	sub	$40, %rsp
	push	ABI_FAULT_STACK - 48(%rax)
1:	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	lea	VCPU_FAULT(%rax), %rdi
	mov	FRAME_RIP(%rdi), %rcx
	mov	%rcx, 120(%rsp)
	movq	$ABI_USER_CS, 128(%rsp)
	mov	FRAME_FLAGS(%rdi), %rcx
	mov	%rcx, 136(%rsp)
	mov	FRAME_RSP(%rdi), %rcx
	mov	%rcx, 144(%rsp)
	movq	$ABI_USER_SS, 152(%rsp)
	mov	VCPU_ADDRESS(%rax), %rsi
	mov	%rsp, %rdx
	call	fault_handle		/* (const struct fault_frame *, uint64_t address, struct registers *) */
	jmp	registers_pop

/* registers_load(const struct registers *): goes on as they say, in ring 3. */
	.globl registers_load
registers_load:
	mov	%rdi, %rsp
registers_pop:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	iretq				/* from ring 3 too */
