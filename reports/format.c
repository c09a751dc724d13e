/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>

#include "reports/reports_priv.h"

char *format_number(double value, char *text)
{
	double size = fabs(value);

	if (isnan(value))
		snprintf(text, 16, "NA");
	else if (size > 0 && size < 0.001)
		snprintf(text, 16, "%.2g", value);
	else if (size > 0 && size < 0.1)
		snprintf(text, 16, "%.3f", value);
	else if (size < 9.995)
		snprintf(text, 16, "%.2f", value);
	else if (size < 99.95)
		snprintf(text, 16, "%.1f", value);
	else
		snprintf(text, 16, size < 1e9 ? "%.0f" : "%.2e", value);
	return text;
}

char *format_short(double value, char *text)
{
	static const char units[] = "kMG";
	double size = fabs(value);
	int unit = -1;

	if (isnan(value) || size < 9999.5)
		return format_number(value, text);
	do {
		unit++;
		value /= 1000;
		size /= 1000;
	} while (size >= 999.5 && unit < 2);
	snprintf(text, 16, size < 9.995 ? "%.2f%c" : size < 99.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
	return text;
}

static char *format_by(char *(*number)(double, char *), struct interval interval, char *text)
{
	char value[16], low[16], high[16];

	if (isnan(interval.value))
		snprintf(text, 64, "NA");
	else if (isnan(interval.low) || isnan(interval.high))
		snprintf(text, 64, "%s [NA]", number(interval.value, value));
	else
		snprintf(text, 64, "%s [%s, %s]", number(interval.value, value), number(interval.low, low),
			 number(interval.high, high));
	return text;
}

char *format_interval(struct interval interval, char *text)
{
	return format_by(format_number, interval, text);
}

char *format_short_interval(struct interval interval, char *text)
{
	return format_by(format_short, interval, text);
}
