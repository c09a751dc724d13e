/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_POLICY_PRIV_H
#define MODEL_PLAN_POLICY_PRIV_H

#include "model/model.h"
#include "model/plan/plan_priv.h"

/* A key that a policy may have: how its text becomes the value at OFFSET. */
struct policy_key {
	struct model_policy_key key;
	int (*take)(const char *text, void *value); /* 0 or -EINVAL */
	const char *expected;			    /* what the text should be */
	size_t offset;				    /* in the policy, or in what its section is about */
};

/* The keys before any section, and those of [WORD NAME]; each list ends with a key without a name. What such
 * sections are about are structs of SIZE that begin as a plan_section does, in a list of the policy. */
struct policy_section {
	const char *word; /* "": before any section */
	const struct policy_key *keys;
	const char *about;	  /* what NAME names */
	size_t size, list, count; /* the latter two: offsets in the policy */
};
extern const struct policy_section policy_sections[]; /* ends with a NULL word */

#endif
