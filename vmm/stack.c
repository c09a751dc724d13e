/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/* The stack a program starts with: argc, argv, envp, the auxiliary vector (System V ABI, AMD64
 * supplement, 3.4.1). */
#define PAGE	   4096ull
#define STACK_MAX  (64ull << 20)
#define STACK_SAME (8ull << 20) /* where the limit is "unlimited" */

struct stack {
	uint8_t *host; /* host address of its lowest byte */
	uint64_t low;  /* the program's address of the same */
	uint64_t bytes;
	uint64_t used; /* from the top */
};

static uint64_t stack_size(uint64_t memory)
{
	struct rlimit limit = { STACK_SAME, STACK_SAME };
	uint64_t bytes;

	getrlimit(RLIMIT_STACK, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		limit.rlim_cur = STACK_SAME;
	bytes = (limit.rlim_cur < STACK_MAX ? limit.rlim_cur : STACK_MAX) & ~(PAGE - 1);
	return bytes < memory / 4 ? bytes : memory / 4 & ~(PAGE - 1);
}

/* Puts BYTES below what is there; returns the program's address of them, or 0 when the stack is too small. */
static uint64_t push(struct stack *s, const void *data, uint64_t bytes)
{
	if (bytes > s->bytes / 2 - s->used)
		return 0;
	s->used += bytes;
	memcpy(s->host + s->bytes - s->used, data, bytes);
	return s->low + s->bytes - s->used;
}

static uint64_t push_string(struct stack *s, const char *text)
{
	return push(s, text, strlen(text) + 1);
}

static unsigned length(char *const *list)
{
	unsigned n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* The words from argc to AT_NULL, built on the host and then pushed as one. */
struct words {
	uint64_t *word;
	unsigned count;
};

static void put(struct words *w, uint64_t value)
{
	w->word[w->count++] = value;
}

static void put_aux(struct words *w, uint64_t type, uint64_t value)
{
	put(w, type);
	put(w, value);
}

/* The strings lie one behind the other, the first lowest: programs that write a title over them rely on it.
 */
static bool put_strings(struct words *w, struct stack *s, char *const *list, struct proc_range *where)
{
	unsigned count = length(list);

	where->end = (uintptr_t)s->host + s->bytes - s->used;
	for (unsigned i = count; i-- > 0;) {
		w->word[w->count + i] = push_string(s, list[i]);
		if (w->word[w->count + i] == 0)
			return false;
	}
	where->start = (uintptr_t)s->host + s->bytes - s->used;
	w->count += count;
	put(w, 0);
	return true;
}

static void put_auxv(struct words *w, struct stack *s, const struct monitor *m, const struct image image[2])
{
	uint8_t random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		memset(random, 0x5a, sizeof(random));
	if (!m->boot->clock_exit)
		put_aux(w, AT_SYSINFO_EHDR, ABI_VDSO);
	put_aux(w, AT_PHDR, image[0].headers);
	put_aux(w, AT_PHENT, sizeof(Elf64_Phdr));
	put_aux(w, AT_PHNUM, image[0].header_count);
	put_aux(w, AT_PAGESZ, PAGE);
	put_aux(w, AT_BASE, image[1].bias);
	put_aux(w, AT_FLAGS, 0);
	put_aux(w, AT_ENTRY, image[0].entry);
	put_aux(w, AT_UID, getuid());
	put_aux(w, AT_EUID, geteuid());
	put_aux(w, AT_GID, getgid());
	put_aux(w, AT_EGID, getegid());
	put_aux(w, AT_SECURE, 0);
	put_aux(w, AT_CLKTCK, (uint64_t)sysconf(_SC_CLK_TCK));
	put_aux(w, AT_HWCAP, getauxval(AT_HWCAP));
	put_aux(w, AT_HWCAP2, getauxval(AT_HWCAP2));
	put_aux(w, AT_MINSIGSTKSZ, getauxval(AT_MINSIGSTKSZ));
	put_aux(w, AT_PLATFORM, push_string(s, "x86_64"));
	put_aux(w, AT_EXECFN,
		push_string(s, m->options->program ? m->options->program : m->options->argv[0]));
	put_aux(w, AT_RANDOM, push(s, random, sizeof(random)));
	put_aux(w, AT_NULL, 0);
}

int stack_build(struct monitor *m, const struct image image[2])
{
	struct stack s = { .bytes = stack_size(m->memory_bytes) };
	unsigned arguments = length(m->options->argv), variables = length(m->options->environment);
	struct words w = { .word = calloc(arguments + variables + 64ul, sizeof(uint64_t)) };
	struct words environment = { .word = w.word + arguments + 2 };
	struct proc_shown shown = { 0 };
	unsigned auxiliary;
	uint64_t address = 0;

	s.low = layout_stack() - s.bytes;
	s.host = memory_at(m, m->free_gpa, s.bytes);
	if (s.host == NULL || w.word == NULL) {
		free(w.word);
		return error_fail(m->error, ENOMEM, "use a larger --memory",
				  "the stack does not fit into guest memory");
	}
	put(&w, arguments);
	if (put_strings(&environment, &s, m->options->environment, &shown.environment) &&
	    put_strings(&w, &s, m->options->argv, &shown.arguments)) {
		w.count += environment.count;
		auxiliary = w.count;
		s.used += layout_skew(s.bytes);
		put_auxv(&w, &s, m, image);
		s.used = (s.used + 15) & ~15ull;
		if (w.count % 2)
			s.used += 8; /* so that the stack pointer is a multiple of 16 */
		address = push(&s, w.word, w.count * 8ull);
		shown.auxiliary.end = (uintptr_t)s.host + s.bytes - s.used + w.count * 8ull;
		shown.auxiliary.start = shown.auxiliary.end - (w.count - auxiliary) * 8ull;
	}
	free(w.word);
	if (address == 0)
		return error_fail(m->error, E2BIG, "pass fewer, or raise ulimit -s",
				  "arguments and environment do not fit on the stack");
	m->boot->stack = address;
	proc_show(&shown);
	m->boot->area[m->boot->areas++] =
		(struct abi_area){ s.low, s.bytes, m->free_gpa, ABI_READ | ABI_WRITE, 0 };
	m->free_gpa += s.bytes;
	return 0;
}
