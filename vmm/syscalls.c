/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stddef.h>

#include "vmm/guest_abi.h"
#include "vmm/guest_refused.h"
#include "vmm/vmm.h"

/* The names of system calls, out of the tables the guest kernel itself works with. */
struct row {
	uint16_t number;
	const char *name, *error;
};

#define ROW(number, name, ...)	     { number, #name, NULL },
#define REFUSED(number, name, error) { number, #name, #error },
static const struct row in_guest[] = { ABI_SERVED(ROW){ 0, NULL, NULL } };
static const struct row by_host[] = { ABI_CALLS(ROW){ 0, NULL, NULL } };
static const struct row refused[] = { ABI_REFUSED(REFUSED){ 0, NULL, NULL } };
#undef REFUSED
#undef ROW

static const struct row *find(const struct row *rows, int number)
{
	while (rows->name && rows->number != number)
		rows++;
	return rows->name ? rows : NULL;
}

#define FLAGS(number, name, flags, ...) { number, flags },
static const struct {
	uint16_t number, flags;
} flags_of[] = { ABI_CALLS(FLAGS) };
#undef FLAGS

int vmm_syscall_blocks(int number)
{
	for (size_t i = 0; i < sizeof(flags_of) / sizeof(flags_of[0]); i++)
		if (flags_of[i].number == number)
			return flags_of[i].flags & ABI_BLOCKS ? 1 : flags_of[i].flags & ABI_FILE ? 0 : -1;
	return -1;
}

const char *vmm_syscall(int number, const char **served, const char **error)
{
	const struct row *guest = find(in_guest, number), *host = find(by_host, number);
	const struct row *row = guest ? guest : host ? host : find(refused, number);

	*served = guest && host ? "guest, host" : guest ? "guest" : host ? "host" : "refused";
	*error = row ? row->error : NULL;
	return row ? row->name : NULL;
}
