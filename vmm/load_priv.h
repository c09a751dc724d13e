/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_LOAD_PRIV_H
#define VMM_LOAD_PRIV_H

/* The guest kernel of a monitor that has executed itself, which might not find it by its name any more. */
#define KERNEL_FD "/proc/self/fd/%d"

/* How kernel and program come into guest memory. */
#include <stdint.h>

struct error;
struct monitor;

/* elf.c: executables. */
struct image {
	uint64_t entry;	       /* absolute */
	uint64_t low, high;    /* whole pages, absolute */
	uint64_t bias;	       /* added to the file's addresses (static PIE) */
	uint64_t headers;      /* address of the program headers, 0 where they are not loaded */
	char interpreter[256]; /* path of the program's dynamic linker; "" for a static one */
	uint32_t header_count;
	uint32_t segments;
	struct {
		uint64_t address, file_bytes, bytes, offset;
		uint32_t protection;
	} segment[32];
};
enum elf_role { ELF_PROGRAM, ELF_INTERPRETER, ELF_KERNEL };
/* Reads and checks the headers of PATH open as FD, which is to be loaded as ROLE. */
int elf_read(int fd, const char *path, enum elf_role role, struct image *image, struct error *error);

/* layout.c: where the parts of a program lie, drawn anew at each call as the host's kernel would. */
uint64_t layout_image(enum elf_role role); /* one that may lie anywhere: its bias */
uint64_t layout_heap(uint64_t end);	   /* where brk begins, behind a program that ends at END */
uint64_t layout_mappings(void);		   /* below which mmap finds room */
uint64_t layout_stack(void);		   /* the stack's highest address */
uint64_t layout_skew(uint64_t bytes);	   /* bytes to leave on one of so many: a multiple of 16 */

/* load.c: puts kernel, program, stack and boot information into guest memory. */
int load_kernel(struct monitor *m);
/* PROGRAM, and its INTERPRETER unless it is static: open as FDs, the first -1 where there is none. */
int load_program(struct monitor *m, const int fd[2], const struct image image[2]);

/* proc.c */
void proc_open(struct monitor *m, int fd); /* the program is the executable open as FD */
/* Where in the monitor's address space what /proc tells of the program lies. */
struct proc_shown {
	struct proc_range {
		uint64_t start, end;
	} arguments, environment, auxiliary;
};
void proc_show(const struct proc_shown *shown);

/* stack.c */
int stack_build(struct monitor *m, const struct image image[2]); /* program, interpreter */

/* tables.c: descriptor tables, TSS and page tables the vCPU starts with. */
void tables_build(struct monitor *m);
void tables_task(struct monitor *m, uint64_t block); /* a TSS: RSP0 and ports */
#define VCPU_TSS_LIMIT (0x68 + 32) /* a bit for each of 256 ports; one byte of ones ends the bitmap */

#endif
