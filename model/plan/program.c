/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <glpk.h>
#include <math.h>

#include "model/plan/program_priv.h"

/* Linear and integer programs, by GLPK: the one file that includes it. */

#define ENTRIES_MOST 4096 /* in one column */

void program_open(struct program *program, size_t rows)
{
	glp_term_out(GLP_OFF);
	*program = (struct program){ .lp = glp_create_prob() };
	glp_add_rows(program->lp, (int)rows);
}

void program_close(struct program *program)
{
	if (program->lp)
		glp_delete_prob(program->lp);
	*program = (struct program){ 0 };
}

/* GLPK's word for a pair of bounds. */
static int kind_of(double low, double high)
{
	if (isinf(low))
		return isinf(high) ? GLP_FR : GLP_UP;
	if (isinf(high))
		return GLP_LO;
	return low == high ? GLP_FX : GLP_DB;
}

void program_bound_row(struct program *program, size_t row, double low, double high)
{
	glp_set_row_bnds(program->lp, (int)row + 1, kind_of(low, high), low, high);
}

size_t program_add_column(struct program *program, double cost, double low, double high, size_t count,
			  const size_t *rows, const double *values)
{
	int at[ENTRIES_MOST + 1], column = glp_add_cols(program->lp, 1);
	double value[ENTRIES_MOST + 1];

	if (count > ENTRIES_MOST) /* nobody has as many */
		count = ENTRIES_MOST;
	for (size_t i = 0; i < count; i++) {
		at[i + 1] = (int)rows[i] + 1;
		value[i + 1] = values[i];
	}
	glp_set_mat_col(program->lp, column, (int)count, at, value);
	glp_set_col_bnds(program->lp, column, kind_of(low, high), low, high);
	glp_set_obj_coef(program->lp, column, cost);
	return program->columns++;
}

bool program_relax(struct program *program)
{
	glp_smcp how;

	glp_init_smcp(&how);
	how.msg_lev = GLP_MSG_OFF;
	return glp_simplex(program->lp, &how) == 0 && glp_get_status(program->lp) == GLP_OPT;
}

double program_price(const struct program *program, size_t row)
{
	return glp_get_row_dual(program->lp, (int)row + 1);
}

double program_cost(const struct program *program)
{
	return glp_get_obj_val(program->lp);
}

enum program_answer program_solve(struct program *program, int milliseconds)
{
	glp_iocp how;
	int code;

	for (size_t i = 0; i < program->columns; i++)
		glp_set_col_kind(program->lp, (int)i + 1, GLP_IV);
	glp_init_iocp(&how);
	how.msg_lev = GLP_MSG_OFF;
	how.presolve = GLP_ON;
	how.tm_lim = milliseconds;
	code = glp_intopt(program->lp, &how);
	if (code == GLP_ENOPFS || (code == 0 && glp_mip_status(program->lp) == GLP_NOFEAS))
		return PROGRAM_IMPOSSIBLE;
	return code == 0 && glp_mip_status(program->lp) == GLP_OPT ? PROGRAM_OPTIMAL : PROGRAM_UNKNOWN;
}

double program_whole_cost(const struct program *program)
{
	return glp_mip_obj_val(program->lp);
}

double program_whole(const struct program *program, size_t column)
{
	return glp_mip_col_val(program->lp, (int)column + 1);
}
