/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Raw codes of a core's events, for CPUs newer than libpfm4: "r01c2" (umask and event), and
 * "cpu/event=0xc2,umask=0x01/", with perf's modifiers behind: ":u" or, after the last slash, "u".
 */

/* What a term sets: the layout of IA32_PERFEVTSELx, which the kernel's config follows on Intel and AMD. */
static const struct {
	const char *name;
	unsigned shift, bits;
	unsigned char word; /* of config, config1, config2 */
} terms[] = {
	{ "event", 0, 8, 0 },	 { "umask", 8, 8, 0 },	  { "edge", 18, 1, 0 },
	{ "inv", 23, 1, 0 },	 { "cmask", 24, 8, 0 },	  { "config", 0, 64, 0 },
	{ "config1", 0, 64, 1 }, { "config2", 0, 64, 2 }, { "ldlat", 0, 16, 1 },
};
#define TERMS (sizeof(terms) / sizeof(terms[0]))

#define EVENT_HIGH                                                                                           \
	32 /* where AMD's events go on, whose numbers have 12 bits (AMD64 APM volume 2, 13.2.1)              \
	    */

static int bad(const char *name, const char *mend, struct error *error)
{
	return error_fail(error, 0, mend, "cannot encode the event %.150s", name);
}

/* u, k, G and H: where any of a pair is named, only what is named counts. */
static int take_modifiers(const char *name, const char *text, struct perf_event_attr *attribute,
			  struct error *error)
{
	bool user = false, kernel = false, guest = false, host = false;

	for (; *text; text++)
		switch (*text) {
		case 'u':
			user = true;
			break;
		case 'k':
			kernel = true;
			break;
		case 'G':
			guest = true;
			break;
		case 'H':
			host = true;
			break;
		case ':':
			break;
		default:
			return bad(name, "modifiers are u (user), k (kernel), G (guest), H (host)", error);
		}
	attribute->exclude_user = kernel && !user;
	attribute->exclude_kernel = user && !kernel;
	attribute->exclude_host = guest && !host;
	attribute->exclude_guest = host && !guest;
	return 0;
}

static void put(struct perf_event_attr *attribute, size_t term, uint64_t value)
{
	if (terms[term].word == 1)
		attribute->config1 |= value;
	else if (terms[term].word == 2)
		attribute->config2 |= value;
	else
		attribute->config |= value << terms[term].shift;
}

/* "umask=0x01"; a term alone is 1. */
static int take_term(const char *name, const char *text, struct perf_event_attr *attribute,
		     struct error *error)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text), term = 0;
	uint64_t value = 1;
	char *end;

	while (term < TERMS &&
	       (strlen(terms[term].name) != length || strncmp(terms[term].name, text, length) != 0))
		term++;
	if (term == TERMS)
		return bad(name, "terms are event, umask, cmask, inv, edge, ldlat, config, config1, config2",
			   error);
	if (equals) {
		errno = 0;
		value = strtoull(equals + 1, &end, 0);
		if (end == equals + 1 || *end || errno || equals[1] == '-')
			return bad(name, "write numbers as 0x1f or 31", error);
	}
	if (strcmp(terms[term].name, "event") == 0 && value <= 0xfff) {
		attribute->config |= value >> 8 << EVENT_HIGH;
		value &= 0xff;
	}
	if (terms[term].bits < 64 && value >> terms[term].bits)
		return bad(name, "a term's number is too large", error);
	put(attribute, term, value);
	return 0;
}

/* "event=0xc2,umask=0x01/u" */
static int take_terms(const char *name, const char *text, struct perf_event_attr *attribute,
		      struct error *error)
{
	char copy[128], *rest = copy, *slash, *word;
	int code = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash == NULL || slash == copy)
		return bad(name, "write cpu/event=0xc2,umask=0x01/", error);
	*slash = '\0';
	while (code == 0 && (word = strsep(&rest, ",")) != NULL)
		code = take_term(name, word, attribute, error);
	return code ? code : take_modifiers(name, slash + 1, attribute, error);
}

bool probe_raw_is(const char *name)
{
	size_t digits = *name == 'r' ? strspn(name + 1, "0123456789abcdefABCDEF") : 0;

	return strchr(name, '/') != NULL || (digits && (name[1 + digits] == '\0' || name[1 + digits] == ':'));
}

int probe_raw_encode(const char *name, struct perf_event_attr *attribute, struct error *error)
{
	char *end;

	*attribute = (struct perf_event_attr){ .size = sizeof(*attribute), .type = PERF_TYPE_RAW };
	if (strncmp(name, "cpu/", 4) == 0)
		return take_terms(name, name + 4, attribute, error);
	if (strchr(name, '/'))
		return bad(name, "only cpu/.../ is counted: events of other units belong to no thread",
			   error);
	errno = 0;
	attribute->config = strtoull(name + 1, &end, 16);
	if (errno)
		return bad(name, "a raw code has up to 16 hexadecimal digits", error);
	return take_modifiers(name, end, attribute, error);
}
