/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "model/plan/place_priv.h"
#include "model/plan/plan_priv.h"
#include "tests/check.h"

/* Packing itself. */

/* Three items that fill a bin exactly, as Falkenauer's triplets do: no plan may claim fewer than a third. */
static void test_no_host_is_overfull(void)
{
	struct plan_vm vm[60];
	struct plan_price price[60];
	struct plan_kind kind = { .name = "box", .site = "", .available = 100, .has = { 100, 1000, 1000 } };
	struct fleet fleet = { .vm = vm, .vms = 60, .kind = &kind, .kinds = 1 };
	struct plan_config config = { .name = "native", .price = price, .known = true };
	struct packing packing;
	size_t placed = 0;

	for (int i = 0; i < 60; i += 3) {
		double parts[3] = { 25 + i % 7, 38 + i % 5, 0 };

		parts[2] = 100 - parts[0] - parts[1];
		for (int j = 0; j < 3; j++) {
			vm[i + j] = (struct plan_vm){
				.name = "t", .site = "", .count = 1, .asks = { .cpu = parts[j] }
			};
			price[i + j] = (struct plan_price){ .cpu = parts[j] };
		}
	}
	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	CHECK(packing.hosts == 20);
	CHECK_INT(packing.unplaced, 0);
	for (size_t i = 0; i < packing.hosts; i++) {
		double used = 0;

		for (size_t v = 0; v < packing.host[i].vms; v++) {
			used += (double)packing.host[i].vm[v].count * vm[packing.host[i].vm[v].item].asks.cpu;
			placed += packing.host[i].vm[v].count;
		}
		CHECK_NEAR(used, packing.host[i].used.cpu, 1e-9);
		CHECK(used <= 100 + 1e-6);
	}
	CHECK_INT(placed, 60);
	packing_free(&packing);
}

/* A large host is the cheapest by the core, until it is known that it stays all but empty. */
static void test_hosts_are_no_larger_than_needed(void)
{
	struct plan_vm vm[] = { { .name = "a", .site = "", .count = 2, .asks = { .cpu = 30 } },
				{ .name = "b", .site = "", .count = 1, .asks = { .cpu = 4 } } };
	struct plan_price price[] = { { .cpu = 30 }, { .cpu = 4 } };
	struct plan_kind kind[] = {
		{ .name = "large", .site = "", .available = 9, .has = { 32, 9, 9 }, .cost = 320 },
		{ .name = "small",
		  .site = "",
		  .available = 1,
		  .has = { 8, 9, 9 },
		  .cost = 90,
		  .host_os = { .price = 9 } },
		{ .name = "free",
		  .site = "",
		  .available = 9,
		  .has = { 8, 9, 9 },
		  .cost = 80,
		  .host_os = { .price = 900 } }
	};
	struct fleet fleet = { .vm = vm, .vms = 2, .kind = kind, .kinds = 3 };
	struct plan_config config = { .name = "native", .price = price, .known = true };
	struct packing packing;

	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	CHECK_INT(packing.hosts, 3);
	CHECK_INT(packing.host[0].kind, 0);
	CHECK_INT(packing.host[1].kind, 0);
	CHECK_INT(packing.host[2].kind, 1); /* the licence counts */
	CHECK_INT(packing.bought[0], 2);
	CHECK_INT(packing.bought[1], 1);
	packing_free(&packing);

	kind[1].available = 0;
	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	CHECK_INT(packing.host[2].kind, 0);
	packing_free(&packing);
}

static void test_what_is_left_over_has_a_reason(void)
{
	struct plan_vm vm[] = {
		{ .name = "wide", .site = "", .count = 1, .asks = { .cpu = 50 } },
		{ .name = "fat", .site = "", .count = 2, .asks = { .cpu = 50, .memory = 50 } },
		{ .name = "busy", .site = "", .count = 1, .asks = { .io = 50 } },
		{ .name = "odd", .site = "", .count = 1, .asks = { .cpu = 30, .memory = 30 } },
		{ .name = "web", .site = "", .count = 3, .asks = { .cpu = 20, .memory = 1 } },
		{ .name = "ok", .site = "", .count = 1, .asks = { .cpu = 1 } }
	};
	struct plan_price price[] = { { .cpu = 50 }, { .cpu = 50 }, { .cpu = 0 },
				      { .cpu = 30 }, { .cpu = 20 }, { .cpu = 1 } };
	struct plan_kind kind[] = { { .name = "c", .site = "", .available = 1, .has = { 40, 8, 8 } },
				    { .name = "m", .site = "", .available = 1, .has = { 4, 40, 8 } } };
	struct fleet fleet = { .vm = vm, .vms = 6, .kind = kind, .kinds = 2 };
	struct plan_config config = { .name = "native", .price = price, .known = true };
	struct packing packing;
	char *list;

	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	list = plan_unplaced_list(&fleet, &config, &packing);
	CHECK_STR(list, "wide:1:cpu fat:2:cpu+memory busy:1:io odd:1:together web:1:available");
	CHECK_INT(packing.unplaced, 6);
	free(list);
	packing_free(&packing);
}

int main(void)
{
	CHECK_RUN(test_hosts_are_no_larger_than_needed);
	CHECK_RUN(test_what_is_left_over_has_a_reason);
	CHECK_RUN(test_no_host_is_overfull);
	return check_done();
}
