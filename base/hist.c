/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/hist.h"

/* Values below HIST_SUB have a bucket each; above, the top HIST_SUB_BITS + 1 bits choose it. */
static unsigned bucket_of(uint64_t value)
{
	unsigned octave, index;

	if (value < HIST_SUB)
		return (unsigned)value;
	octave = 63u - (unsigned)__builtin_clzll(value) - HIST_SUB_BITS;
	index = (octave + 1) * HIST_SUB + (unsigned)((value >> octave) - HIST_SUB);
	return index < HIST_BUCKETS ? index : HIST_BUCKETS - 1;
}

static uint64_t middle_of(unsigned bucket)
{
	unsigned octave;

	if (bucket < HIST_SUB)
		return bucket;
	octave = bucket / HIST_SUB - 1;
	return ((uint64_t)(HIST_SUB + bucket % HIST_SUB) << octave) + ((1ull << octave) - 1) / 2;
}

void hist_bounds(unsigned bucket, uint64_t *low, uint64_t *high)
{
	unsigned octave;

	*low = *high = bucket;
	if (bucket < HIST_SUB)
		return;
	octave = bucket / HIST_SUB - 1;
	*low = (uint64_t)(HIST_SUB + bucket % HIST_SUB) << octave;
	*high = bucket + 1 == HIST_BUCKETS ? UINT64_MAX : *low + ((1ull << octave) - 1);
}

void hist_add(struct hist *hist, uint64_t value)
{
	hist->count++;
	hist->total += value;
	if (value > hist->max)
		hist->max = value;
	hist->bucket[bucket_of(value)]++;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	into->count += from->count;
	into->total += from->total;
	if (from->max > into->max)
		into->max = from->max;
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}

uint64_t hist_quantile(const struct hist *hist, double quantile)
{
	double want = quantile * (double)hist->count;
	uint64_t seen = 0, value;

	if (hist->count == 0)
		return 0;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += hist->bucket[i];
		if (seen > 0 && (double)seen >= want) {
			value = middle_of(i);
			return value < hist->max ? value : hist->max;
		}
	}
	return hist->max;
}
