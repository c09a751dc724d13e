/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* execve: path, arguments and environment go to the monitor in one block, string after string. */
#define PATH_MAX   4096
#define STRING_MAX (128ull << 10)
#define BLOCK_MAX  (2ull << 20)
#define MANY	   (BLOCK_MAX / 8)

#define AT_FDCWD      (-100)
#define AT_EMPTY_PATH 0x1000

/* Reads the list of strings at ADDRESS: counts it, adds its bytes to *BYTES. */
static int64_t measure(uint64_t address, uint64_t *bytes)
{
	for (uint64_t n = 0; address && n < MANY; n++, address += 8) {
		int64_t length;

		if (!user_readable(address, 8))
			return -EFAULT;
		if (*(const uint64_t *)address == 0)
			return (int64_t)n;
		length = user_string(*(const uint64_t *)address, STRING_MAX);
		if (length < 0)
			return length == -ENAMETOOLONG ? -E2BIG : length;
		*bytes += (uint64_t)length;
		if (*bytes > BLOCK_MAX)
			return -E2BIG;
	}
	return address ? -E2BIG : 0;
}

/* Copies a string that was measured; another process may have changed it since, so END holds. */
static char *copy(char *to, const char *end, const char *from)
{
	while (to < end) {
		*to = *from++;
		if (*to++ == 0)
			break;
	}
	return to;
}

static char *copy_list(char *to, const char *end, uint64_t list, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		to = copy(to, end, (const char *)((const uint64_t *)list)[i]);
	return to;
}

/* What goes into the block. */
struct strings {
	const char *prefix; /* of the path */
	uint64_t path, arguments, variables;
	uint64_t bytes;
	int64_t argument_count, variable_count;
};

static int64_t measure_all(struct strings *s)
{
	int64_t length = user_string(s->path, PATH_MAX);

	if (length < 0)
		return length;
	for (const char *c = s->prefix; *c; c++)
		length++;
	if (length > PATH_MAX)
		return -ENAMETOOLONG;
	s->bytes = (uint64_t)length;
	s->argument_count = measure(s->arguments, &s->bytes);
	if (s->argument_count < 0)
		return s->argument_count;
	s->variable_count = measure(s->variables, &s->bytes);
	return s->variable_count < 0 ? s->variable_count : 0;
}

static void copy_all(const struct strings *s, char *to)
{
	const char *end = to + s->bytes;

	to = copy(to, end, s->prefix) - 1;
	to = copy(to, end, (const char *)s->path);
	to = copy_list(to, end, s->arguments, s->argument_count);
	copy_list(to, end, s->variables, s->variable_count);
}

static int64_t submit(const struct strings *s, uint64_t gpa)
{
	struct abi_request *request;

	cache_leave(false);
	request = channel_begin(ABI_CALL_exec, true);
	request->argument[0] = gpa;
	request->argument[1] = s->bytes;
	request->argument[2] = (uint64_t)s->argument_count;
	request->argument[3] = (uint64_t)s->variable_count;
	request->argument[4] = signal_all_ignored();
	request->argument[5] = signal_self()->blocked;
	return channel_submit(request);
}

static int64_t execute(struct strings s)
{
	struct apart *apart = SELF->apart;
	int64_t result = measure_all(&s);
	uint64_t gpa, pages;

	if (result)
		return result;
	pages = round_up(s.bytes, PAGE) / PAGE;
	lock_take(&memory_lock);
	gpa = pages_take(pages, 0);
	lock_give(&memory_lock);
	if (gpa == 0)
		return -ENOMEM;
	if (apart) {
		apart->gpa = gpa;
		apart->pages = pages;
	}
	copy_all(&s, at(gpa));
	if (!apart)
		signal_give(signal_self()->blocked);
	result = submit(&s, gpa);
	if (apart)
		apart->pages = 0;
	lock_take(&memory_lock);
	pages_give(gpa, pages, false);
	lock_give(&memory_lock);
	return result;
}

/* execve(path, arguments, environment): returns only on failure */
int64_t exec_execve(struct syscall_frame *f)
{
	return execute(
		(struct strings){ .prefix = "", .path = f->rdi, .arguments = f->rsi, .variables = f->rdx });
}

/* "/dev/fd/FD", as Linux names it too, and "/" where the path goes on. */
static void name_descriptor(char *text, uint32_t fd, bool goes_on)
{
	char digits[10];
	int n = 0;

	memcpy(text, "/dev/fd/", 8);
	text += 8;
	do
		digits[n++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (n > 0)
		*text++ = digits[--n];
	if (goes_on)
		*text++ = '/';
	*text = '\0';
}

/* execveat(directory, path, arguments, environment, flags) */
int64_t exec_execveat(struct syscall_frame *f)
{
	struct strings s = { .prefix = "", .path = f->rsi, .arguments = f->rdx, .variables = f->r10 };
	const uint64_t get_flags[6] = { (uint32_t)f->rdi, 1 }; /* F_GETFD */
	int64_t length = user_string(f->rsi, PATH_MAX), error;
	char prefix[24];

	if (f->r8 & ~(uint64_t)AT_EMPTY_PATH)
		return -EINVAL;
	if (length < 0)
		return length;
	if (length == 1 && !(f->r8 & AT_EMPTY_PATH))
		return -ENOENT;
	if (*(const char *)f->rsi == '/' || (length > 1 && (int)f->rdi == AT_FDCWD))
		return execute(s);
	error = forward_call(ABI_CALL_fcntl, get_flags);
	if (error < 0)
		return error;
	name_descriptor(prefix, (uint32_t)f->rdi, length > 1);
	s.prefix = prefix;
	return execute(s);
}
