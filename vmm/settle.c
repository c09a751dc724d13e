/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm_priv.h"

/*
 * A process that the program forked most often ends before a driver and an io_uring of its own have paid: it
 * has them once it has made some requests, which until then leave by exit.
 */
#define REQUESTS 50

static int open_backend(struct monitor *m)
{
	int error = 0;

	while (atomic_flag_test_and_set(&m->backend_busy))
		__builtin_ia32_pause();
	if (m->backend->open && m->backend_state == NULL)
		error = m->backend->open(m);
	atomic_flag_clear(&m->backend_busy);
	return error;
}

int settle_start(struct monitor *m)
{
	int error;

	atomic_store(&m->asked, 0);
	if (!m->first)
		return 0;
	error = open_backend(m);
	return error ? error : driver_start(m);
}

/* Without them it goes on as it began. */
void settle_asked(const struct vcpu *v)
{
	struct monitor *m = v->monitor;

	if (m->first || v->lent || atomic_fetch_add(&m->asked, 1) != REQUESTS)
		return;
	open_backend(m);
	if (driver_start(m) == 0)
		driver_go(m);
}
