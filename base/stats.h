/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stddef.h>

/*
 * A point estimate and its two-sided confidence interval. Where n is too small for the level, low, high and
 * level are NaN; without values, value is too.
 */
struct stats_estimate {
	double value;
	double low;
	double high;
	double level; /* the coverage reached, at least the level asked for */
	size_t n;
};

/* Sorts VALUES (n of them) ascending. NaN is not allowed. */
void stats_sort(double *values, size_t n);

/* The quantile q (0..1) of n SORTED values, linear interpolation (Hyndman and Fan type 7). NaN when n = 0. */
double stats_quantile(const double *sorted, size_t n, double q);

/*
 * Median of n VALUES (not changed) with the exact interval between order statistics
 * (David and Nagaraja, Order Statistics, section 7.1) at LEVEL, e.g. 0.95.
 */
struct stats_estimate stats_median(const double *values, size_t n, double level);

/*
 * Hodges-Lehmann estimate of n VALUES: the median of the n(n+1)/2 Walsh averages, with the interval that
 * inverts the Wilcoxon signed-rank test (exact distribution to n = 50, normal approximation beyond;
 * Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, section 3.2-3.3).
 */
struct stats_estimate stats_hodges_lehmann(const double *values, size_t n, double level);

/* The mean of n SORTED values without the fifth of them at either end (J. W. Tukey and D. H. McLaughlin, Less
 * vulnerable confidence and significance procedures, Sankhya A 25, 1963). NaN when n = 0. */
double stats_trimmed_mean(const double *sorted, size_t n);

/*
 * Estimates of K linear combinations of locations. VALUES is n x m, row-major: n blocks, in each of which m
 * things were measured once; WEIGHTS is k x m, row-major. The location of each thing is its trimmed mean over
 * the blocks, and ESTIMATES[k] the combination of these, so estimates of combinations that sum also sum.
 * Intervals come from resampling whole blocks, which keeps what was measured side by side together:
 * percentiles of 2000 resamples, expanded for small n (B. Efron, Bootstrap methods, Annals of Statistics 7,
 * 1979; T. Hesterberg, What teachers should know about the bootstrap, American Statistician 69, 2015,
 * section 4.3). Below 6 blocks there are none. The same input gives the same output. 0 or -ENOMEM.
 */
int stats_combine(const double *values, size_t n, size_t m, const double *weights, size_t k, double level,
		  struct stats_estimate *estimates);

/*
 * Marks in FLAGS (n bytes, 1 = outlier) each value farther than K scaled MADs (x 1.4826) from the median;
 * none where the MAD is 0, as then nothing tells what is far.
 */
void stats_flag_outliers(const double *values, size_t n, double k, unsigned char *flags);

/*
 * The difference of the means of A (n) and B (m) with Welch's interval (B. L. Welch, The generalization of
 * Student's problem when several different population variances are involved, Biometrika 34, 1947). With
 * fewer than 3 on either side low and high are NaN; .n is that of A.
 */
struct stats_estimate stats_welch(const double *a, size_t n, const double *b, size_t m, double level);

/* Two-sided p of |T| under Student's t with DF degrees of freedom; DF infinite: the normal distribution. */
double stats_t_p(double t, double df);

/* The value that Student's t with DF degrees of freedom stays below with probability P. */
double stats_t_quantile(double p, double df);

/*
 * What n VARIANCES, each estimated with DF[i] degrees of freedom (those of 0 do not count), have in common:
 * *VALUE as if known from *WEIGHT degrees of freedom more, so that the moderated variance of i is
 * (WEIGHT VALUE + DF[i] VARIANCES[i]) / (WEIGHT + DF[i]). WEIGHT is infinite where they differ no more than
 * chance makes them, and 0 (VALUE is NaN) where fewer than 3 tell. (Smyth, Linear models and empirical Bayes
 * methods, Statistical Applications in Genetics and Molecular Biology 3(1), 2004, section 6.2.)
 */
void stats_moderate(const double *variances, const double *df, size_t n, double *value, double *weight);

/*
 * Turns n p values into the least false discovery rates at which each is still rejected, in place; NaN stay
 * and do not count. (Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995.)
 */
void stats_benjamini_hochberg(double *p, size_t n);

#endif
