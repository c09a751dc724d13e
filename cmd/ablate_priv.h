/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_ABLATE_PRIV_H
#define CMD_ABLATE_PRIV_H

#include "cmd/harness_priv.h"

#define ABLATE_ORDERS 64 /* of knobs at most: more would need too many configurations */

/* A knob in which the two ends of an ablation differ. */
struct ablate_knob {
	enum vmm_knob_id id;
	uint8_t from, to; /* values asked for at either end */
	char note[192];	  /* what stands in for a value this machine cannot set; "" when nothing does */
	bool left_out;	  /* what stands in is the same at both ends: nothing would be flipped */
};

/* What is flipped between which configurations. A set of knobs is a mask: bit i, knob[i] is as at the end. */
struct ablation {
	struct vmm_config from, to;
	struct ablate_knob knob[VMM_KNOBS]; /* those that are flipped, then those left out */
	size_t knobs, left_out;
	size_t orders;
	uint8_t order[ABLATE_ORDERS][VMM_KNOBS];
};

/* Finds out in what FROM and TO differ and what of it this machine can set. 0, or negative errno: nothing. */
int ablation_design(struct ablation *ablation, const struct vmm_config *from, const struct vmm_config *to,
		    struct error *error);

/*
 * Draws ORDERS orders of the knobs by SEED, each with its reverse: antithetic pairs of rows of Williams
 * squares, so that every knob stands at each position as often as may be (R. Mitchell et al., Sampling
 * permutations for Shapley value estimation, JMLR 23, 2022). Fewer where there are no more.
 */
void ablation_draw(struct ablation *ablation, size_t orders, uint64_t seed);

/* The configuration with the knobs of MASK flipped: named by the end it is nearer to. */
void ablation_config(const struct ablation *ablation, unsigned mask, struct vmm_config *config);

/* Writes DIRECTORY/flips.csv: each comparison a bar is made of. 0 or negative errno. */
int ablation_write(const struct ablation *ablation, const char *directory, struct error *error);

/*
 * Fills h->config from --from, --to and --set: both ends, each single flip, and what ORDERS orders drawn by
 * SEED pass through. 0 or negative errno.
 */
int ablate_configure(struct harness *h, size_t orders, uint64_t seed, struct error *error);

/* Measures an ablation: single flips, and where they interact orders of knobs. 0 or negative errno. */
int ablate_measure(struct harness *h, struct error *error);

#endif
