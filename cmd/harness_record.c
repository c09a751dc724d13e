/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <poll.h>

#include "cmd/harness_priv.h"
#include "cmd/room_priv.h"

/* What a run does for each repetition: look whether it is to stop, and keep what was measured. */

bool harness_stopped(struct harness *h)
{
	struct pollfd poll_ = { .fd = h->signal_fd, .events = POLLIN };

	h->interrupted |= poll(&poll_, 1, 0) > 0;
	return h->interrupted;
}

int harness_record(struct harness *h, const struct cell *cell, size_t c, uint64_t block, uint64_t order,
		   struct error *error)
{
	const struct record_row row = {
		.run = h->ledger.last_run + 1,
		.invocation = h->plan->invocation,
		.block = block == LEDGER_OBSERVED ? LEDGER_NO_BLOCK : block,
		.order = order,
		.vms = room_copies(h, &h->suite.workload[cell->workload]),
		.vm = cell->vm,
		.tsc_hz = h->tsc_hz,
		.tsc_origin = cell->tsc_origin,
		.workload = &h->suite.workload[cell->workload],
		.config = cell->config,
		.cold = h->options->cold,
		.without = h->without,
		.flags = cell->flags,
	};
	bool unable = cell->m.status == RUN_SKIPPED ||
		      (cell->m.status == RUN_UNSUPPORTED && row.workload->nano); /* as it may well be */
	unsigned marks =
		(cell->disturbed ? LEDGER_DISTURBED : 0) | (cell->m.status == RUN_OK ? 0 : LEDGER_FAILED);
	int code = record_add(&h->record, &row, &cell->m, error);

	if (code)
		return code;
	h->ledger.last_run++;
	*(cell->m.status == RUN_OK ? &h->good : unable ? &h->skipped : &h->bad) += 1;
	if (ledger_add(&h->ledger, cell->workload, c, block, marks))
		return error_set(error, ENOMEM, "cannot go on");
	return 0;
}

int harness_skip(struct harness *h, size_t w, size_t c, const char *reason, struct error *error)
{
	struct cell cell = { .workload = w, .config = &h->config[c].config };

	if (ledger_has(&h->ledger, w, c, LEDGER_NO_BLOCK))
		return 0;
	measurement_init(&cell.m, cell.config);
	measurement_fail(&cell.m, RUN_SKIPPED, "%s", reason);
	return harness_record(h, &cell, c, LEDGER_NO_BLOCK, 0, error);
}
