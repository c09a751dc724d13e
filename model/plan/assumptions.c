/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/plan/policy_priv.h"

/* What a plan takes for granted, as a table. */

int plan_put_assumptions(struct plan_files *files, const struct plan_policy *policy, struct error *error)
{
	struct table_writer *out = &files->table[PLAN_ASSUMPTIONS];
	const struct policy_key *keys = policy_sections[0].keys;
	int code = 0;

	for (size_t i = 0; code == 0 && keys[i].key.name; i++) {
		const char *said = policy->said[i], *usual = keys[i].key.usual;

		table_put_text(out, keys[i].key.name);
		table_put_text(out, *said ? said : *usual ? usual : NULL);
		table_put_text(out, *said ? "policy" : "usual");
		table_put_text(out, keys[i].key.description);
		code = table_end_row(out, error);
	}
	return code;
}
