/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/linear.h"

#include <errno.h>
#include <float.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The one place that asks GSL for linear algebra. Room is taken here, so that GSL never has to abort. */

/* A (n x p) above nought to ROWS rows. */
static double *copy_rows(const double *a, size_t n, size_t p, size_t rows)
{
	double *copy = calloc(rows * p + 1, sizeof(*copy));

	if (copy)
		memcpy(copy, a, n * p * sizeof(*copy));
	return copy;
}

int linear_reduce(const double *a, const double *b, size_t n, size_t p, double *r, double *c, double *rest)
{
	size_t rows = n > p ? n : p;
	double *qr = copy_rows(a, n, p, rows), *right = copy_rows(b, n, 1, rows),
	       *tau = calloc(p + 1, sizeof(*tau));
	int code = qr && right && tau ? 0 : -ENOMEM;

	if (code == 0) {
		gsl_matrix_view m = gsl_matrix_view_array(qr, rows, p);
		gsl_vector_view t = gsl_vector_view_array(tau, p), v = gsl_vector_view_array(right, rows);

		gsl_linalg_QR_decomp(&m.matrix, &t.vector);
		gsl_linalg_QR_QTvec(&m.matrix, &t.vector, &v.vector);
		for (size_t i = 0; i < p; i++)
			for (size_t j = 0; j < p; j++)
				r[i * p + j] = j < i ? 0 : qr[i * p + j];
		memcpy(c, right, p * sizeof(*c));
		*rest = 0;
		for (size_t i = p; i < rows; i++)
			*rest += right[i] * right[i];
	}
	free(qr);
	free(right);
	free(tau);
	return code;
}

int linear_least_squares(const double *a, const double *b, size_t n, size_t k, double *x)
{
	double *r = malloc((k * k + 1) * sizeof(*r)), *c = malloc((k + 1) * sizeof(*c)), rest, most = 0;
	int code = r && c ? linear_reduce(a, b, n, k, r, c, &rest) : -ENOMEM;

	for (size_t i = 0; code == 0 && i < k; i++)
		most = fmax(most, fabs(r[i * k + i]));
	for (size_t i = k; code == 0 && i-- > 0;) {
		double sum = c[i];

		if (fabs(r[i * k + i]) <= most * (double)n * DBL_EPSILON) {
			code = -EDOM;
			break;
		}
		for (size_t j = i + 1; j < k; j++)
			sum -= r[i * k + j] * x[j];
		x[i] = sum / r[i * k + i];
	}
	free(r);
	free(c);
	return code;
}

int linear_singular_values(const double *a, size_t n, size_t k, double *values, double *v)
{
	double *u = copy_rows(a, n, k, n), *right = calloc(k * k + 1, sizeof(*right));
	int code = u && right ? 0 : -ENOMEM;

	if (code == 0) {
		gsl_matrix_view m = gsl_matrix_view_array(u, n, k), w = gsl_matrix_view_array(right, k, k);
		gsl_vector_view s = gsl_vector_view_array(values, k);

		gsl_error_handler_t *usual = gsl_set_error_handler_off();

		/* Where columns depend on one another it may say that they are not orthogonal to the last
		 * digit. */
		gsl_linalg_SV_decomp_jacobi(&m.matrix, &w.matrix, &s.vector);
		gsl_set_error_handler(usual);
		if (v)
			memcpy(v, right, k * k * sizeof(*v));
	}
	free(u);
	free(right);
	return code;
}
