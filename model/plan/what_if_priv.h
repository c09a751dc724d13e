/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_WHAT_IF_PRIV_H
#define MODEL_PLAN_WHAT_IF_PRIV_H

#include "base/names.h"
#include "model/plan/growth_priv.h"
#include "model/plan/plan_priv.h"

/* What turning one knob of a configuration does to what VMs cost, as an ablation measured it. */
struct knob_effect {
	struct names workloads; /* texts are of TABLES */
	double *cpu;		/* workloads: vm-cpu after the flip by that before; owned */
	double *driver;		/* the same: cores of drivers at work after it, by native CPU before; owned */
	double middle;		/* of cpu, over all workloads */
	double middle_driver;
	bool polls;   /* driver threads hold cores after it */
	bool direct;  /* the flip begins at the configuration itself */
	void *tables; /* owned */
};

/*
 * Reads from DIRECTORY (runs.csv and flips.csv of vmtax ablate) what KNOB set to VALUE does to CONFIG: the
 * flip from CONFIG itself where there is one, else the mean over all flips of the knob to or from that value.
 * RATIO (the caller's) is what CONFIG costs a class, to know native CPU by. 0, -ENOENT: it was not flipped,
 * or negative errno. knob_effect_free after 0.
 */
int knob_effect_read(struct knob_effect *effect, const char *directory, const char *config, const char *knob,
		     const char *value, struct error *error);
void knob_effect_free(struct knob_effect *effect);

/* Everything there is to plan with; the planner's. */
struct what_if {
	struct fleet *fleet;
	const struct plan_ratios *ratios;
	const struct plan_policy *policy;
	const struct plan_growth *growth;
	const struct plan_outcome *outcome; /* outcomes: the base */
	size_t outcomes;
	const char *results, *ablation; /* directories; ablation may be NULL */
	const char *const *text;	/* what is asked, NULL-terminated; NULL: nothing */
};

/* One scenario. */
struct scenario {
	const char *text;
	struct plan_policy policy;
	struct plan_growth growth;
	double demand;		     /* times as much as it is */
	bool later;		     /* nothing is changed but what will be */
	char config[64], knobs[200]; /* "hosted", "transport=ring,idle=poll"; "": of all configurations */
	const char *basis;	     /* measured, ablation or policy */
};

/* Reads TEXT: demand=20%, growth=5% or any key of the policy, or hosted:knob=value,... 0, or -EINVAL that
 * says what is wrong with it. */
int what_if_parse(struct scenario *s, const struct what_if *w, const char *text, struct error *error);

/* Adds to ERROR which scenario it is about. */
int what_if_fail(const struct scenario *s, struct error *error);

/* The base and every scenario side by side, to what-if.csv. 0, or negative errno that names what is wrong
 * with a scenario. */
int what_if_put(struct plan_files *files, const struct what_if *w, struct error *error);

#endif
