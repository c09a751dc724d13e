/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* execve: path, arguments and environment go to the monitor in one block, string after string. */
#define PATH_MAX   4096
#define STRING_MAX (128ull << 10)
#define BLOCK_MAX  (2ull << 20)
#define MANY	   (BLOCK_MAX / 8)

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

/* execve(path, arguments, environment): returns only on failure */
int64_t exec_execve(struct syscall_frame *f)
{
	int64_t length = user_string(f->rdi, PATH_MAX), arguments, variables, result;
	uint64_t bytes = length > 0 ? (uint64_t)length : 0, gpa, pages;
	struct abi_request *request;
	char *to, *end;

	if (length < 0)
		return length;
	arguments = measure(f->rsi, &bytes);
	if (arguments < 0)
		return arguments;
	variables = measure(f->rdx, &bytes);
	if (variables < 0)
		return variables;
	pages = round_up(bytes, PAGE) / PAGE;
	lock_take(&memory_lock);
	gpa = pages_take(pages, 0);
	lock_give(&memory_lock);
	if (gpa == 0)
		return -ENOMEM;
	to = at(gpa);
	end = to + bytes;
	to = copy(to, end, (const char *)f->rdi);
	to = copy_list(to, end, f->rsi, arguments);
	copy_list(to, end, f->rdx, variables);
	request = channel_begin(ABI_CALL_exec, true);
	request->argument[0] = gpa;
	request->argument[1] = bytes;
	request->argument[2] = (uint64_t)arguments;
	request->argument[3] = (uint64_t)variables;
	result = channel_submit(request, true);
	lock_take(&memory_lock);
	pages_give(gpa, pages, false);
	lock_give(&memory_lock);
	return result;
}
