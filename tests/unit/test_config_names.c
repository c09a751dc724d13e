/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "tests/check.h"
#include "vmm/vmm.h"

/* Names of configurations: equal rows have equal ones, and each can be given again. */

static struct vmm_config preset(const char *name)
{
	struct vmm_config config;

	CHECK_INT(vmm_config_preset(&config, name, NULL), 0);
	return config;
}

static void test_names(void)
{
	struct vmm_config config = preset("hosted");

	CHECK_INT(vmm_config_set(&config, "clock=exit", NULL), 0);
	CHECK_INT(vmm_config_set(&config, "transport=ring", NULL), 0);
	CHECK_INT(vmm_config_set(&config, "transport=ring", NULL), 0);
	CHECK_STR(config.name, "hosted+transport=ring+clock=exit");
	CHECK_INT(vmm_config_set(&config, "transport=exit", NULL), 0);
	CHECK_STR(config.name, "hosted+clock=exit");
	CHECK_INT(vmm_config_set(&config, "clock=tsc", NULL), 0);
	CHECK_STR(config.name, "hosted");
}

/* A name printed can be given again; a row of one's own is called by its own name. */
static void test_names_parse(void)
{
	struct vmm_config config, again;
	struct error error = { 0 };
	char text[VMM_CONFIG_NAME];

	CHECK_INT(vmm_config_preset(&config, "bare-metal+tick=100+clock=exit", NULL), 0);
	CHECK_STR(config.name, "bare-metal+clock=exit+tick=100");
	vmm_config_rename(&config, "mine");
	CHECK_INT(vmm_config_set(&config, "tick=250", NULL), 0);
	CHECK_STR(config.name, "mine+tick=250");
	vmm_config_spell(&config, text);
	CHECK_INT(vmm_config_preset(&again, text, NULL), 0);
	CHECK(memcmp(again.value, config.value, sizeof(config.value)) == 0);
	CHECK_INT(vmm_config_preset(&config, "hosted+", &error), -EINVAL);
	CHECK_INT(vmm_config_preset(&config, "native+transport=ring", &error), -EINVAL);
	CHECK(strstr(error.what, "contradicts native") != NULL);
	CHECK_INT(vmm_config_preset(&config, "native+host-services=scan", NULL), 0);
	CHECK_STR(config.name, "native+host-services=scan");
}

/* The longest name there can be is not cut. */
static void test_name_fits(void)
{
	size_t longest = 40; /* of a row in a user's file */

	for (int id = 0; id < VMM_KNOBS; id++) {
		size_t value = 0;

		for (int i = 0; vmm_knobs[id].values[i].name; i++)
			if (strlen(vmm_knobs[id].values[i].name) > value)
				value = strlen(vmm_knobs[id].values[i].name);
		longest += strlen(vmm_knobs[id].name) + value + 2;
	}
	CHECK(longest < VMM_CONFIG_NAME);
}

int main(void)
{
	CHECK_RUN(test_names);
	CHECK_RUN(test_names_parse);
	CHECK_RUN(test_name_fits);
	return check_done();
}
