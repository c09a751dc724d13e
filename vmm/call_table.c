/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/syscall.h>

#include "vmm/vmm_priv.h"

/* The host's copy of the table of calls in guest_abi.h. */
static const struct abi_call calls[] = { ABI_CALLS(ABI_ROW) };

const struct abi_call *call_row(uint32_t call)
{
	return call < ABI_CALL_COUNT ? &calls[call] : NULL;
}
