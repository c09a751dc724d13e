/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/counters_priv.h"
#include "cmd/list_priv.h"
#include "cmd/machine_priv.h"

#include <cpuid.h>
#include <dirent.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "probes/probes.h"
#include "vmm/vmm.h"

#define CPU "/sys/devices/system/cpu/"

bool machine_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool got = file && fgets(line, (int)size, file);

	if (file)
		fclose(file);
	line[got ? strcspn(line, "\n") : 0] = '\0';
	return got;
}

/* What follows "KEY<blanks>SEPARATOR" in the text file PATH, without quotes. */
static bool value_in(const char *path, const char *key, char separator, char *text)
{
	FILE *file = fopen(path, "re");
	char line[MACHINE_TEXT];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *at = strchr(line, separator);

		if (at == NULL || strncmp(line, key, strlen(key)) != 0 ||
		    line[strlen(key) + strspn(line + strlen(key), " \t")] != separator)
			continue;
		at += 1 + strspn(at + 1, " \t\"");
		at[strcspn(at, "\"\n")] = '\0';
		snprintf(text, MACHINE_TEXT, "%s", at);
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

static bool tell_host(char *text)
{
	return gethostname(text, MACHINE_TEXT) == 0;
}

static bool tell_system(char *text)
{
	return value_in("/etc/os-release", "PRETTY_NAME", '=', text);
}

static bool tell_kernel(char *text)
{
	struct utsname name;

	if (uname(&name))
		return false;
	snprintf(text, MACHINE_TEXT, "%s %s %s", name.sysname, name.release, name.machine);
	return true;
}

static bool tell_cpu(char *text)
{
	return value_in("/proc/cpuinfo", "model name", ':', text);
}

static bool tell_microcode(char *text)
{
	return value_in("/proc/cpuinfo", "microcode", ':', text);
}

static bool tell_cores(char *text)
{
	cpu_set_t allowed;
	int may = sched_getaffinity(0, sizeof(allowed), &allowed) ? 0 : CPU_COUNT(&allowed);

	snprintf(text, MACHINE_TEXT, "%ld online, %d allowed", sysconf(_SC_NPROCESSORS_ONLN), may);
	return true;
}

static bool tell_smt(char *text)
{
	if (!machine_line(CPU "smt/active", text, MACHINE_TEXT))
		return false;
	snprintf(text, MACHINE_TEXT, "%s", text[0] == '1' ? "on" : "off");
	return true;
}

static bool tell_governor(char *text)
{
	if (access(CPU "cpu0/cpufreq", F_OK) == 0)
		return machine_line(CPU "cpu0/cpufreq/scaling_governor", text, MACHINE_TEXT);
	snprintf(text, MACHINE_TEXT, "none: the clock is not for this system to scale");
	return true;
}

static bool tell_memory(char *text)
{
	units_print_bytes((double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE), text,
			  MACHINE_TEXT);
	return true;
}

static bool tell_huge_pages(char *text)
{
	return machine_line("/sys/kernel/mm/transparent_hugepage/enabled", text, MACHINE_TEXT);
}

bool machine_gives_huge_pages(void)
{
	char text[MACHINE_TEXT];

	return tell_huge_pages(text) && strstr(text, "[always]") != NULL;
}

static bool tell_clocksource(char *text)
{
	return machine_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", text,
			    MACHINE_TEXT);
}

static bool tell_tsc(char *text)
{
	snprintf(text, MACHINE_TEXT, "%.3f MHz", (double)clock_tsc_hz() / 1e6);
	return true;
}

/* What hypervisors call themselves, and what people call them. */
static const char *hypervisor_name(const char *signature)
{
	static const struct {
		const char *signature, *name;
	} known[] = {
		{ "KVMKVMKVM", "KVM" },		  { "TCGTCGTCGTCG", "QEMU without KVM" },
		{ "Microsoft Hv", "Hyper-V" },	  { "VMwareVMware", "VMware" },
		{ "XenVMMXenVMM", "Xen" },	  { "bhyve bhyve ", "bhyve" },
		{ "VBoxVBoxVBox", "VirtualBox" }, { "ACRNACRNACRN", "ACRN" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(signature, known[i].signature) == 0)
			return known[i].name;
	return signature[0] ? signature : "a nameless one";
}

/* The signature of leaf 0x40000000 (Linux: Documentation/virt/kvm/x86/cpuid.rst). */
bool machine_hypervisor(char *text, size_t size)
{
	unsigned a, b, c, d;
	char signature[13] = "";

	__cpuid(1, a, b, c, d);
	if (!(c & 1u << 31))
		return false;
	__cpuid(0x40000000, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	snprintf(text, size, "%s", hypervisor_name(signature));
	return true;
}

static bool tell_native(char *text)
{
	char name[32];

	if (machine_hypervisor(name, sizeof(name)))
		snprintf(text, MACHINE_TEXT, "a virtual machine itself, under %s", name);
	else
		snprintf(text, MACHINE_TEXT, "bare hardware");
	return true;
}

static bool tell_kvm(char *text)
{
	struct error error;
	const char *name = vmm_backend_name(&error);
	char why[512];

	error.mend[0] = '\0'; /* this is about what was, not about what to do */
	snprintf(text, MACHINE_TEXT, "%s%s",
		 name ? name : "none: ", name ? "" : error_text(&error, why, sizeof(why)));
	return true;
}

/* "spectre_v1: Mitigation: ...; ...", without what this CPU is not affected by. */
static bool tell_mitigations(char *text)
{
	struct dirent **entry;
	int count = scandir(CPU "vulnerabilities", &entry, NULL, alphasort);
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		char path[512], line[256];

		snprintf(path, sizeof(path), CPU "vulnerabilities/%s", entry[i]->d_name);
		if (entry[i]->d_name[0] != '.' && machine_line(path, line, sizeof(line)) &&
		    strcmp(line, "Not affected") != 0 && used < MACHINE_TEXT)
			used += (size_t)snprintf(text + used, MACHINE_TEXT - used, "%s%s: %s",
						 used ? "; " : "", entry[i]->d_name, line);
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	return count >= 0;
}

static bool tell_paranoid(char *text)
{
	return machine_line("/proc/sys/kernel/perf_event_paranoid", text, MACHINE_TEXT);
}

static bool tell_counters(char *text)
{
	struct error error = { 0 };

	if (counters_work(&error))
		snprintf(text, MACHINE_TEXT, "a PMU that counts as it should");
	else
		error_text(&error, text, MACHINE_TEXT);
	return true;
}

/* What those that count in every repetition take beside it; of the others, reports say how much slower they
 * made programs. */
static bool tell_probes(char *text)
{
	size_t used = 0;

	for (int i = 0; probes[i]; i++) {
		struct probe_cost cost = { NAN, NAN };
		char time[32];

		if (!probes[i]->disturbs)
			cost = list_probe_cost(probes[i]);
		if (!isnan(cost.once_ns) && used < MACHINE_TEXT)
			used += (size_t)snprintf(text + used, MACHINE_TEXT - used, "%s%s %s",
						 used ? ", " : "", probes[i]->name,
						 units_print_time(cost.once_ns, time, sizeof(time)));
	}
	return used > 0;
}

const struct machine_fact machine_facts[] = {
	{ "host", tell_host },
	{ "system", tell_system },
	{ "kernel", tell_kernel },
	{ "cpu", tell_cpu },
	{ "microcode", tell_microcode },
	{ "mitigations", tell_mitigations },
	{ "cores", tell_cores },
	{ "smt", tell_smt },
	{ "governor", tell_governor },
	{ "memory", tell_memory },
	{ "huge pages", tell_huge_pages },
	{ "clocksource", tell_clocksource },
	{ "tsc", tell_tsc },
	{ "native is", tell_native },
	{ "kvm backend", tell_kvm },
	{ "perf_event_paranoid", tell_paranoid },
	{ "hardware counters", tell_counters },
	{ "probes take", tell_probes },
	{ NULL, NULL },
};
