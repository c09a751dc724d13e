/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/series_priv.h"

/* Points in time as text. */

#define MILLISECONDS_FROM 1e11 /* a count of seconds above this would be in the year 5138 */

/* WIDTH digits at *TEXT, which moves behind them; -1: there are fewer. */
static int digits(const char **text, int width)
{
	int value = 0;

	for (; width > 0; width--, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		value = 10 * value + (**text - '0');
	}
	return value;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar (E. M. Reingold and N. Dershowitz, Calendrical
 * Calculations, 2018, section 2.1, from March on so that leap days come last). */
static long days(int year, int month, int day)
{
	long y = year - (month <= 2), m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Seconds east of Greenwich at *TEXT; NaN: it is no zone. */
static double zone(const char *text)
{
	int sign = *text == '-' ? -1 : 1, hours, minutes;

	if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0 || strcmp(text, "GMT") == 0)
		return 0;
	if (*text != '+' && *text != '-')
		return (double)NAN;
	text++;
	hours = digits(&text, 2);
	text += *text == ':';
	minutes = *text ? digits(&text, 2) : 0;
	return hours < 0 || minutes < 0 || *text ? (double)NAN : sign * (hours * 3600. + minutes * 60.);
}

/* The day that *TEXT begins with, 2030-01-31 or 31.01.2030, since 1970. NaN: it is none. */
static double date(const char **text)
{
	bool dots = strlen(*text) > 2 && (*text)[2] == '.';
	int number[3];

	for (int i = 0; i < 3; i++) {
		number[i] = digits(text, i == (dots ? 2 : 0) ? 4 : 2);
		if (number[i] < 0 || (i < 2 && *(*text)++ != (dots ? '.' : '-')))
			return (double)NAN;
	}
	if (number[1] < 1 || number[1] > 12 || number[dots ? 0 : 2] < 1 || number[dots ? 0 : 2] > 31)
		return (double)NAN;
	return (double)days(number[dots ? 2 : 0], number[1], number[dots ? 0 : 2]);
}

/* A day, and a time of it where one is said. */
static double calendar(const char *text)
{
	double day = date(&text), second = 0;
	int hour = 0, minute = 0;
	char *end;

	if (isnan(day))
		return (double)NAN;
	if ((*text == 'T' || *text == ' ') && isdigit((unsigned char)text[1])) {
		text++;
		hour = digits(&text, 2);
		if (hour < 0 || hour > 24 || *text++ != ':' || (minute = digits(&text, 2)) < 0 || minute > 59)
			return (double)NAN;
		if (*text == ':' && isdigit((unsigned char)text[1])) {
			second = strtod(text + 1, &end);
			text = end;
		}
	}
	text += strspn(text, " ");
	return day * 86400 + hour * 3600. + minute * 60. + second - zone(text);
}

double series_time(const char *text)
{
	char *end;
	double number;

	if (strlen(text) > 4 && (text[4] == '-' || (text[2] == '.' && text[5] == '.')))
		return calendar(text);
	if (!isdigit((unsigned char)*text) || text[strspn(text, "0123456789.")])
		return (double)NAN;
	number = strtod(text, &end);
	if (*end)
		return (double)NAN;
	if (number > MILLISECONDS_FROM)
		number /= 1000;
	return number < MILLISECONDS_FROM ? number : (double)NAN; /* later is no time that was measured */
}
