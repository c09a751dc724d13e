/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/*
 * A key-value store: a hash table in memory, every change first appended to a write-ahead log, which is made
 * durable once in GROUP changes (group commit). Two reads to each change.
 */
#define SLOTS (1u << 16)
#define GROUP 256

struct entry {
	uint64_t key; /* 0: free */
	uint64_t value;
};

static struct entry table[SLOTS];

static struct entry *find(uint64_t key)
{
	uint64_t slot = (key * 0x9e3779b97f4a7c15u) >> 48;

	while (table[slot % SLOTS].key != 0 && table[slot % SLOTS].key != key)
		slot++;
	return &table[slot % SLOTS];
}

static void put(int log, uint64_t key, uint64_t value, uint64_t change)
{
	struct entry record = { key, value };

	if (write(log, &record, sizeof(record)) != (ssize_t)sizeof(record) ||
	    (change % GROUP == GROUP - 1 && fdatasync(log)))
		workload_fail("kv", "log");
	*find(key) = record;
}

int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "LOG [CHANGES]");
	uint64_t changes = workload_size(argc, argv, 2, 4000), sum = WORKLOAD_SUM, seed = 11, start;
	int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);

	if (log < 0)
		workload_fail("kv", path);
	start = workload_begin();
	for (uint64_t i = 0; i < changes; i++) {
		uint64_t key = 1 + workload_random(&seed) % (SLOTS / 2), value = workload_random(&seed);

		put(log, key, value, i);
		for (int k = 0; k < 2; k++)
			sum = (sum ^ find(1 + workload_random(&seed) % (SLOTS / 2))->value) * 0x100000001b3u;
	}
	workload_end(start, 3 * changes);
	return workload_result("kv", sum);
}
