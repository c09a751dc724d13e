/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/sets_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Formulas: numbers and names with + - * / and parentheses, by recursive descent. Texts are short. */
#define DEPTH_MOST 32 /* of parentheses and signs */

struct parser {
	const char *at;
	int depth;
	formula_lookup *lookup;
	void *context;
	struct error *error;
};

static int sum(struct parser *p, double *value);

static void skip_blanks(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

static int unexpected(struct parser *p)
{
	return *p->at ? error_fail(p->error, 0, "write names, numbers, + - * / and parentheses",
				   "%.40s is no number or name", p->at)
		      : error_fail(p->error, 0, "write a number or a name", "the formula breaks off");
}

static int name(struct parser *p, double *value)
{
	char text[SET_NAME];
	size_t length = 0;

	while (isalnum((unsigned char)p->at[length]) || p->at[length] == '-' || p->at[length] == '_')
		length++;
	if (length >= sizeof(text))
		return error_fail(p->error, 0, "a name has up to 31 letters", "%.40s is too long a name",
				  p->at);
	memcpy(text, p->at, length);
	text[length] = '\0';
	p->at += length;
	return p->lookup(p->context, text, value, p->error);
}

static int number(struct parser *p, double *value)
{
	char *end;

	*value = strtod(p->at, &end);
	p->at = end;
	return 0;
}

static int parenthesis(struct parser *p, double *value)
{
	int code;

	p->at++;
	code = sum(p, value);
	if (code)
		return code;
	if (*p->at != ')')
		return error_fail(p->error, 0, "close it with )", "a parenthesis is left open");
	p->at++;
	return 0;
}

static int factor(struct parser *p, double *value)
{
	int code;

	skip_blanks(p);
	if (++p->depth > DEPTH_MOST)
		return error_fail(p->error, 0, "write it more simply", "the formula is nested too deeply");
	if (*p->at == '(')
		code = parenthesis(p, value);
	else if (isdigit((unsigned char)*p->at))
		code = number(p, value);
	else if (isalpha((unsigned char)*p->at))
		code = name(p, value);
	else
		code = unexpected(p);
	p->depth--;
	skip_blanks(p);
	return code;
}

static int product(struct parser *p, double *value)
{
	int code = factor(p, value);
	double right;

	while (code == 0 && (*p->at == '*' || *p->at == '/')) {
		bool divides = *p->at++ == '/';

		code = factor(p, &right);
		if (code == 0)
			*value = divides ? *value / right : *value * right;
	}
	return code;
}

static int sum(struct parser *p, double *value)
{
	int code = product(p, value);
	double right;

	while (code == 0 && (*p->at == '+' || *p->at == '-')) {
		bool subtracts = *p->at++ == '-';

		code = product(p, &right);
		if (code == 0)
			*value += subtracts ? -right : right;
	}
	return code;
}

int formula_evaluate(const char *text, formula_lookup *lookup, void *context, double *value,
		     struct error *error)
{
	struct parser p = { .at = text, .lookup = lookup, .context = context, .error = error };
	int code = sum(&p, value);

	if (code == 0 && *p.at)
		code = error_fail(error, 0, "join its parts with + - * or /", "%.40s is too much", p.at);
	return code;
}
