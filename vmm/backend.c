/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm_priv.h"

/* How file I/O is done, by value of the backend knob. */
const struct backend *backend_pick(unsigned value)
{
	static const struct backend buffered = { .name = "buffered" };

	static const struct backend *const backends[] = {
		[VMM_BACKEND_BUFFERED] = &buffered,
		[VMM_BACKEND_URING] = &backend_uring,
		[VMM_BACKEND_DIRECT] = &backend_direct,
	};

	return backends[value];
}
