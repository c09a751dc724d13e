/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm_priv.h"

/* How file I/O is done, by value of the backend knob. `direct` falls back to `uring` before it gets here. */
const struct backend *backend_pick(unsigned value)
{
	static const struct backend buffered = { .name = "buffered" };

	return value == VMM_BACKEND_BUFFERED ? &buffered : &backend_uring;
}
