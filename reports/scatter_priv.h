/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_SCATTER_PRIV_H
#define REPORTS_SCATTER_PRIV_H

#include "reports/reports_priv.h"

/* Pairs of what should be equal, in ns. */
struct scatter {
	const char *x, *y; /* what they are */
	struct scatter_point {
		double x, y, low, high; /* the last two: y's interval */
		size_t series;
		bool hollow;
	} * point; /* count; owned */
	size_t count;
	struct series *series; /* series_count; owned */
	size_t series_count;
};

#endif
