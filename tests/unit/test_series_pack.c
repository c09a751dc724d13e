/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/error.h"
#include "tests/series_bed.h"

/* Placement of VMs by what they need together over time. */

/* Two VMs on hosts of 5 cores, each busy with 4 half of the time: the second in the HALF of B. Hosts needed.
 */
static size_t count_hosts(int half)
{
	struct fleet fleet;
	struct error error = { 0 };
	struct plan_policy policy;
	struct plan_price price[2];
	struct plan_config config = { .name = "native", .price = price, .known = true, .policy = &policy };
	struct packing packing;
	size_t hosts;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("timestamp,vm,cpu,memory\n", out);
	for (int t = 0; t < 288; t++)
		fprintf(out, "%d,a,%d,1\n%d,b,%d,1\n", 300 * t, t / 144 == 0 ? 4 : 0, 300 * t,
			t / 144 == half ? 4 : 0);
	fclose(out);
	CHECK_INT(read_all(&fleet, &error, text, NULL), 0);
	CHECK_NEAR(fleet.vm[0].asks.cpu + fleet.vm[1].asks.cpu, 8, 1e-5);
	CHECK_INT(plan_policy_read(&policy, NULL, &error), 0);
	for (size_t i = 0; i < 2; i++)
		price[i] = (struct plan_price){ .cpu = fleet.vm[i].asks.cpu };
	fleet.kind[0].has.cpu = 5;
	CHECK_INT(pack_align(&packing, &config, &fleet, &place_effort_usual), 0);
	CHECK_INT(pack_measure(&packing, &fleet, &config), 0);
	hosts = packing.hosts;
	CHECK_INT(packing.unplaced, 0);
	CHECK_NEAR(packing.host[0].used.cpu, 4, 1e-5);
	packing_free(&packing);
	free(config.counted);
	fleet_free(&fleet);
	free(text);
	return hosts;
}

static void test_who_is_busy_when_counts(void)
{
	CHECK_INT(count_hosts(1), 1); /* never at once: the sum is always 4 */
	CHECK_INT(count_hosts(0), 2); /* always at once: 8 */
}

/* What HOST's VMs use together at T. */
static double use(const struct fleet *fleet, const struct plan_host *host, size_t t)
{
	double sum = 0;

	for (size_t i = 0; i < host->vms; i++)
		sum += (double)series_values(&fleet->series, fleet->vm[host->vm[i].item].series - 1,
					     SERIES_CPU)[t];
	return sum;
}

/* Many VMs with bursts of their own: no host may have too little more than a twentieth of the time, and
 * fewer are needed than by the sum of percentiles. */
static void test_hosts_suffice_over_time(void)
{
	enum { VMS = 60, TIMES = 400 };
	struct fleet fleet;
	struct error error = { 0 };
	struct plan_policy policy;
	struct plan_price price[VMS];
	struct plan_config config = { .name = "native", .price = price, .known = true, .policy = &policy };
	struct packing packing;
	double percentiles = 0;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	srand(7);
	fputs("timestamp,vm,cpu,memory\n", out);
	for (int t = 0; t < TIMES; t++)
		for (int i = 0; i < VMS; i++)
			fprintf(out, "%d,v%d,%.3f,1\n", 300 * t, i,
				rand() % 100 < 10 ? 3. : 0.3 + rand() % 5 * 0.1);
	fclose(out);
	CHECK_INT(read_all(&fleet, &error, text, NULL), 0);
	CHECK_INT(plan_policy_read(&policy, NULL, &error), 0);
	for (size_t i = 0; i < VMS; i++) {
		price[i] = (struct plan_price){ .cpu = fleet.vm[i].asks.cpu };
		percentiles += price[i].cpu;
	}
	CHECK_NEAR(percentiles, 3 * VMS, 1);
	CHECK_INT(pack_align(&packing, &config, &fleet, &place_effort_usual), 0);
	CHECK_INT(packing.unplaced, 0);
	for (size_t h = 0; h < packing.hosts; h++) {
		int beyond = 0;

		for (size_t t = 0; t < fleet.series.slots; t++)
			beyond += use(&fleet, &packing.host[h], t) > 8 * (1 + PLACE_SLACK);
		CHECK(beyond <= TIMES / 20);
	}
	CHECK((double)packing.hosts < percentiles / 8); /* which no placement of percentiles can be below */
	packing_free(&packing);
	free(config.counted);
	fleet_free(&fleet);
	free(text);
}

int main(void)
{
	CHECK_RUN(test_who_is_busy_when_counts);
	CHECK_RUN(test_hosts_suffice_over_time);
	return check_done();
}
