/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/check.h"
#include "vmm/vmm_priv.h"

/* The loader's reading of executables: what it takes from a good one, and what it says of each kind of bad
 * one. */
struct file {
	Elf64_Ehdr header;
	Elf64_Phdr program[2];
	unsigned char text[64];
};

static struct file good(void)
{
	struct file f = {
		.header = { .e_type = ET_EXEC,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_entry = 0x401010,
			    .e_phoff = offsetof(struct file, program),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 2 },
		.program = { { .p_type = PT_LOAD,
			       .p_flags = PF_R | PF_X,
			       .p_vaddr = 0x401000,
			       .p_filesz = 240,
			       .p_memsz = 240,
			       .p_align = 4096 },
			     { .p_type = PT_LOAD,
			       .p_flags = PF_R | PF_W,
			       .p_vaddr = 0x402000,
			       .p_filesz = 64,
			       .p_memsz = 8192,
			       .p_align = 4096 } },
	};

	memcpy(f.header.e_ident, ELFMAG "\2\1\1", 7);
	return f;
}

static enum elf_role role; /* of what is read; a program unless a test says otherwise */

static int read_bytes(const void *bytes, size_t size, struct image *image, struct error *error)
{
	int fd = memfd_create("elf", MFD_CLOEXEC), code;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	memset(error, 0, sizeof(*error));
	code = elf_read(fd, "program", role, image, error);
	close(fd);
	return code;
}

/* Expects FILE to be refused with WHAT in the message, and a mend. */
static void refused(const struct file *file, size_t size, const char *what)
{
	struct image image;
	struct error error;

	CHECK(read_bytes(file, size, &image, &error) < 0);
	CHECK(strstr(error.what, what) != NULL);
	CHECK_STR(error.where, "program");
	CHECK(error.mend[0] != '\0');
}

static void test_good(void)
{
	struct file f = good();
	struct image image;
	struct error error;

	CHECK_INT(read_bytes(&f, sizeof(f), &image, &error), 0);
	CHECK_INT(image.segments, 2);
	CHECK_INT(image.entry, 0x401010);
	CHECK_INT(image.low, 0x401000);
	CHECK_INT(image.high, 0x404000);
	CHECK_INT(image.headers, 0x401000 + offsetof(struct file, program));
	CHECK_INT(image.segment[0].protection, ABI_READ | ABI_EXECUTE);
	CHECK_INT(image.segment[1].protection, ABI_READ | ABI_WRITE);
}

static void test_static_pie_is_moved(void)
{
	struct file f = good();
	struct image image;
	struct error error;

	f.header.e_type = ET_DYN;
	CHECK_INT(read_bytes(&f, sizeof(f), &image, &error), 0);
	CHECK(image.bias != 0);
	CHECK_INT(image.entry, 0x401010 + image.bias);
}

static void test_not_elf(void)
{
	struct file f = good();

	refused(&f, 0, "not an ELF");
	refused(&f, 20, "truncated");
	f.header.e_ident[0] = 'M';
	refused(&f, sizeof(f), "not an ELF");
	memcpy(f.header.e_ident, "#!/bin/sh\n", 10);
	refused(&f, sizeof(f), "script");
}

static void test_other_machines(void)
{
	struct file f = good();

	f.header.e_ident[EI_CLASS] = ELFCLASS32;
	refused(&f, sizeof(f), "32-bit");
	f = good();
	f.header.e_machine = EM_AARCH64;
	refused(&f, sizeof(f), "another processor");
	f = good();
	f.header.e_type = ET_REL;
	refused(&f, sizeof(f), "not an executable");
}

static void test_dynamic(void)
{
	struct file f = good();
	struct image image;
	struct error error;

	f.program[1].p_type = PT_INTERP;
	f.program[1].p_offset = offsetof(struct file, text);
	f.program[1].p_filesz = sizeof("/lib/ld.so");
	memcpy(f.text, "/lib/ld.so", sizeof("/lib/ld.so"));
	CHECK_INT(read_bytes(&f, sizeof(f), &image, &error), 0);
	CHECK_STR(image.interpreter, "/lib/ld.so");
	role = ELF_INTERPRETER;
	refused(&f, sizeof(f), "dynamic linker");
	role = ELF_PROGRAM;
	f.program[1].p_filesz--; /* without its end */
	refused(&f, sizeof(f), "absurd dynamic linker");
	f.program[1].p_filesz = 100000;
	refused(&f, sizeof(f), "absurd dynamic linker");
}

static void test_absurd_headers(void)
{
	struct file f = good();

	f.header.e_phnum = 0;
	refused(&f, sizeof(f), "absurd");
	f.header.e_phnum = 65535;
	refused(&f, sizeof(f), "absurd");
	f = good();
	f.header.e_phentsize = 1;
	refused(&f, sizeof(f), "absurd");
	f = good();
	f.header.e_phoff = ~0ull - 8;
	refused(&f, sizeof(f), "cut short");
}

static void test_absurd_segments(void)
{
	struct file f = good();

	f.program[0].p_filesz = 241;
	refused(&f, sizeof(f), "larger in the file");
	f = good();
	f.program[1].p_offset = ~0ull - 4;
	refused(&f, sizeof(f), "cut short");
	f = good();
	f.program[1].p_memsz = ~0ull;
	refused(&f, sizeof(f), "outside");
	f = good();
	f.program[0].p_vaddr = 0;
	refused(&f, sizeof(f), "outside");
	f = good();
	f.program[1].p_vaddr = 0x401080;
	refused(&f, sizeof(f), "overlapping");
	f = good();
	f.header.e_entry = 0x402000;
	refused(&f, sizeof(f), "entry point");
}

/* Random damage is refused or read, never a crash. */
static void test_damage(void)
{
	unsigned seed = 1;
	int refusals = 0;

	for (int i = 0; i < 20000; i++) {
		struct file f = good();
		struct image image;
		struct error error;

		for (int k = 0; k < 3; k++)
			((unsigned char *)&f)[(unsigned)rand_r(&seed) % sizeof(f)] =
				(unsigned char)rand_r(&seed);
		refusals += read_bytes(&f, sizeof(f) - (unsigned)rand_r(&seed) % 80, &image, &error) < 0;
	}
	CHECK(refusals > 1000);
	CHECK(refusals < 20000);
}

int main(void)
{
	CHECK_RUN(test_good);
	CHECK_RUN(test_static_pie_is_moved);
	CHECK_RUN(test_not_elf);
	CHECK_RUN(test_other_machines);
	CHECK_RUN(test_dynamic);
	CHECK_RUN(test_absurd_headers);
	CHECK_RUN(test_absurd_segments);
	CHECK_RUN(test_damage);
	return check_done();
}
