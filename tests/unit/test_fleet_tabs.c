/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"
#include "tests/check.h"

/* What further tabs and columns of an inventory add, and what is doubted of them. */

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* Reads FLEET (files, NULL-terminated, of which each path is followed by its text) and HOSTS. */
static int read_all(struct fleet *fleet, struct error *error, const char *const *files, const char *hosts)
{
	const char *paths[8] = { NULL };
	struct plan_policy policy;

	for (size_t i = 0; files[2 * i]; i++) {
		paths[i] = files[2 * i];
		put(files[2 * i], files[2 * i + 1]);
	}
	put("h.csv", hosts);
	if (fleet_read(fleet, paths, "h.csv", error) < 0 || plan_policy_read(&policy, NULL, error) < 0)
		return -1;
	return fleet_size(fleet, &policy, error);
}

/* The reason of the doubt about VM (NULL: about none) number N; "": there is none. */
static const char *doubt_of(const struct fleet *fleet, const char *vm, size_t *line)
{
	for (size_t i = 0; i < fleet->doubts; i++)
		if (vm ? fleet->doubt[i].vm && strcmp(fleet->doubt[i].vm, vm) == 0 : !fleet->doubt[i].vm) {
			*line = fleet->doubt[i].line;
			return fleet->doubt[i].why;
		}
	return "";
}

/* Headers as RVTools 4 writes them; the order of files does not matter. */
static void test_memory_and_disks_of_rvtools(void)
{
	static const char *const files[] = {
		"vMemory.csv",
		"VM,Powerstate,Template,SRM Placeholder,Size MiB,Memory Reservation Locked To "
		"Max,Overcommitment,Max,"
		"Consumed,Consumed Overhead,Private,Shared,Swapped,Ballooned,Active\n"
		"web 1,poweredOn,False,False,\"16,384\",False,0,0,\"4,096\",64,0,0,0,0,900\n"
		"old,poweredOff,False,False,\"4,096\",False,0,0,0,0,0,0,0,0,0\n",
		"vDisk.csv",
		"VM,Powerstate,Template,Disk,Disk Key,Disk Path,Capacity MiB,Raw,Disk Mode,Sharing "
		"mode,Thin\n"
		"web 1,poweredOn,False,Hard disk 1,2000,[ds] a,\"51,200\",False,persistent,sharingNone,True\n"
		"web 1,poweredOn,False,Hard disk 2,2001,[ds] "
		"b,\"102,400\",False,persistent,sharingNone,True\n"
		"old,poweredOff,False,Hard disk 1,2000,[ds] c,\"1,024\",False,persistent,sharingNone,True\n"
		"db,poweredOn,False,Hard disk 1,2000,[ds] d,\"2,048\",False,persistent,sharingNone,True\n",
		"vInfo.csv",
		"VM,Powerstate,Template,CPUs,Overall Cpu Readiness,Memory,Active "
		"Memory,NICs,Disks,Provisioned MiB,In Use "
		"MiB,Host\n"
		"web 1,poweredOn,False,4,0,\"16,384\",900,1,2,\"999,999\",1,esx1\n"
		"old,poweredOff,False,2,0,\"4,096\",0,1,1,1,1,esx1\n"
		"db,poweredOn,False,2,0,\"8,192\",0,1,1,\"3,072\",1,esx1\n"
		"new,suspended,False,2,0,\"8,192\",0,1,1,\"3,072\",1,esx1\n",
		NULL
	};
	struct fleet fleet;
	struct error error = { 0 };
	size_t line = 0;

	CHECK_INT(read_all(&fleet, &error, files, "host,cores,memory,cost\nbox,8,64,1\n"), 0);
	CHECK_STR(error.what, "");
	CHECK_INT(fleet.vms, 2);
	CHECK_STR(fleet.vm[0].name, "web_1");
	CHECK_NEAR(fleet.vm[0].asks.memory, 4, 1e-9);
	CHECK_NEAR(fleet.vm[0].asks.disk, 150, 1e-9);
	CHECK_NEAR(fleet.vm[0].vcpus, 4, 0);
	CHECK_NEAR(fleet.vm[1].asks.memory, 8, 1e-9); /* vMemory lacks it */
	CHECK_NEAR(fleet.vm[1].asks.disk, 2, 1e-9);
	CHECK_STR(doubt_of(&fleet, "new", &line), "it is suspended");
	CHECK_INT(line, 5);
	fleet_free(&fleet);
}

static void test_unknown_columns_are_listed(void)
{
	static const char *const files[] = { "a.csv", "vm,cpu,memory,disk_gb,owner\nweb,1,2,300,me\n", NULL };
	struct fleet fleet;
	struct error error = { 0 };
	size_t line = 0;

	CHECK_INT(read_all(&fleet, &error, files, "host,cores,memory,cost,soket\nbox,8,64,1,2\n"), 0);
	CHECK_STR(doubt_of(&fleet, NULL, &line),
		  "the column disk_gb is not known, and left out: did you mean disk_gib?");
	CHECK_INT(line, 1);
	CHECK_STR(fleet.doubt[1].why, "the column owner is not known, and left out");
	CHECK_STR(fleet.doubt[2].path, "h.csv");
	CHECK(strstr(fleet.doubt[2].why, "did you mean sockets?"));
	fleet_free(&fleet);
}

static void test_vms_larger_than_a_numa_node(void)
{
	static const char *const files[] = { "a.csv",
					     "vm,cpu,memory,vcpus\nwide,1,2,24\ntall,1,200,2\nsmall,1,2,2\n",
					     NULL };
	struct fleet fleet;
	struct error error = { 0 };
	size_t line = 0;

	CHECK_INT(read_all(&fleet, &error, files,
			   "host,cores,memory,cost,numa_nodes\nbox,32,256,1,2\nold,16,128,1,2\n"),
		  0);
	CHECK_INT(fleet.doubts, 2);
	CHECK(strstr(doubt_of(&fleet, "wide", &line), "NUMA node"));
	CHECK_INT(line, 2);
	CHECK(strstr(doubt_of(&fleet, "tall", &line), "NUMA node"));
	fleet_free(&fleet);
	CHECK_INT(read_all(&fleet, &error, files,
			   "host,cores,memory,cost,numa_nodes\nbox,32,256,1,2\nnew,64,512,1,\n"),
		  0);
	CHECK_INT(fleet.doubts, 0); /* of the second kind it is not known */
	fleet_free(&fleet);
}

int main(void)
{
	CHECK_RUN(test_memory_and_disks_of_rvtools);
	CHECK_RUN(test_unknown_columns_are_listed);
	CHECK_RUN(test_vms_larger_than_a_numa_node);
	return check_done();
}
