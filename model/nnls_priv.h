/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_NNLS_PRIV_H
#define MODEL_NNLS_PRIV_H

#include <stddef.h>

/*
 * Non-negative least squares: the X (p) >= 0 that minimizes |A X - B|, A being n x p, row-major, and B n. By
 * the active-set method NNLS of C. Lawson and R. Hanson, Solving Least Squares Problems, 1974, chapter 23.
 * Columns are scaled to length 1 for it; one of noughts alone gets 0. *CONDITION (may be NULL): the largest
 * by the smallest singular value of the scaled columns, infinite where one depends on others. 0, or -ENOMEM.
 */
int nnls_solve(const double *a, const double *b, size_t n, size_t p, double *x, double *condition);

#endif
