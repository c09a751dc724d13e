/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * /proc/self/maps: the host would show the monitor's. C libraries look for the stack in it. The text goes
 * into a memory file as it is when the program opens it.
 */
#define O_CLOEXEC 02000000
#define NAMES_AT  74 /* column where Linux writes names */
#define LINE	  96
#define TEXT	  0x4000 /* bytes written at a time */

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static char *put_hex(char *to, uint64_t value, int digits)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		if (value >> shift || shift < 4 * digits)
			*to++ = "0123456789abcdef"[value >> shift & 15];
	return to;
}

static char *put_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *put_line(char *to, uint64_t from, uint64_t end, uint32_t protection, const char *name)
{
	char *start = to;

	to = put_hex(to, from, 8);
	*to++ = '-';
	to = put_hex(to, end, 8);
	*to++ = ' ';
	*to++ = protection & ABI_READ ? 'r' : '-';
	*to++ = protection & ABI_WRITE ? 'w' : '-';
	*to++ = protection & ABI_EXECUTE ? 'x' : '-';
	to = put_text(to, "p 00000000 00:00 0 ");
	while (*name && to < start + NAMES_AT - 1)
		*to++ = ' ';
	to = put_text(to, name);
	*to++ = '\n';
	return to;
}

/* Fills TEXT bytes at TO with what is mapped from *ADDRESS on; moves *ADDRESS on, to USER_END at last. */
static uint64_t put_areas(char *to, uint64_t *address)
{
	char *start = to;
	uint64_t stack = BOOT->stack;

	lock_take(&memory_lock);
	while (*address < USER_END && to < start + TEXT - LINE) {
		const struct area *a = areas_next(*address);
		bool vdso = *address <= ABI_VDSO_TIME && (!a || a->address > ABI_VDSO_TIME);

		if (vdso && !BOOT->clock_exit) {
			to = put_line(to, ABI_VDSO_TIME, ABI_VDSO, ABI_READ, "[vvar]");
			to = put_line(to, ABI_VDSO, ABI_VDSO + PAGE, ABI_READ | ABI_EXECUTE, "[vdso]");
		}
		*address = a ? a->address + a->bytes : USER_END;
		if (vdso)
			*address = a && *address > ABI_VDSO ? *address : ABI_VDSO + PAGE;
		if (a)
			to = put_line(to, a->address, a->address + a->bytes, a->protection,
				      stack >= a->address && stack < a->address + a->bytes ? "[stack]" : "");
		else
			*address = USER_END;
	}
	lock_give(&memory_lock);
	return (uint64_t)(to - start);
}

static int64_t open_maps(uint64_t flags)
{
	char *text = (char *)(self_block() + ABI_BOUNCE);
	uint64_t close_on_exec = flags & O_CLOEXEC ? 1 : 0, address = 0;
	int64_t fd;

	memcpy(text, "maps", 5);
	fd = forward_with(ABI_CALL_memfd_create, (uint64_t[6]){ 1, close_on_exec },
			  (struct forward_extra){ .argument = 0, .bytes = 5 });
	while (fd >= 0 && address < USER_END) {
		uint64_t bytes = put_areas(text, &address);

		forward_with(ABI_CALL_write, (uint64_t[6]){ (uint64_t)fd, 1, bytes },
			     (struct forward_extra){ .argument = 1, .bytes = bytes });
	}
	if (fd >= 0)
		forward_call(ABI_CALL_lseek, (uint64_t[6]){ (uint64_t)fd, 0, 0 });
	return fd;
}

/* The rest of PATH behind START, or NULL. */
static const char *behind(const char *path, const char *start)
{
	while (*start && *path == *start) {
		path++;
		start++;
	}
	return *start ? NULL : path;
}

/* The same, behind the decimal NUMBER. */
static const char *behind_number(const char *path, uint32_t number)
{
	uint64_t value = 0;
	const char *start = path;

	while (*path >= '0' && *path <= '9' && value <= number)
		value = value * 10 + (uint64_t)(*path++ - '0');
	return path > start && value == number ? path : NULL;
}

static bool names_maps(uint64_t path)
{
	const char *rest, *process;

	if (user_string(path, 32) <= 0)
		return false;
	rest = behind((const char *)path, "/proc/");
	if (rest == NULL)
		return false;
	process = behind(rest, "self");
	if (process == NULL)
		process = behind(rest, "thread-self");
	if (process == NULL)
		process = behind_number(rest, BOOT->pid);
	return process && same(process, "/maps");
}

/* open(path, flags, mode) */
int64_t maps_open(struct syscall_frame *f)
{
	return names_maps(f->rdi) ? open_maps(f->rsi) : forward_call(ABI_CALL_open, f->argument);
}

/* openat(directory, path, flags, mode) */
int64_t maps_openat(struct syscall_frame *f)
{
	return names_maps(f->rsi) ? open_maps(f->rdx) : forward_call(ABI_CALL_openat, f->argument);
}
