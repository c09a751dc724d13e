/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/plan_priv.h"
#include "tests/check.h"

/* Packing itself. */

/* Three items that fill a bin exactly, as Falkenauer's triplets do: no plan may claim fewer than a third. */
static void test_no_host_is_overfull(void)
{
	struct plan_vm vm[60];
	struct plan_price price[60];
	struct plan_kind kind = { .name = "box", .available = 100, .has = { 100, 1000, 1000 } };
	struct fleet fleet = { .vm = vm, .vms = 60, .kind = &kind, .kinds = 1 };
	struct plan_config config = { .name = "native", .price = price, .known = true };
	struct packing packing;
	size_t placed = 0;

	for (int i = 0; i < 60; i += 3) {
		double parts[3] = { 25 + i % 7, 38 + i % 5, 0 };

		parts[2] = 100 - parts[0] - parts[1];
		for (int j = 0; j < 3; j++) {
			vm[i + j] = (struct plan_vm){ .name = "t", .count = 1, .asks = { .cpu = parts[j] } };
			price[i + j] = (struct plan_price){ .cpu = parts[j] };
		}
	}
	CHECK_INT(pack_fleet(&packing, &fleet, &config), 0);
	CHECK(packing.hosts >= 20 && packing.hosts <= 24);
	CHECK_INT(packing.unplaced, 0);
	for (size_t i = 0; i < packing.hosts; i++) {
		double used = 0;

		for (size_t v = 0; v < 60; v++) {
			used += (double)packing.host[i].placed[v] * vm[v].asks.cpu;
			placed += packing.host[i].placed[v];
		}
		CHECK_NEAR(used, packing.host[i].used.cpu, 1e-9);
		CHECK(used <= 100 + 1e-6);
	}
	CHECK_INT(placed, 60);
	packing_free(&packing);
}

int main(void)
{
	CHECK_RUN(test_no_host_is_overfull);
	return check_done();
}
