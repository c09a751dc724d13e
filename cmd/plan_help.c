/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/plan_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* What vmtax plan --help says. */
#define INDENT 23
#define TEXT   1024

/* The rest of a line of which LESS columns are taken, and lines below. */
static void print_filled(const char *text, size_t less)
{
	report_page_fill(stdout, text, 2, report_page_of(stdout).width - less);
	putchar('\n');
}

static void print_columns(const char *option, const struct table_schema *schema)
{
	char text[TEXT];

	printf("\n%s: a row is ", option);
	print_filled(schema->description, strlen(option) + 12);
	for (const struct table_column *c = schema->columns; c->name; c++) {
		snprintf(text, sizeof(text), "%s%s%s%s", c->description, *c->unit ? " (" : "", c->unit,
			 *c->unit ? ")" : "");
		cmd_help_line(c->name, INDENT, text);
	}
}

static void print_keys(void)
{
	const struct model_policy_key *key;
	const char *word = "", *about = "";
	char text[TEXT];

	puts("\n--policy: lines of key = value; [usual where it is not named]");
	for (size_t section = 0; model_policy_key(section, 0, &word, &about) != NULL; section++) {
		if (*word) {
			snprintf(text, sizeof(text), "and in sections [%s NAME], of %s:", word, about);
			fputs("  ", stdout);
			print_filled(text, 0);
		}
		for (size_t i = 0; (key = model_policy_key(section, i, &word, &about)) != NULL; i++) {
			snprintf(text, sizeof(text), *key->usual ? "%s [%s]" : "%s", key->description,
				 key->usual);
			cmd_help_line(key->name, INDENT, text);
		}
	}
}

void plan_help(void)
{
	puts("Usage: vmtax plan [--fleet FILE] [--hosts FILE] [--results DIR] [OPTION]...\n"
	     "Packs a fleet of virtual machines onto hosts, under native and every measured\n"
	     "configuration, and prints how many hosts each needs, how full they are, and what\n"
	     "they cost with their licences.\n"
	     "\n"
	     "  --fleet FILE    the VMs (default: an example); may be given several times.\n"
	     "                  Also: what RVTools exports of vInfo, vCPU, vMemory (what VMs\n"
	     "                  hold of it), vDisk and vHost, or an import file of Azure\n"
	     "                  Migrate\n"
	     "  --series FILE   what VMs used over time: rows of timestamp, vm and figures\n"
	     "                  (below), or what sadf -d -- -u -r -b -n DEV prints; as\n"
	     "                  --fleet, and together with it\n"
	     "  --hosts FILE    the hosts there may be (default: an example)\n"
	     "  --policy FILE   room to keep, hosts that may fail, and rules by group (below)\n"
	     "  --placement FILE\n"
	     "                  where the VMs are today (default: what the fleet says of its\n"
	     "                  hosts): is that within capacity and rules, may any host fail,\n"
	     "                  and which fewest moves mend it\n"
	     "  --overhead DIR|FILE\n"
	     "                  what virtualization costs: results of vmtax run,\n"
	     "                  predictions.csv of vmtax predict, or a table typed by hand\n"
	     "                  (below). --results is the same. Without it and without results\n"
	     "                  in out/, a fleet of your own is planned natively only\n"
	     "  --what-if TEXT  plan again with something changed, beside the plan; may be\n"
	     "                  given several times: demand=20% (more of everything),\n"
	     "                  growth=2% (a month, seen at the horizon), any key of the\n"
	     "                  policy, or hosted:transport=ring (knobs, where results or an\n"
	     "                  ablation have them)\n"
	     "  --ablation DIR  what vmtax ablate measured, for such knobs (default: the\n"
	     "                  results)\n"
	     "  --out DIR       where report.html and the tables in plan/ go (default: the\n"
	     "                  results; for the sample, out/sample)\n"
	     "  --csv, --json   print the summary as CSV or JSON instead\n"
	     "  --help          print this help\n"
	     "\n"
	     "Each VM's CPU demand grows by the CPU-seconds ratio of its class, polling of the\n"
	     "guest included, never by how much longer it takes. Where driver threads poll\n"
	     "(bare-metal), each host gives them as many whole cores as they have work for, at\n"
	     "least one. VMs are placed on CPU, memory and I/O by the best of several\n"
	     "heuristics and a search that empties hosts, up to 30 of them exactly; the bound\n"
	     "that no placement can be cheaper than is printed beside. native and hosted pay\n"
	     "host_os_licence, bare-metal hypervisor_licence. Rows that were left out (powered\n"
	     "off, templates) or taken with a guess are in plan/doubts.csv. Where no policy\n"
	     "says otherwise, hosts keep room for 20 % more than today's demand;\n"
	     "plan/assumptions.csv has all that is taken for granted.");
	print_columns("--fleet", &schema_fleet);
	print_columns("--series", &schema_series);
	puts("  VMs are sized by percentiles of it (cpu_percentile and memory_percentile of\n"
	     "  the policy), and listed in plan/demand.csv with a grade of how well it is\n"
	     "  known. Files are read twice and not kept, so they may be of any size.");
	print_columns("--overhead", &schema_typed);
	print_columns("--hosts", &schema_hosts);
	print_columns("--placement", &schema_placement);
	print_keys();
	puts("\n"
	     "The exit status is 0 when every VM has a host, 3 when some have none under some\n"
	     "configuration, 1 when results could not be read or something not written, 2 for\n"
	     "wrong usage and bad tables.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax plan                             the examples, to see what it does\n"
	     "  vmtax plan --results out/first --fleet fleet.csv --hosts hosts.csv\n"
	     "  vmtax plan --fleet fleet.csv --hosts hosts.csv --placement today.csv\n"
	     "  vmtax plan --what-if hosted:transport=ring --ablation out/why\n"
	     "  vmtax plan --json | jq '.[] | {label, hosts, total_cost}'");
}
