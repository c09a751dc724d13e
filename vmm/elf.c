/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/* ELF-64, gABI chapters 4 and 5. Nothing of a file is believed before it is checked. */
#define PAGE	    4096ull
#define USER_END    (1ull << 47)
#define LOWEST	    0x10000ull	 /* mmap_min_addr */
#define PIE_SPAN    (1ull << 40) /* of the addresses of one: it stays below mappings and stack */
#define HEADERS_MAX 64

struct reader {
	enum elf_role role;
	int fd;
	const char *path;
	uint64_t size;
	Elf64_Ehdr header;
	Elf64_Phdr program[HEADERS_MAX];
	struct error *error;
};

static int refuse(const struct reader *r, const char *what, const char *mend)
{
	error_set(r->error, 0, "the program %s", what);
	error_at(r->error, "%s", r->path);
	return error_mend(r->error, "%s", mend);
}

static bool read_at(const struct reader *r, void *to, size_t bytes, uint64_t offset)
{
	return pread(r->fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

static int check_identity(struct reader *r)
{
	static const char need[] = "give an x86-64 Linux executable";
	const unsigned char *id = r->header.e_ident;
	ssize_t got = pread(r->fd, &r->header, sizeof(r->header), 0);

	if (got >= 2 && id[0] == '#' && id[1] == '!')
		return refuse(r, "is a script, not an ELF executable",
			      "run its interpreter: -- /bin/busybox sh SCRIPT");
	if (got < SELFMAG || memcmp(id, ELFMAG, SELFMAG) != 0)
		return refuse(r, "is not an ELF executable", need);
	if (got >= EI_NIDENT && id[EI_CLASS] == ELFCLASS32)
		return refuse(r, "is a 32-bit ELF executable", need);
	if (got != sizeof(r->header))
		return refuse(r, "is a truncated ELF executable: the header is cut short",
			      "copy or build it again");
	if (id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB || id[EI_VERSION] != EV_CURRENT)
		return refuse(r, "has an absurd ELF header", "copy or build it again");
	if (r->header.e_machine != EM_X86_64)
		return refuse(r, "is an ELF executable for another processor", need);
	if (r->header.e_type != ET_EXEC && r->header.e_type != ET_DYN)
		return refuse(r, "is an ELF file but not an executable", need);
	return 0;
}

static int read_headers(struct reader *r)
{
	const Elf64_Ehdr *h = &r->header;
	uint64_t bytes = (uint64_t)h->e_phnum * sizeof(Elf64_Phdr);

	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 || h->e_phnum > HEADERS_MAX)
		return refuse(r, "has absurd ELF program headers", "copy or build it again");
	if (h->e_phoff > r->size || bytes > r->size - h->e_phoff ||
	    !read_at(r, r->program, bytes, h->e_phoff))
		return refuse(r, "is a truncated ELF executable: the program headers are cut short",
			      "copy or build it again");
	return 0;
}

/* The path of the dynamic linker, which a linker itself and the guest kernel must not have. */
static int read_interpreter(const struct reader *r, const Elf64_Phdr *p, struct image *image)
{
	if (r->role != ELF_PROGRAM)
		return refuse(r, "is a dynamic linker that wants another", "install the C library anew");
	if (p->p_filesz < 2 || p->p_filesz > sizeof(image->interpreter) ||
	    !read_at(r, image->interpreter, p->p_filesz, p->p_offset) ||
	    image->interpreter[p->p_filesz - 1] != '\0' || image->interpreter[0] != '/')
		return refuse(r, "names an absurd dynamic linker", "copy or build it again");
	return 0;
}

/* Checks one PT_LOAD and appends it to IMAGE. */
static int add_segment(const struct reader *r, const Elf64_Phdr *p, struct image *image)
{
	bool kernel = r->role == ELF_KERNEL;
	uint64_t low = kernel ? ABI_KERNEL : r->header.e_type == ET_DYN ? 0 : LOWEST;
	uint64_t high = kernel			     ? ABI_KERNEL + (1ull << 30)
			: r->header.e_type == ET_DYN ? PIE_SPAN
						     : USER_END / 2;
	unsigned i = image->segments;

	if (p->p_memsz == 0)
		return 0;
	if (i == sizeof(image->segment) / sizeof(image->segment[0]))
		return refuse(r, "has more than 32 loadable segments", "link it anew");
	if (p->p_vaddr < low || p->p_vaddr > high || p->p_memsz > high - p->p_vaddr)
		return refuse(r, "has a segment outside the address space of a program", "link it anew");
	if (p->p_filesz > p->p_memsz)
		return refuse(r, "has a segment larger in the file than in memory", "copy or build it again");
	if (p->p_offset > r->size || p->p_filesz > r->size - p->p_offset)
		return refuse(r, "is a truncated ELF executable: a segment is cut short",
			      "copy or build it again");
	image->segment[i].address = p->p_vaddr + image->bias;
	image->segment[i].bytes = p->p_memsz;
	image->segment[i].file_bytes = p->p_filesz;
	image->segment[i].offset = p->p_offset;
	image->segment[i].protection = (p->p_flags & PF_R ? ABI_READ : 0u) |
				       (p->p_flags & PF_W ? ABI_WRITE : 0u) |
				       (p->p_flags & PF_X ? ABI_EXECUTE : 0u);
	image->segments++;
	return 0;
}

/* Fills in what follows from the segments; they must ascend and the entry must lie in one that executes. */
static int finish(const struct reader *r, struct image *image)
{
	uint64_t headers = r->header.e_phoff, end = 0;
	bool entry = false;

	image->entry = r->header.e_entry + image->bias;
	image->header_count = r->header.e_phnum;
	if (image->segments == 0)
		return refuse(r, "has nothing to load", "copy or build it again");
	for (unsigned i = 0; i < image->segments; i++) {
		uint64_t start = image->segment[i].address, offset = image->segment[i].offset;

		if (start < end)
			return refuse(r, "has overlapping segments", "link it anew");
		end = start + image->segment[i].bytes;
		entry |= image->segment[i].protection & ABI_EXECUTE && image->entry >= start &&
			 image->entry < end;
		if (headers >= offset && headers < offset + image->segment[i].file_bytes)
			image->headers = start + headers - offset;
	}
	if (!entry)
		return refuse(r, "has an entry point outside its code", "link it anew");
	image->low = image->segment[0].address & ~(PAGE - 1);
	image->high = (end + PAGE - 1) & ~(PAGE - 1);
	return 0;
}

int elf_read(int fd, const char *path, enum elf_role role, struct image *image, struct error *error)
{
	struct reader r = { .role = role, .fd = fd, .path = path, .error = error };
	struct stat info;
	int code;

	memset(image, 0, sizeof(*image));
	if (fstat(fd, &info))
		return error_set(error, errno, "cannot read %s", path);
	if (!S_ISREG(info.st_mode))
		return refuse(&r, "is not a regular file", "give an x86-64 Linux executable");
	r.size = (uint64_t)info.st_size;
	code = check_identity(&r);
	if (code == 0)
		code = read_headers(&r);
	if (code == 0 && r.header.e_type == ET_DYN)
		image->bias = layout_image(role);
	for (unsigned i = 0; code == 0 && i < r.header.e_phnum; i++) {
		if (r.program[i].p_type == PT_LOAD)
			code = add_segment(&r, &r.program[i], image);
		else if (r.program[i].p_type == PT_INTERP)
			code = read_interpreter(&r, &r.program[i], image);
	}
	return code ? code : finish(&r, image);
}
