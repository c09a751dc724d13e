/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/checks_priv.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/machine_priv.h"
#include "cmd/suite_priv.h"
#include "vmm/vmm.h"

static bool yes(struct error *error, const char *text)
{
	error_set(error, 0, "%s", text);
	return true;
}

static bool no(struct error *error, const char *mend, const char *text)
{
	error_fail(error, 0, mend, "%s", text);
	return false;
}

static bool has_kvm(struct error *error)
{
	const char *name = vmm_backend_name(error);

	return name && yes(error, name);
}

static bool has_parts(struct error *error)
{
	static const char *const parts[] = { "vmtax-monitor", "vmtax-kernel", "workloads/suite.csv" };
	char path[4096];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (cmd_find_part(parts[i], path, sizeof(path), error))
			return false;
	return yes(error, "monitor, guest kernel and suite are there");
}

static bool has_program(const char *name, const char *mend, struct error *error)
{
	char *path = NULL;
	bool found = command_find(name, NULL, true, &path, error) == 0;

	if (found)
		yes(error, path);
	else
		error_mend(error, "%s", mend);
	free(path);
	return found;
}

static bool has_gnuplot(struct error *error)
{
	return has_program("gnuplot", "apt install gnuplot-nox", error);
}

static bool has_busybox(struct error *error)
{
	return has_program("busybox", "apt install busybox-static", error);
}

static bool has_two_cores(struct error *error)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) >= 2)
		return yes(error, "a polling driver can have one");
	return no(error, "allow two: see taskset(1) and the container's cpuset", "there is only one core");
}

const struct check checks_needs[] = {
	{ "parts", "nothing can be run", has_parts },
	{ "kvm", "only native is measured", has_kvm },
	{ "second core", "transport=ring falls back to exit", has_two_cores },
	{ "busybox", "three workloads of the suite are left out", has_busybox },
	{ "gnuplot", "reports have tables, but no figures", has_gnuplot },
	{ NULL, NULL, NULL },
};

static bool is_hardware(struct error *error)
{
	char name[32], text[128];

	if (!machine_hypervisor(name, sizeof(name)))
		return yes(error, "this machine is not virtual");
	snprintf(text, sizeof(text), "this machine is itself a virtual machine, under %s", name);
	return no(error, "measure on bare hardware too", text);
}

static bool is_hardware_kvm(struct error *error)
{
	const char *name = vmm_backend_name(error);

	if (name == NULL)
		return yes(error, "there is none");
	if (strcmp(name, "kvm_intel") == 0 || strcmp(name, "kvm_amd") == 0)
		return yes(error, name);
	return no(error, "measure where kvm_intel or kvm_amd is loaded",
		  "this KVM is a software backend, whose exits cost far more than hardware's");
}

static bool is_steady(struct error *error)
{
	char governor[64];

	if (!machine_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor,
			  sizeof(governor)))
		return yes(error, "the clock is not for this system to scale");
	if (strcmp(governor, "performance") == 0)
		return yes(error, governor);
	return no(error, "cpupower frequency-set -g performance", "the clock frequency follows the load");
}

static bool is_quiet(struct error *error)
{
	double load[1];
	char text[64];

	if (getloadavg(load, 1) != 1)
		return yes(error, "the load is not known");
	snprintf(text, sizeof(text), "load average %.2f", load[0]);
	return load[0] < 0.5 ? yes(error, text) : no(error, "stop what else runs, or wait", text);
}

const struct check checks_trust[] = {
	{ "hardware", "\"native\" has a cost of virtualization in it already", is_hardware },
	{ "hardware kvm", "virtual machines look dearer than VMX or SVM would make them", is_hardware_kvm },
	{ "steady clock", "repetitions differ more than they need", is_steady },
	{ "quiet", "repetitions differ more than they need", is_quiet },
	{ NULL, NULL, NULL },
};
