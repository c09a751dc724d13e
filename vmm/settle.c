/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm_priv.h"

/*
 * A process that the program forked most often ends before a driver and an io_uring of its own have paid: it
 * has them once it has made some requests, which until then leave by exit; and while cores are short, on.
 */
#define REQUESTS 50 /* between two looks, too */

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
	atomic_flag_clear(&m->settling);
	crowd_tell(m, 1);
	if (!m->first)
		return 0;
	error = open_backend(m);
	return error ? error : driver_start(m);
}

/* One that cannot have them goes on as it began: nobody settles it again. */
void settle_asked(const struct vcpu *v)
{
	struct monitor *m = v->monitor;

	if (v->lent || m->boot->ring || (atomic_fetch_add(&m->asked, 1) + 1) % REQUESTS)
		return;
	if (driver_count(m) == 0 || !crowd_has_room(m) || atomic_flag_test_and_set(&m->settling))
		return;
	if (m->drivers == 0) {
		open_backend(m);
		if (driver_start(m))
			return;
		driver_go(m);
	}
	m->boot->ring = 1;
	crowd_tell(m, m->boot->running + 1);
	atomic_flag_clear(&m->settling);
}
