/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/units.h"
#include "model/plan/policy_priv.h"

/* What keys a policy may have, and what their texts may be. */

static int take_amount(const char *text, void *value)
{
	double *number = value;
	char *end;

	*number = strtod(text, &end);
	return end == text || *end || !isfinite(*number) || *number < 0 ? -EINVAL : 0;
}

/* 0.2 or 20%, of any size. */
static int take_rate(const char *text, void *value)
{
	size_t length = strlen(text);
	char number[64];

	if (length == 0 || length >= sizeof(number) || text[length - 1] != '%')
		return take_amount(text, value);
	memcpy(number, text, length - 1);
	number[length - 1] = '\0';
	if (take_amount(number, value) < 0)
		return -EINVAL;
	*(double *)value /= 100;
	return 0;
}

static int take_share(const char *text, void *value)
{
	return take_rate(text, value) < 0 || *(double *)value >= 1 ? -EINVAL : 0;
}

/* 95, 95% or P95, as a share. */
static int take_percentile(const char *text, void *value)
{
	char *end;
	double number = strtod(text + (*text == 'P' || *text == 'p'), &end);

	if ((*end && strcmp(end, "%") != 0) || !(number >= 1 && number <= 100))
		return -EINVAL;
	*(double *)value = number / 100;
	return 0;
}

static int take_count(const char *text, void *value)
{
	double number;

	if (take_amount(text, &number) < 0 || number != floor(number) || number > 1e6)
		return -EINVAL;
	*(double *)value = number;
	return 0;
}

static int take_yes(const char *text, void *value)
{
	*(double *)value = strcmp(text, "yes") == 0;
	return *(double *)value > 0 || strcmp(text, "no") == 0 ? 0 : -EINVAL;
}

/* 2030-01-31, as days since 1970. */
static int take_day(const char *text, void *value)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	if (!end || *end)
		return -EINVAL;
	*(double *)value = floor((double)timegm(&tm) / 86400);
	return 0;
}

/* 20ms, as seconds. */
static int take_time(const char *text, void *value)
{
	struct error unused;
	uint64_t ns;

	if (units_parse_time(text, &ns, &unused) < 0)
		return -EINVAL;
	*(double *)value = (double)ns / 1e9;
	return 0;
}

/* p95=20ms, or 20ms for the mean. */
static int take_goal(const char *text, void *value)
{
	struct plan_goal *goal = value;
	double percent = 0;
	int used = 0;

	if (*text == 'p' || *text == 'P')
		if (sscanf(text + 1, "%lf=%n", &percent, &used) != 1 || used++ == 0 ||
		    !(percent >= 1 && percent < 100))
			return -EINVAL;
	goal->share = percent / 100;
	return take_time(text + used, &goal->seconds) < 0 || !(goal->seconds > 0) ? -EINVAL : 0;
}

static int take_platform(const char *text, void *value)
{
	if (!*text || strlen(text) >= PLAN_NAME)
		return -EINVAL;
	snprintf(value, PLAN_NAME, "%s", text);
	return 0;
}

static int take_word(const char *text, void *value)
{
	if (!*text || strlen(text) >= PLAN_WORD || text[strcspn(text, " \t\",<&")])
		return -EINVAL;
	snprintf(value, PLAN_WORD, "%s", text);
	return 0;
}

#define SHARE	   take_share, "a share below 1, such as 0.2 or 20%"
#define RATE	   take_rate, "a rate such as 0.05 or 5%"
#define PERCENTILE take_percentile, "a percentile such as 95 or P95"
#define AMOUNT	   take_amount, "a number of 0 or more"
#define COUNT	   take_count, "a whole number of 0 or more"
#define YES	   take_yes, "yes or no"
#define DAY	   take_day, "a day such as 2030-01-31"
#define GOAL	   take_goal, "a time such as p95=20ms, or 20ms for the mean"
#define PLATFORM   take_platform, "native, a configuration, or a factor such as 1.05"
#define WORD	   take_word, "a short word such as EUR"

#define KEY(name, usual, type, text, ...)                                                                    \
	{                                                                                                    \
		{ #name, usual, text }, __VA_ARGS__, offsetof(struct type, name)                             \
	}
#define LAST                                                                                                 \
	{                                                                                                    \
		{ NULL, NULL, NULL }, NULL, NULL, 0                                                          \
	}

/* clang-format off */
static const struct policy_key keys[] = {
	KEY(cpu_percentile, "P95", plan_policy, "of what VMs and hosts use over time counts, where there are series", PERCENTILE),
	KEY(memory_percentile, "P99", plan_policy, "the same of memory", PERCENTILE),
	KEY(growth_buffer, "20%", plan_policy, "how much more than today's demand each host must have room for", SHARE),
	KEY(cpu_headroom, "0%", plan_policy, "share of each host's cores kept free", SHARE),
	KEY(memory_headroom, "0%", plan_policy, "share of each host's memory kept free", SHARE),
	KEY(reserved_cores, "as in host-footprint.csv", plan_policy, "cores that the host OS or the hypervisor keeps of each host", AMOUNT),
	KEY(reserved_memory_gib, "likewise", plan_policy, "memory that it keeps of each host, beside what it was measured to for each VM", AMOUNT),
	KEY(overcommit, "0", plan_policy, "vCPUs (column vcpus) for each core at most, of classes without a section; 0: any number", AMOUNT),
	KEY(latency_goal, "none", plan_policy, "time that requests may take (column requests_s), waiting for CPU included: p95=20ms for 95 of 100, 20ms for their mean; no host is then busier than the strictest of its VMs allows", GOAL),
	KEY(spare_hosts, "0", plan_policy, "hosts that may fail at once; each is taken away in turn, with the fullest others", COUNT),
	KEY(spare_domains, "no", plan_policy, "whether each failure_domain of the hosts may fail, too", YES),
	KEY(growth_month, "0%", plan_policy, "growth of demand a month, where series do not tell it", RATE),
	KEY(horizon_months, "36", plan_policy, "how far ahead to look", COUNT),
	KEY(lead_time_days, "30", plan_policy, "days from ordering a host to using it", AMOUNT),
	KEY(energy_price, "0", plan_policy, "price of a kWh, for the column power_w of the hosts over the horizon", AMOUNT),
	KEY(demand_error, "0%", plan_policy, "how far demand may be off that no series tells, a standard deviation, for the plan's uncertainty", RATE),
	KEY(measured_on, "not known", plan_policy, "where the CPU demand of VMs was measured that do not say: as the column measured_on of the fleet", PLATFORM),
	KEY(start, "", plan_policy, "the day demand is known for [the last of the series, else today]", DAY),
	KEY(currency, "", plan_policy, "that prices are in [not named]", WORD),
	LAST
};

static const struct policy_key group_keys[] = {
	KEY(together, "no", plan_group, "whether all VMs of the group share one host", YES),
	KEY(fence, "no", plan_group, "whether their hosts hold nobody else", YES),
	KEY(spread, "0", plan_group, "how many of them a host holds at most; 0: as many as fit", COUNT),
	LAST
};

static const struct policy_key class_keys[] = {
	KEY(overcommit, "0", plan_class, "vCPUs (column vcpus) for each core at most; 0: any number", AMOUNT),
	KEY(latency_goal, "as of the others", plan_class, "time that their requests may take", GOAL),
	LAST
};

static const struct policy_key guest_keys[] = {
	KEY(licence, "0", plan_guest, "licence of one VM that runs it, where the fleet has no guest_licence", AMOUNT),
	LAST
};

static const struct policy_key service_keys[] = {
	KEY(host_cores, "0", plan_service, "cores it takes of each host with a host OS (native, hosted)", AMOUNT),
	KEY(host_memory_gib, "0", plan_service, "memory it takes there", AMOUNT),
	KEY(cores, "0", plan_service, "CPU demand of a VM that does it where hosts have no OS (bare-metal)", AMOUNT),
	KEY(memory_gib, "0", plan_service, "memory of this VM", AMOUNT),
	KEY(hosts, "0", plan_service, "hosts that one such VM does it for; 0: all", COUNT),
	KEY(price, "0", plan_service, "licence of one such VM", AMOUNT),
	LAST
};

#define LIST(type, list) sizeof(struct type), offsetof(struct plan_policy, list), offsetof(struct plan_policy, list##s)
const struct policy_section policy_sections[] = {
	{ "", keys, "", 0, 0, 0 },
	{ "group", group_keys, "VMs with this name in the column group of the fleet", LIST(plan_group, group) },
	{ "class", class_keys, "VMs with this name in the column class of the fleet", sizeof(struct plan_class), offsetof(struct plan_policy, class), offsetof(struct plan_policy, classes) },
	{ "guest", guest_keys, "VMs with this name in the column guest_os of the fleet", LIST(plan_guest, guest) },
	{ "service", service_keys, "something the fleet needs on its hosts: a backup agent, a directory, a security scan",
	  LIST(plan_service, service) },
	{ NULL, NULL, NULL, 0, 0, 0 },
};
/* clang-format on */

const struct model_policy_key *model_policy_key(size_t section, size_t i, const char **word,
						const char **about)
{
	const size_t sections = sizeof(policy_sections) / sizeof(*policy_sections) - 1;

	if (section >= sections)
		return NULL;
	*word = policy_sections[section].word;
	*about = policy_sections[section].about;
	for (size_t k = 0; k <= i; k++)
		if (!policy_sections[section].keys[k].key.name)
			return NULL;
	return &policy_sections[section].keys[i].key;
}
