/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
/*
 * Ways into and out of the guest kernel. On VMX and SVM a system call arrives in ring 0; on a software backend
 * (kvm_pvm) `syscall` jumps to LSTAR in ring 3 and ring-0 code is emulated, an instruction at a time. So system
 * calls and faults are handled by code that runs in either ring, and what runs in ring 0 only is a few instructions.
 */
#include "vmm/guest_abi.h"

/* The exception frame the processor pushes, after the vector and error code that the stubs push. */
#define FRAME_VECTOR 0
#define FRAME_ERROR  8
#define FRAME_RIP    16
#define FRAME_CS     24
#define FRAME_FLAGS  32
#define FRAME_RSP    40
#define FRAME_SS     48

/* struct vcpu, from the start of the block the stack lies in. */
#define BLOCK_MASK	 (-ABI_BLOCK_SIZE)
#define VCPU_FAULT	 ABI_SELF
#define VCPU_ADDRESS	 (ABI_SELF + 56)
#define VCPU_INTERRUPTS (ABI_SELF + 64)
#define VCPU_FRAME	 (ABI_SELF + 72)

	.text

/* The monitor enters here: ring 3, interrupts on, %rsp at the top of the call stack. */
	.globl kernel_start
kernel_start:
	mov	%rsp, %rax
	and	$BLOCK_MASK, %rax
	mov	VCPU_FRAME(%rax), %rdi
	test	%rdi, %rdi
	jnz	thread_resume
	call	kernel_boot		/* (void) -> struct abi_boot * */
	mov	16(%rax), %rcx		/* abi_boot.entry */
	mov	24(%rax), %rsp		/* abi_boot.stack */
	xor	%eax, %eax
	xor	%ebx, %ebx
	xor	%edx, %edx
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
	out	%al, $ABI_PORT_ENTER
	jmp	*%rcx

/* thread_resume(frame): enters a thread with the registers of FRAME, which lies at the top of this call stack. */
	.globl thread_resume
thread_resume:
	mov	%rdi, %rsp
	call	thread_begin
	xor	%eax, %eax
	jmp	syscall_leave

/* The system call touched memory that is the program's no more. */
	.globl syscall_fault
syscall_fault:
	mov	$-14, %rax		/* EFAULT */
	jmp	syscall_leave

/*
 * LSTAR points at a copy of this in the vCPU's own page, whose data it reaches relative to RIP: no scratch
 * register, no GS, nothing pushed on the program's stack (whose red zone is live).
 */
	.globl trampoline, trampoline_end
	.balign 64
trampoline:
	mov	%rsp, trampoline + ABI_VCPU_DATA(%rip)
	mov	trampoline + ABI_VCPU_DATA + 8(%rip), %rsp
	pushq	trampoline + ABI_VCPU_DATA(%rip)
	jmp	*trampoline + ABI_VCPU_DATA + 16(%rip)
trampoline_end:

/* Stack: the program's rsp. rcx: its rip; r11: its flags; the rest as the system call ABI has it. */
	.globl syscall_entry
	.balign 16
syscall_entry:
	cld
	push	%r11
	push	%rcx
	push	%r9
	push	%r8
	push	%r10
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rax
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbp
	push	%rbx
	mov	%rsp, %rdi
	call	syscall_dispatch	/* (struct syscall_frame *) -> rax */
	.globl syscall_leave
syscall_leave:
	mov	%rsp, %rcx
	and	$BLOCK_MASK, %rcx
	cmpl	$0, ABI_VCPU_WORK(%rcx)
	jne	2f
	pop	%rbx
	pop	%rbp
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$8, %rsp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%r10
	pop	%r8
	pop	%r9
	mov	%cs, %ecx
	test	$3, %cl
	pop	%rcx
	jz	1f
	popfq				/* on our own stack: sysretq faults in ring 3 */
	pop	%rsp
	jmp	*%rcx
1:	pop	%r11
	pop	%rsp
	sysretq
2:	mov	%rsp, %rdi
	mov	%rax, %rsi
	call	signal_after_syscall	/* (struct syscall_frame *, int64_t result); does not return */

/*
 * Exceptions arrive in ring 0, on RSP0's stack from ring 3 and on the current one from ring 0. The stub copies the
 * frame away (the next interrupt will overwrite RSP0's stack) and returns to fault_entry in ring 3.
 */
	.globl fault_stubs
	.balign 16
fault_stubs:
	.set	vector, 0
	.rept	32
	.balign 16
	.if	vector == 6
	jmp	undefined
	.else
	.if	(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21) == 0
	pushq	$0			/* these push no error code */
	.endif
	pushq	$vector
	jmp	fault_bounce
	.endif
	.set	vector, vector + 1
	.endr

	.balign 16
undefined:
	cmpq	$ring0_call, (%rsp)
	je	ring0_serve
	pushq	$0
	pushq	$6

fault_bounce:
	push	%rcx
	push	%rax
	mov	%rsp, %rcx
	and	$BLOCK_MASK, %rcx
	mov	16 + FRAME_VECTOR(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_VECTOR(%rcx)
	mov	16 + FRAME_ERROR(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_ERROR(%rcx)
	mov	16 + FRAME_RIP(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_RIP(%rcx)
	mov	16 + FRAME_CS(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_CS(%rcx)
	mov	16 + FRAME_FLAGS(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_FLAGS(%rcx)
	mov	16 + FRAME_RSP(%rsp), %rax
	mov	%rax, VCPU_FAULT + FRAME_RSP(%rcx)
	mov	%cr2, %rax
	mov	%rax, VCPU_ADDRESS(%rcx)
	add	$ABI_FAULT_STACK, %rcx
	andq	$~0x54500, 16 + FRAME_FLAGS(%rsp)	/* as a call clears them: AC RF NT DF TF */
	movq	$fault_entry, 16 + FRAME_RIP(%rsp)
	movq	$ABI_USER_CS, 16 + FRAME_CS(%rsp)
	mov	%rcx, 16 + FRAME_RSP(%rsp)
	movq	$ABI_USER_SS, 16 + FRAME_SS(%rsp)
	pop	%rax
	pop	%rcx
	add	$16, %rsp
	iretq

/* The interrupt of a completed request: counts, and ends it at the local APIC, or at what the monitor has. */
	.globl done_interrupt
	.balign 16
done_interrupt:
	push	%rax
	mov	%rsp, %rax
	and	$BLOCK_MASK, %rax
	incl	VCPU_INTERRUPTS(%rax)
	cmpq	$ring0_hlt, 8(%rsp)	/* before a hlt that waits for this: it must not be executed any more */
	je	2f
	cmpq	$halt_hlt, 8(%rsp)
	jne	3f
2:	incq	8(%rsp)
3:
	cmpb	$0, apic_present(%rip)
	je	1f
	mov	$(ABI_DIRECT + ABI_APIC + 0xb0), %rax
	movl	$0, (%rax)
	pop	%rax
	iretq
1:	out	%al, $ABI_PORT_EOI
	pop	%rax
	iretq

/* The timer's: threads have a vCPU each, so nothing is to be scheduled, and time is read, not counted. */
	.globl tick_interrupt
	.balign 16
tick_interrupt:
	push	%rax
	jmp	3b

/*
 * ring0_request(operation, count): has ring 0 do what ring 3 may not, through an undefined instruction at a known
 * place. 0: drop every translation. 1: halt until an interrupt, unless one has come since there were COUNT.
 * 2: return with interrupts on, which a system call has turned off.
 * ring0_run(function, argument): operation 3, the call of a C function, with interrupts off.
 */
	.globl ring0_run
	.balign 16
ring0_run:
	mov	%rdi, %rax
	mov	%rsi, %rcx
	mov	$3, %edi
	jmp	ring0_call

	.globl ring0_request
	.balign 16
ring0_request:
	mov	%esi, %edx
	.globl	ring0_call, ring0_serve
ring0_call:
	ud2
	ret

	.balign 16
ring0_serve:
	addq	$2, (%rsp)
	test	%edi, %edi
	jnz	1f
	mov	%cr3, %rax
	mov	%rax, %cr3
	iretq
1:	cmp	$1, %edi
	jne	3f
	mov	%rsp, %rax
	and	$BLOCK_MASK, %rax
	cmp	VCPU_INTERRUPTS(%rax), %edx
	jne	2f
	sti
ring0_hlt:
	hlt
2:	iretq
3:	cmp	$3, %edi
	je	4f
	orl	$0x200, 16(%rsp)
	iretq
4:	mov	%rcx, %rdi
	sub	$8, %rsp		/* the processor has aligned the frame */
	call	*%rax
	add	$8, %rsp
	iretq

	.bss
	.globl apic_present
apic_present:
	.skip	1
