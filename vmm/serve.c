/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* Serves one request and keeps its stamps. */
#define STDERR 2

/* The program's marks of its region of interest, as it writes them to stderr. */
static void note_mark(struct monitor *m, const struct abi_request *request, bool before)
{
	static const char begin[] = "roi begin", end[] = "roi_ns=";
	const struct abi_segment *s = &request->segment[0];
	const char *text;

	if (request->call != ABI_CALL_write || request->argument[0] != STDERR || request->segments[1] != 1)
		return;
	text = memory_at(m, s->gpa, s->bytes);
	if (text == NULL || s->bytes < sizeof(begin))
		return;
	if (before && memcmp(text, end, sizeof(end) - 1) == 0)
		m->report->tsc_roi_end = clock_tsc();
	if (!before && memcmp(text, begin, sizeof(begin) - 1) == 0)
		m->report->tsc_roi_begin = clock_tsc();
}

/* Adds the stages of the request served before this one, whose last stamp the guest has made by now. */
void serve_flush(struct monitor *m)
{
	const struct abi_request *request = m->unrecorded;
	const struct abi_call *row = request ? call_row(request->call) : NULL;
	const uint64_t *t;
	uint64_t in, out;

	m->unrecorded = NULL;
	if (row == NULL || request->call >= VMM_REQUEST_KINDS)
		return;
	t = request->stamp;
	for (int i = 1; i < ABI_STAMPS; i++)
		if (t[i] < t[i - 1])
			return; /* the guest wrote nonsense, or its TSC is not ours */
	strncpy(m->report->request[request->call].name, row->name, sizeof(m->report->request[0].name) - 1);
	for (int i = 0; i < VMM_STAGE_TOTAL; i++)
		hist_add(&m->report->request[request->call].stage[i], t[i + 1] - t[i]);
	hist_add(&m->report->request[request->call].stage[VMM_STAGE_TOTAL],
		 t[ABI_RESUMED] - t[ABI_SUBMITTED]);
	in = t[ABI_SEEN] - t[ABI_SUBMITTED];
	out = t[ABI_RESUMED] - t[ABI_COMPLETED];
	if (m->unrecorded_exit)
		m->report->exit_transport_tsc += in + out;
}

void serve_request(struct monitor *m, struct abi_request *request, struct vmm_thread *thread, bool by_exit)
{
	uint64_t seen = clock_tsc(), begun, ended;

	serve_flush(m);
	note_mark(m, request, true);
	begun = clock_tsc();
	request->result = call_make(m, request);
	ended = clock_tsc();
	note_mark(m, request, false);
	thread->host_tsc += ended - begun;
	request->stamp[ABI_SEEN] = seen;
	request->stamp[ABI_BEGUN] = begun;
	request->stamp[ABI_ENDED] = ended;
	m->unrecorded = request;
	m->unrecorded_exit = by_exit;
	request->stamp[ABI_COMPLETED] = clock_tsc();
}
