/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/place_priv.h"
#include "model/plan/plan_priv.h"
#include "tests/check.h"
#include "tests/report_tables.h"

/* Fleets and hosts as users have them: inventories of others' making, and what hosts cost. */

#define BOX "host,cores,memory,cost\nbox,8,64,1000\n"

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* Reads the files FIRST to THIRD (NULL: none) as a fleet, and HOSTS. */
static int read_all(struct fleet *fleet, struct error *error, const char *first, const char *second,
		    const char *third, const char *hosts)
{
	struct plan_policy policy;
	const char *paths[] = { "a.csv", second ? "b.csv" : NULL, third ? "c.csv" : NULL, NULL };

	put("a.csv", first);
	put("h.csv", hosts);
	if (second)
		put("b.csv", second);
	if (third)
		put("c.csv", third);
	if (fleet_read(fleet, paths, "h.csv", error) < 0 || plan_policy_read(&policy, NULL, error) < 0)
		return -1;
	return fleet_size(fleet, &policy, error);
}

static const char vinfo[] = "\xef\xbb\xbfVM,Powerstate,Template,CPUs,Memory,NICs,Host,Cluster\n"
			    "web 1,poweredOn,False,4,\"16,384\",1,esx1,c\n"
			    "db,poweredOn,False,8,\"32,768\",1,esx2,c\n"
			    "old,poweredOff,False,2,\"4,096\",1,esx1,c\n"
			    "gold,poweredOn,True,2,\"4,096\",1,esx1,c\n"
			    "lost,poweredOn,False,2,\"2,048\",1,esx9,c\n";
static const char vcpu[] =
	"VM,Powerstate,CPUs,Overall,Reservation,Host\n"
	"web 1,poweredOn,4,\"1,250\",0,esx1\ndb,poweredOn,8,6000,0,esx2\nold,poweredOff,2,0,0,esx1\n"
	"lost,poweredOn,2,100,0,esx9\n";
static const char vhost[] = "Host,Datacenter,CPU Model,Speed,# CPU,Cores per CPU\nesx1,d,x,\"2,500\",2,16\n"
			    "esx2,d,x,3000,2,16\n";

static const struct plan_vm *vm_of(const struct fleet *fleet, const char *name)
{
	for (size_t i = 0; i < fleet->vms; i++)
		if (strcmp(fleet->vm[i].name, name) == 0)
			return &fleet->vm[i];
	return NULL;
}

static void test_rvtools_tabs_come_together(void)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK_INT(read_all(&fleet, &error, vcpu, vinfo, vhost, BOX), 0);
	CHECK_INT(fleet.vms, 3);
	CHECK_NEAR(vm_of(&fleet, "web_1")->asks.cpu, 0.5, 1e-9); /* 1250 of 2500 MHz */
	CHECK_NEAR(vm_of(&fleet, "web_1")->asks.memory, 16, 1e-9);
	CHECK_NEAR(vm_of(&fleet, "db")->asks.cpu, 2, 1e-9);
	CHECK_NEAR(vm_of(&fleet, "lost")->asks.cpu, 2, 1e-9); /* its host is not in vHost: both vCPUs */
	CHECK_INT(fleet.doubts, 3);
	CHECK_STR(fleet.doubt[0].why, "it is powered off");
	CHECK_INT(fleet.doubt[0].line, 4);
	CHECK(fleet.doubt[0].dropped);
	CHECK_STR(fleet.doubt[0].path, "b.csv");
	CHECK_STR(fleet.doubt[1].why, "it is a template");
	CHECK_STR(fleet.doubt[2].vm, "lost");
	CHECK(!fleet.doubt[2].dropped);
	fleet_free(&fleet);
}

static void test_azure_migrate(void)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK_INT(read_all(&fleet, &error,
			   "*Server name;IP addresses;*Cores;*Memory (In MB);*OS name;CPU utilization "
			   "percentage;"
			   "Network In throughput;Network Out throughput;Disk 1 read ops;Disk 1 write ops\n"
			   "app;10.0.0.1;4;8192;Linux;25;1.5;0.5;100;50\nidle;10.0.0.2;2;2048;Linux;;;;;\n",
			   NULL, NULL, BOX),
		  0);
	CHECK_INT(fleet.vms, 2);
	CHECK_NEAR(fleet.vm[0].asks.cpu, 1, 1e-9);
	CHECK_NEAR(fleet.vm[0].asks.memory, 8, 1e-9);
	CHECK_NEAR(fleet.vm[0].asks.net, 2, 1e-9);
	CHECK_NEAR(fleet.vm[0].asks.iops, 150, 1e-9);
	CHECK_NEAR(fleet.vm[1].asks.cpu, 2, 1e-9);
	CHECK_INT(fleet.doubts, 1);
	fleet_free(&fleet);
}

static void test_several_files_and_other_names(void)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK_INT(read_all(&fleet, &error, "name,cpu_cores,memory_gib\nweb,1,2\n",
			   "name;number;cpu_cores;memory_gib;disk_mb_s\ndb;3;2;8;40\n", NULL,
			   "type,cores,memory_gib,price,max_count\nbox,8,64,1000,7\n"),
		  0);
	CHECK_INT(fleet.vms, 2);
	CHECK_INT(fleet.vm[0].count, 1);
	CHECK_INT(fleet.vm[1].count, 3);
	CHECK_NEAR(fleet.vm[1].asks.io, 40, 0);
	CHECK_INT(fleet.kind[0].available, 7);
	CHECK(isinf(fleet.kind[0].has.io));
	fleet_free(&fleet);
	CHECK(read_all(&fleet, &error, "name,cpu_cores,memory_gib\nweb,1,2\n", "vm,cpu,memory\nweb,1,2\n",
		       NULL, BOX) < 0);
	CHECK_STR(error.where, "b.csv:2:vm");
	CHECK(strstr(error.what, "twice"));
}

static void test_hosts_that_say_more(void)
{
	struct fleet fleet;
	struct error error = { 0 };
	struct plan_config hosted = { .name = "hosted" }, bare = { .name = "bare-metal", .hypervisor = true };

	CHECK_INT(read_all(&fleet, &error, "vm,cpu,memory\nweb,1,2\n", NULL, NULL,
			   "host,cores,memory,cost,threads,smt_gain,speed_per_core,sockets,have,os_licence,"
			   "os_licence_per,"
			   "os_licence_minimum,os_licence_pack,hypervisor_licence,hypervisor_licence_per,"
			   "bare_metal\n"
			   "a,10,64,1000,20,0.25,1.2,2,3,100,core,16,2,900,socket,yes\n"
			   "b,17,64,1000,,,,1,,100,core,16,2,900,socket,no\n"),
		  0);
	CHECK_NEAR(fleet.kind[0].has.cpu, 15, 1e-9); /* (10 + 10 x 0.25) x 1.2 */
	CHECK_INT(fleet.kind[0].have, 3);
	CHECK_NEAR(plan_licence_cost(&fleet.kind[0], &hosted), 1600, 1e-9); /* 16 at least */
	CHECK_NEAR(plan_licence_cost(&fleet.kind[1], &hosted), 1800, 1e-9); /* 17: nine packs of 2 */
	CHECK_NEAR(plan_licence_cost(&fleet.kind[0], &bare), 1800, 1e-9);   /* two sockets */
	CHECK(!fleet.kind[0].hosted_only);
	CHECK(fleet.kind[1].hosted_only);
	fleet_free(&fleet);
}

/* HOSTS must be refused at WHERE. */
static void refuse(const char *hosts, const char *where)
{
	struct fleet fleet;
	struct error error = { 0 };

	CHECK(read_all(&fleet, &error, "vm,cpu,memory\nweb,1,2\n", NULL, NULL, hosts) < 0);
	CHECK_STR(error.where, where);
	CHECK(error.mend[0]);
}

static void test_bad_hosts_are_refused(void)
{
	refuse("host,cores,memory,cost,have,available\nbox,8,64,1000,3,2\n", "h.csv:2:have");
	refuse("host,cores,memory,cost,threads\nbox,8,64,1000,4\n", "h.csv:2:threads");
	refuse("host,cores,memory,cost,os_licence_per\nbox,8,64,1000,rack\n", "h.csv:2:os_licence_per");
	refuse("host,cores,memory,cost,bare_metal\nbox,8,64,1000,perhaps\n", "h.csv:2:bare_metal");
	refuse("host,cores,memory,cost\nbox,8,64,1\nbox,8,64,1\n", "h.csv:3:host");
}

/* Owned hosts are free, so they come first; a kind that must be hosted takes nothing bare-metal. */
static void test_hosts_there_are_and_may_not_be(void)
{
	struct fleet fleet;
	struct error error = { 0 };
	struct plan_price price[] = { { .cpu = 4 } };
	struct plan_config config = { .name = "hosted", .price = price, .known = true };
	struct packing packing;

	CHECK_INT(read_all(&fleet, &error, "vm,count,cpu,memory,net_mb_s\nweb,4,4,2,60\n", NULL, NULL,
			   "host,cores,memory,cost,have,net_mb_s,missing_driver\nold,8,64,5000,1,100,"
			   "NIC\nnew,8,64,1000,,100,\n"),
		  0);
	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	CHECK_INT(packing.hosts, 4); /* the network takes one a host */
	CHECK_INT(packing.bought[0], 1);
	CHECK(packing.host[0].owned);
	CHECK_NEAR(packing.solution.cost, 3000, 1e-9);
	packing_free(&packing);
	config.hypervisor = true;
	CHECK_INT(pack_fleet(&packing, &fleet, &config, &place_effort_usual), 0);
	CHECK_INT(packing.bought[0], 0);
	CHECK_INT(packing.bought[1], 4);
	packing_free(&packing);
	fleet_free(&fleet);
}

int main(void)
{
	CHECK_RUN(test_rvtools_tabs_come_together);
	CHECK_RUN(test_azure_migrate);
	CHECK_RUN(test_several_files_and_other_names);
	CHECK_RUN(test_hosts_that_say_more);
	CHECK_RUN(test_bad_hosts_are_refused);
	CHECK_RUN(test_hosts_there_are_and_may_not_be);
	return check_done();
}
