/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_TRACE_TABLES_PRIV_H
#define CMD_TRACE_TABLES_PRIV_H

#include "base/schema.h"
#include "probes/trace.h"

struct error;
struct report_account;

/* What is accounted for: from begin to end. */
struct trace_window {
	uint64_t begin_ns, end_ns;
};

/* The account of the trace PATH, all of it or a WINDOW; FACTS may be NULL. 0, or negative errno; the caller
 * frees it with trace_account_free. */
int trace_tables_account(const char *path, const struct trace_window *window, struct trace_account *account,
			 struct trace_facts *facts, struct error *error);

/* What KVM did for the guests, as a row of exits.csv; PREFIX goes before the processor's reasons. 0 or
 * negative errno. */
int trace_tables_put_reason(struct table_writer *out, uint64_t run, const struct trace_reason *reason,
			    const char *prefix, struct error *error);

/* Writes the account of the trace PATH into the tables that FACTS names, and what else there is to say of it
 * into FACTS. 0 or negative errno. */
int trace_tables_write(const char *path, struct report_account *facts, struct error *error);

#endif
