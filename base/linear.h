/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_LINEAR_H
#define BASE_LINEAR_H

#include <stddef.h>

/* Small dense linear algebra. Matrices are row-major. */

/*
 * Reduces the least-squares problem A (n x p) x = B (n) to a triangular one of the same solutions: R is p x
 * p, upper triangular, and C (p) such that |A x - B|^2 = |R x - C|^2 + *REST, by Householder's QR (G. Golub
 * and C. Van Loan, Matrix Computations, section 5.3). With n < p the missing rows count as nought. 0 or
 * -ENOMEM.
 */
int linear_reduce(const double *a, const double *b, size_t n, size_t p, double *r, double *c, double *rest);

/*
 * The x (k) that minimizes |A x - B|, A being n x k with n >= k. 0, -EDOM where columns of A depend on one
 * another to working precision, or -ENOMEM.
 */
int linear_least_squares(const double *a, const double *b, size_t n, size_t k, double *x);

/*
 * Singular values (k, descending) of A (n x k, n >= k), and V (k x k; may be NULL), whose columns are the
 * right singular vectors (one-sided Jacobi: J. Demmel and K. Veselic, SIAM J. Matrix Anal. Appl. 13, 1992). 0
 * or -ENOMEM.
 */
int linear_singular_values(const double *a, size_t n, size_t k, double *values, double *v);

#endif
