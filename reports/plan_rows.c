/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports_priv.h"

size_t *plan_rows(const struct table *plan)
{
	size_t *rows = calloc(plan->rows + 1, sizeof(*rows)), count = 0;
	size_t config = table_column(plan, "config");
	struct names configs = { 0 };

	if (!rows || names_collect(&configs, plan, "config") < 0) {
		names_free(&configs);
		free(rows);
		return NULL;
	}
	names_order_configs(&configs);
	for (size_t i = 0; i < configs.count; i++)
		for (size_t row = 0; row < plan->rows; row++)
			if (strcmp(table_text(plan, row, config), configs.name[i]) == 0)
				rows[count++] = row;
	names_free(&configs);
	for (size_t row = 0; row < plan->rows; row++) /* rows without a configuration come last */
		if (table_missing(plan, row, config))
			rows[count++] = row;
	return rows;
}
