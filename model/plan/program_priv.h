/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PROGRAM_PRIV_H
#define MODEL_PLAN_PROGRAM_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Linear and integer programs: minimize the cost of columns, each within bounds, whose sums by row stay
 * within those of the rows. Rows and columns count from 0; a bound that is infinite is none. All numbers are
 * the caller's. GLPK's one door.
 */
struct program {
	void *lp;	/* owned */
	size_t columns; /* there are */
};

/* Begins one of ROWS, none of them bounded. program_close frees it; memory that is short ends the process, as
 * GLPK has it. */
void program_open(struct program *program, size_t rows);
void program_close(struct program *program);

void program_bound_row(struct program *program, size_t row, double low, double high);

/* Adds a column that has VALUES in COUNT of the ROWS, each named once. Its number. */
size_t program_add_column(struct program *program, double cost, double low, double high, size_t count,
			  const size_t *rows, const double *values);

/* Solves it in numbers that need not be whole; false: not solved. program_price is what one more of ROW would
 * then cost, program_cost the least cost. */
bool program_relax(struct program *program);
double program_price(const struct program *program, size_t row);
double program_cost(const struct program *program);

/* In whole numbers, for no longer than MILLISECONDS. */
enum program_answer { PROGRAM_OPTIMAL, PROGRAM_IMPOSSIBLE, PROGRAM_UNKNOWN };
enum program_answer program_solve(struct program *program, int milliseconds);
double program_whole_cost(const struct program *program);
double program_whole(const struct program *program, size_t column);

#endif
