/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/names.h"
#include "base/schema.h"
#include "tests/check.h"
#include "tests/deprive.h"
#include "vmm/vmm.h"

/* Configurations: the tables agree with themselves, names and values are found, and what a machine lacks
 * falls back. */

static struct vmm_config preset(const char *name)
{
	struct vmm_config config;

	CHECK_INT(vmm_config_preset(&config, name, NULL), 0);
	return config;
}

static const char *fallen(const char *name, const char *assignment, enum vmm_knob_id id, char *why)
{
	struct vmm_config config = preset(name);
	char reason[VMM_KNOBS][96];

	CHECK_INT(vmm_config_set(&config, assignment, NULL), 0);
	vmm_config_fall_back(&config, reason);
	strcpy(why, reason[id]);
	return vmm_config_value(&config, id);
}

static bool has_column(const char *name)
{
	for (const struct table_column *c = schema_runs.columns; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return true;
	return false;
}

static int value_index(const struct vmm_knob *knob, const char *name)
{
	for (int i = 0; knob->values[i].name; i++)
		if (strcmp(knob->values[i].name, name) == 0)
			return i;
	return -1;
}

static void test_table(void)
{
	for (int id = 0; id < VMM_KNOBS; id++) {
		const struct vmm_knob *knob = &vmm_knobs[id];

		CHECK(has_column(knob->column));
		for (int i = 0; knob->values[i].name; i++) {
			int next = i, steps = 0;

			while (knob->values[next].fallback && steps++ < 8) {
				next = value_index(knob, knob->values[next].fallback);
				CHECK(next >= 0);
			}
			CHECK(steps < 8);
			CHECK(knob->values[next].unbuilt == NULL);
		}
	}
}

/* Tables show them in an order of their own, before all that are not presets. */
static void test_order(void)
{
	struct names names = { 0 };
	size_t presets = 0;

	CHECK_INT(names_add(&names, "a"), 0);
	for (; vmm_presets[presets].name; presets++)
		CHECK_INT(names_add(&names, vmm_presets[presets].name), 0);
	names_order_configs(&names);
	CHECK_STR(names.name[0], "native");
	CHECK_STR(names.name[presets], "a");
	names_free(&names);
}

static void test_presets(void)
{
	static const char *const rows[][VMM_KNOBS + 1] = {
		{ "hosted", "exit", "inject", "kernel", "buffered", "lazy4k", "4k", "shared", "exit", "tsc",
		  "0", "none" },
		{ "hosted-classic", "exit", "inject", "user", "buffered", "lazy4k", "4k", "shared", "exit",
		  "exit", "0", "none" },
		{ "bare-metal", "ring", "poll", "kernel", "uring", "locked-huge", "4k", "pinned", "poll",
		  "tsc", "0", "none" },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		struct vmm_config config = preset(rows[row][0]);

		CHECK(!config.native);
		for (int id = 0; id < VMM_KNOBS; id++)
			CHECK_STR(vmm_config_value(&config, (enum vmm_knob_id)id), rows[row][id + 1]);
	}
	CHECK(preset("native").native && preset("native-tuned").native);
}

static void test_unknown(void)
{
	struct vmm_config config = preset("hosted");
	struct error error = { 0 };

	CHECK_INT(vmm_config_preset(&config, "bare-metl", &error), -EINVAL);
	CHECK_STR(error.mend, "did you mean bare-metal?");
	CHECK_INT(vmm_config_set(&config, "transprt=ring", &error), -EINVAL);
	CHECK_STR(error.mend, "did you mean transport?");
	CHECK_INT(vmm_config_set(&config, "memory=locked-hueg", &error), -EINVAL);
	CHECK_STR(error.mend, "did you mean locked-huge?");
	CHECK_STR(error.where, "--set memory");
	CHECK_INT(vmm_config_set(&config, "clock=sundial", &error), -EINVAL);
	CHECK_STR(error.mend, "it is one of tsc, exit");
	CHECK_INT(vmm_config_set(&config, "transport", &error), -EINVAL);
	CHECK(strstr(error.mend, "knob=value") != NULL);
	CHECK_STR(config.name, "hosted");
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

/* The longest name there can be is not cut. */
static void test_name_fits(void)
{
	size_t longest = strlen("hosted-classic");

	for (int id = 0; id < VMM_KNOBS; id++) {
		size_t value = 0;

		for (int i = 0; vmm_knobs[id].values[i].name; i++)
			if (strlen(vmm_knobs[id].values[i].name) > value)
				value = strlen(vmm_knobs[id].values[i].name);
		longest += strlen(vmm_knobs[id].name) + value + 2;
	}
	CHECK(longest < VMM_CONFIG_NAME);
}

/* One --set serves native and virtual configurations together. */
static void test_native(void)
{
	struct vmm_config config = preset("native");

	CHECK_INT(vmm_config_set(&config, "transport=ring", NULL), 0);
	CHECK_STR(config.name, "native");
	CHECK_INT(vmm_config_set(&config, "scheduling=pinned", NULL), 0);
	CHECK_STR(config.name, "native+scheduling=pinned");
}

static void test_fall_back(void)
{
	char reason[VMM_KNOBS][96], why[96];
	struct vmm_config config = preset("hosted");

	CHECK_INT(vmm_config_set(&config, "transport=eventfd", NULL), 0);
	CHECK_INT(vmm_config_fall_back(&config, reason), 1);
	CHECK_STR(vmm_config_value(&config, VMM_TRANSPORT), "exit");
	CHECK_STR(reason[VMM_TRANSPORT], "not built yet");
	CHECK_STR(reason[VMM_CLOCK], "");
	CHECK_STR(config.name, "hosted+transport=eventfd");
	CHECK_INT(vmm_config_fall_back(&config, reason), 0);
	CHECK_STR(fallen("hosted", "memory=malloc-huge", VMM_MEMORY, why), "lazy4k");
	CHECK(why[0] != '\0');
	CHECK_STR(fallen("native", "memory=locked-huge", VMM_MEMORY, why), "lazy4k");
	CHECK(why[0] != '\0');
}

static void one_core(void)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void no_memory_to_lock(void)
{
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ 0, 0 });
	deprive_capabilities();
}

static void no_real_time(void)
{
	setrlimit(RLIMIT_RTPRIO, &(struct rlimit){ 0, 0 });
	deprive_capabilities();
}

/* Each runs in a child that first gives up what the value needs: exit status 0 where the value fell back. */
static const struct {
	const char *assignment;
	enum vmm_knob_id knob;
	void (*deprive)(void);
	const char *fallback;
} losses[] = {
	{ "transport=ring", VMM_TRANSPORT, one_core, "exit" },
	{ "memory=locked-huge", VMM_MEMORY, no_memory_to_lock, "lazy4k" },
	{ "memory=locked4k", VMM_MEMORY, no_memory_to_lock, "lazy4k" },
	{ "backend=uring", VMM_BACKEND, deprive_io_uring, "buffered" },
	{ "scheduling=fifo", VMM_SCHEDULING, no_real_time, "pinned" },
};

static void test_losses(void)
{
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		int status = -1;
		pid_t child = fork();

		if (child == 0) {
			char why[96];
			const char *got;

			losses[i].deprive();
			got = fallen("hosted", losses[i].assignment, losses[i].knob, why);
			_exit(strcmp(got, losses[i].fallback) == 0 && why[0] ? 0 : 1);
		}
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK_INT(status, 0);
	}
}

/* A process without a free descriptor cannot open /dev/kvm, whether there is one or not. */
static void test_no_kvm(void)
{
	struct rlimit before, none = { 3, 3 };
	struct error error = { 0 };

	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	CHECK(vmm_backend_name(&error) == NULL);
	setrlimit(RLIMIT_NOFILE, &before);
	CHECK_STR(error.what, "cannot open /dev/kvm");
	CHECK(error.number != 0);
	CHECK(error.mend[0] != '\0');
}

static void test_printed_names(void)
{
	CHECK_STR(vmm_exit_name(KVM_EXIT_IO), "io");
	CHECK_STR(vmm_exit_name(KVM_EXIT_HLT), "hlt");
	CHECK_STR(vmm_exit_name(9999), "unknown");
	for (int i = 0; i < VMM_STAGES; i++)
		CHECK(vmm_stage_names[i] != NULL);
}

int main(void)
{
	CHECK_RUN(test_table);
	CHECK_RUN(test_order);
	CHECK_RUN(test_presets);
	CHECK_RUN(test_unknown);
	CHECK_RUN(test_names);
	CHECK_RUN(test_name_fits);
	CHECK_RUN(test_native);
	CHECK_RUN(test_fall_back);
	CHECK_RUN(test_losses);
	CHECK_RUN(test_no_kvm);
	CHECK_RUN(test_printed_names);
	return check_done();
}
