/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>

#include "base/schema.h"
#include "cmd/plan_priv.h"
#include "model/model.h"

/* What vmtax plan --help says. */

static void print_columns(const char *option, const struct table_schema *schema)
{
	printf("\n%s: a row is %s\n", option, schema->description);
	for (const struct table_column *c = schema->columns; c->name; c++)
		printf("  %-20s %s%s%s%s\n", c->name, c->description, *c->unit ? " (" : "", c->unit,
		       *c->unit ? ")" : "");
}

static void print_keys(void)
{
	const struct model_policy_key *key;
	const char *word = "", *about = "";

	puts("\n--policy: lines of key = value; [usual where it is not named]");
	for (size_t section = 0; model_policy_key(section, 0, &word, &about) != NULL; section++) {
		if (*word)
			printf("  and in sections [%s NAME], of %s:\n", word, about);
		for (size_t i = 0; (key = model_policy_key(section, i, &word, &about)) != NULL; i++)
			printf(*key->usual ? "  %-20s %s [%s]\n" : "  %-20s %s\n", key->name,
			       key->description, key->usual);
	}
}

void plan_help(void)
{
	puts("Usage: vmtax plan [--fleet FILE] [--hosts FILE] [--results DIR] [OPTION]...\n"
	     "Packs a fleet of virtual machines onto hosts, under native and every measured configuration, "
	     "and\n"
	     "prints how many hosts each needs, how full they are, and what they cost with their licences.\n"
	     "\n"
	     "  --fleet FILE    the VMs (default: an example); may be given several times. Also: what "
	     "RVTools\n"
	     "                  exports of vInfo, vCPU, vMemory (what VMs hold of it), vDisk and vHost, or "
	     "an import\n"
	     "                  file of Azure Migrate\n"
	     "  --series FILE   what VMs used over time: rows of timestamp, vm and figures (below), or what\n"
	     "                  sadf -d -- -u -r -b -n DEV prints; as --fleet, and together with it\n"
	     "  --hosts FILE    the hosts there may be (default: an example)\n"
	     "  --policy FILE   room to keep, hosts that may fail, and rules by group (below)\n"
	     "  --placement FILE\n"
	     "                  where the VMs are today (default: what the fleet says of its hosts): is that "
	     "within\n"
	     "                  capacity and rules, may any host fail, and which fewest moves mend it\n"
	     "  --overhead DIR|FILE\n"
	     "                  what virtualization costs: results of vmtax run, predictions.csv of vmtax "
	     "predict,\n"
	     "                  or a table typed by hand (below). --results is the same. Without it and "
	     "without\n"
	     "                  results in out/, a fleet of your own is planned natively only\n"
	     "  --what-if TEXT  plan again with something changed, beside the plan; may be given several "
	     "times:\n"
	     "                  demand=20% (more of everything), growth=2% (a month, seen at the horizon), "
	     "any key "
	     "of the\n"
	     "                  policy, or hosted:transport=ring (knobs, where results or an ablation have "
	     "them)\n"
	     "  --ablation DIR  what vmtax ablate measured, for such knobs (default: the results)\n"
	     "  --out DIR       where report.html and the tables in plan/ go (default: the results;\n"
	     "                  for the sample, out/sample)\n"
	     "  --csv, --json   print the summary as CSV or JSON instead\n"
	     "  --help          print this help\n"
	     "\n"
	     "Each VM's CPU demand grows by the CPU-seconds ratio of its class, polling of the guest "
	     "included,\n"
	     "never by how much longer it takes. Where driver threads poll (bare-metal), each host gives "
	     "them as\n"
	     "many whole cores as they have work for, at least one. VMs are placed on CPU, memory and I/O by "
	     "the\n"
	     "best of several heuristics and a search that empties hosts, up to 30 of them exactly; the "
	     "bound that\n"
	     "no placement can be cheaper than is printed beside. native and hosted pay host_os_licence,\n"
	     "bare-metal hypervisor_licence. Rows that were left out (powered off, templates) or taken with "
	     "a guess are in plan/doubts.csv. Where no policy\n"
	     "says otherwise, hosts keep room for 20 % more than today's demand; plan/assumptions.csv has "
	     "all "
	     "that\n"
	     "is taken for granted.");
	print_columns("--fleet", &schema_fleet);
	print_columns("--series", &schema_series);
	puts("  VMs are sized by percentiles of it (cpu_percentile and memory_percentile of the policy), "
	     "and\n"
	     "  listed in plan/demand.csv with a grade of how well it is known. Files are read twice and "
	     "not\n"
	     "  kept, so they may be of any size.");
	print_columns("--overhead", &schema_typed);
	print_columns("--hosts", &schema_hosts);
	print_columns("--placement", &schema_placement);
	print_keys();
	puts("\n"
	     "The exit status is 0 when every VM has a host, 3 when some have none under some configuration, "
	     "1 "
	     "when\n"
	     "results could not be read or something not written, 2 for wrong usage and bad tables.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax plan                                       the examples, to see what it does\n"
	     "  vmtax plan --results out/first --fleet fleet.csv --hosts hosts.csv\n"
	     "  vmtax plan --fleet fleet.csv --hosts hosts.csv --placement today.csv\n"
	     "  vmtax plan --what-if demand=20% --what-if hosted:transport=ring --ablation out/why\n"
	     "  vmtax plan --json | jq '.[] | {label, hosts, total_cost}'");
}
