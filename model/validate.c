/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"
#include "model/model.h"

/* validation.csv: predictions of programs that a fit has not seen, beside what they took. */

static int put(struct table_writer *w, const struct fit_case *f, int metric, const char *held_out,
	       const struct profile *profile, const struct fit *fit, struct error *error)
{
	double native = f->native_ns[metric], predicted, low, high;
	struct fit_work work = profile_work(profile, metric, native);

	predicted = fit_predict(fit, &work, NULL);
	fit_interval(fit, work.kind, predicted, &low, &high);
	table_put_text(w, f->program);
	table_put_text(w, f->config);
	table_put_text(w, fit_metrics[metric]);
	table_put_text(w, held_out);
	table_put_number(w, native);
	table_put_number(w, f->measured_ns[metric]);
	table_put_number(w, predicted);
	table_put_number(w, low);
	table_put_number(w, high);
	table_put_number(w, native * fit->constant);
	table_put_number(w, native * fit->constant * fit->constant_error[0]);
	table_put_number(w, native * fit->constant * fit->constant_error[1]);
	table_put_number(w, native * fit->cpu_only);
	return table_end_row(w, error);
}

/* Each program left out in turn; its interval, too, is from the others alone. */
static int leave_one_out(struct table_writer *w, const struct fit_cases *all, const char *config, int metric,
			 const struct model_watch *watch, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < all->count; i++) {
		const struct fit_case *f = &all->at[i];
		struct fit fit;

		if (strcmp(f->config, config) != 0)
			continue;
		watch->step(watch->context, "validating", all->count * METRICS, f->program, config);
		code = fit_make(all, config, metric, f->program, FIT_ERROR, &fit);
		if (code == -ENODATA)
			return error_fail(error, 0, "measure and profile more programs",
					  "one program alone cannot be left out");
		if (code)
			return error_set(error, -code, "cannot fit costs of %.100s", config);
		code = put(w, f, metric, "program", &all->profiles.at[f->profile], &fit, error);
	}
	return code;
}

static int apart(struct table_writer *w, const struct fit_cases *all, const struct fit_cases *held,
		 const char *config, int metric, struct error *error)
{
	struct fit fit;
	int code = fit_make(all, config, metric, NULL, FIT_ERROR, &fit);

	if (code)
		return error_set(error, -code, "cannot fit costs of %.100s", config);
	for (size_t i = 0; code == 0 && i < held->count; i++)
		if (strcmp(held->at[i].config, config) == 0)
			code = put(w, &held->at[i], metric, "list", &held->profiles.at[held->at[i].profile],
				   &fit, error);
	return code;
}

/* No program may be on both sides. */
static int check_apart(const struct fit_cases *all, const struct fit_cases *held, struct error *error)
{
	for (size_t i = 0; i < held->programs.count; i++)
		if (names_contain(&all->programs, held->programs.name[i]))
			return error_fail(error, 0, "leave it out of one of them",
					  "%.100s is among the programs to fit on and among those held out",
					  held->programs.name[i]);
	return 0;
}

static int write_all(struct table_writer *w, const struct fit_cases *all, const struct fit_cases *held,
		     const struct model_watch *watch, struct error *error)
{
	int code = 0;

	for (size_t c = 0; code == 0 && c < all->configs.count; c++)
		for (int m = 0; code == 0 && m < METRICS; m++) {
			code = leave_one_out(w, all, all->configs.name[c], m, watch, error);
			if (code == 0)
				code = apart(w, all, held, all->configs.name[c], m, error);
		}
	return code;
}

/* How often what predictions are made from was counted natively, and how often there. */
static int put_counts(struct table_writer *w, const struct fit_cases *cases, const char *held_out,
		      struct error *error)
{
	int code = 0;

	for (size_t i = 0; i < cases->count; i++)
		for (size_t k = 0; code == 0 && k < COUNTED; k++) {
			const struct fit_case *f = &cases->at[i];

			table_put_text(w, f->program);
			table_put_text(w, f->config);
			table_put_text(w, held_out);
			table_put_text(w, fit_counted_name(k));
			table_put_number(w, cases->profiles.at[f->profile].counted[k]);
			table_put_number(w, f->counted[k]);
			code = table_end_row(w, error);
		}
	return code;
}

static int write_counts(const char *path, const struct fit_cases *all, const struct fit_cases *held,
			struct error *error)
{
	struct table_writer writer;
	int code = table_create(&writer, path, &schema_event_counts, error);

	if (code)
		return code;
	code = put_counts(&writer, all, "program", error);
	if (code == 0)
		code = put_counts(&writer, held, "list", error);
	return table_writer_end(&writer, code, error);
}

/* The programs HELD out: those of directories of their own, and those of DIRECTORIES. */
static int read_unseen(struct fit_cases *cases, const char *const *directories,
		       const struct model_held_out *held, struct error *error)
{
	static const char *const none[] = { NULL };
	int code = 0;

	if (*held->directories)
		code = fit_cases_read(cases, held->directories, FIT_OTHERS, none, error);
	if (code == 0 && *held->programs)
		code = fit_cases_read(cases, directories, FIT_THOSE, held->programs, error);
	return code;
}

int model_validation_write(const char *const *directories, const struct model_held_out *held,
			   const char *path, const char *counts, const struct model_watch *watch,
			   struct error *error)
{
	struct fit_cases all = { 0 }, unseen = { 0 };
	struct table_writer writer;
	int code = fit_cases_read(&all, directories, FIT_OTHERS, held->programs, error);

	if (code == 0)
		code = read_unseen(&unseen, directories, held, error);
	if (code == 0)
		code = check_apart(&all, &unseen, error);
	if (code == 0)
		code = fit_leave_out(&all, watch, error);
	if (code == 0)
		code = table_create(&writer, path, &schema_validation, error);
	if (code == 0) {
		code = write_all(&writer, &all, &unseen, watch, error);
		code = table_writer_end(&writer, code, error);
	}
	if (code == 0)
		code = write_counts(counts, &all, &unseen, error);
	fit_cases_free(&all);
	fit_cases_free(&unseen);
	return code;
}
