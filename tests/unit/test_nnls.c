/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/linear.h"
#include "model/nnls_priv.h"
#include "tests/check.h"

/* Non-negative least squares with known answers. */

static void test_unbounded(void)
{
	/* The solution is within bounds: that of plain least squares, y = 1 + 2 t. */
	static const double a[] = { 1, 0, 1, 1, 1, 2, 1, 3 }, b[] = { 1, 3, 5, 7 };
	double x[2], condition;

	CHECK_INT(nnls_solve(a, b, 4, 2, x, &condition), 0);
	CHECK_NEAR(x[0], 1, 1e-12);
	CHECK_NEAR(x[1], 2, 1e-12);
	CHECK(condition > 1 && condition < 10);
}

static void test_bound(void)
{
	/* scipy.optimize.nnls documents these two: https://docs.scipy.org/doc/scipy/reference/generated/ */
	static const double a[] = { 1, 0, 1, 0, 0, 1 }, b[] = { 2, 1, 1 }, c[] = { -1, -1, -1 };
	double x[2];

	CHECK_INT(nnls_solve(a, b, 3, 2, x, NULL), 0);
	CHECK_NEAR(x[0], 1.5, 1e-12);
	CHECK_NEAR(x[1], 1, 1e-12);
	CHECK_INT(nnls_solve(a, c, 3, 2, x, NULL), 0);
	CHECK_NEAR(x[0], 0, 0);
	CHECK_NEAR(x[1], 0, 0);
}

/* Whether X meets the conditions of Karush, Kuhn and Tucker, which no other vector does. */
static void check_optimal(const double *a, const double *b, size_t n, size_t p, const double *x)
{
	for (size_t j = 0; j < p; j++) {
		double slope = 0, scale = 0;

		for (size_t i = 0; i < n; i++) {
			double rest = b[i];

			for (size_t k = 0; k < p; k++)
				rest -= a[i * p + k] * x[k];
			slope += a[i * p + j] * rest;
			scale += fabs(a[i * p + j] * b[i]);
		}
		CHECK(x[j] >= 0);
		CHECK(slope <= 1e-9 * scale);
		if (x[j] > 0)
			CHECK(fabs(slope) <= 1e-9 * scale);
	}
}

static void test_many(void)
{
	enum { N = 12, P = 7 };
	double a[N * P], b[N], x[P];
	unsigned state = 1;

	for (int problem = 0; problem < 300; problem++) {
		for (size_t i = 0; i < N * P; i++) {
			state = state * 1664525u + 1013904223u;
			a[i] = (state >> 8) / 8388608.0 - 1;
			a[i] *= pow(10, (double)(i % P)); /* columns of very different sizes */
		}
		for (size_t i = 0; i < N; i++) {
			state = state * 1664525u + 1013904223u;
			b[i] = (state >> 8) / 8388608.0 - 1;
		}
		CHECK_INT(nnls_solve(a, b, N, P, x, NULL), 0);
		check_optimal(a, b, N, P, x);
	}
}

static void test_dependent(void)
{
	/* The second column is twice the first, the third is nought. */
	static const double a[] = { 1, 2, 0, 2, 4, 0, 3, 6, 0 }, b[] = { 2, 4, 6 };
	double x[3], condition;

	CHECK_INT(nnls_solve(a, b, 3, 3, x, &condition), 0);
	CHECK_NEAR(x[0] + 2 * x[1], 2, 1e-12);
	CHECK_NEAR(x[2], 0, 0);
	CHECK(isinf(condition));
}

static void test_fewer_rows(void)
{
	static const double a[] = { 1, 1, 1 }, b[] = { 3 };
	double x[3];

	CHECK_INT(nnls_solve(a, b, 1, 3, x, NULL), 0);
	CHECK_NEAR(x[0] + x[1] + x[2], 3, 1e-12);
}

static void test_condition(void)
{
	/* Two columns at an angle of 60 degrees, whatever their lengths: sqrt((1 + 1/2) / (1 - 1/2)). */
	const double a[] = { 1, 500, 0, 500 * sqrt(3) }, b[] = { 1, 1 };
	double x[2], condition, s[2], v[4];

	CHECK_INT(nnls_solve(a, b, 2, 2, x, &condition), 0);
	CHECK_NEAR(condition, sqrt(3), 1e-9);
	CHECK_INT(linear_singular_values((const double[]){ 3, 0, 0, 4 }, 2, 2, s, v), 0);
	CHECK_NEAR(s[0], 4, 1e-12);
	CHECK_NEAR(s[1], 3, 1e-12);
}

int main(void)
{
	CHECK_RUN(test_unbounded);
	CHECK_RUN(test_bound);
	CHECK_RUN(test_many);
	CHECK_RUN(test_dependent);
	CHECK_RUN(test_fewer_rows);
	CHECK_RUN(test_condition);
	return check_done();
}
