/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
/* The vDSO as the kernel carries it, in pages of its own. VDSO is the file the linker made. */
	.section .rodata
	.globl vdso_image, vdso_image_end
	.balign 4096
vdso_image:
	.incbin VDSO
	.balign 4096
vdso_image_end:
