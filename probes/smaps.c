/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/host_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The mapping whose lines are being read. */
struct mapping {
	uint64_t low;
	bool executable; /* its file can be executed, or some part of it */
	bool known;	 /* the file was met just before */
	char path[400];
};

/* "55d0-55d8 r-xp 00000000 fe:00 1234   /usr/bin/qemu": whether LINE is of that kind. Files are mapped in one
 * piece, part by part, the executable one second. */
static bool take_mapping(struct mapping *m, const char *line)
{
	uint64_t low, high;
	char rights[8], path[400] = "";

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %399[^\n]", &low, &high, rights, path) < 3)
		return false;
	m->low = low;
	m->known = strcmp(m->path, path) == 0;
	m->executable = strchr(rights, 'x') != NULL;
	snprintf(m->path, sizeof(m->path), "%s", path);
	return true;
}

static bool is_library(const struct mapping *m)
{
	return m->path[0] == '/' && strstr(m->path, ".so") != NULL;
}

static void add(struct smaps *smaps, const struct mapping *m, const struct probe_target *target,
		const char *program, uint64_t bytes)
{
	if (target->guest_bytes && m->low >= target->guest_at &&
	    m->low < target->guest_at + target->guest_bytes) {
		smaps->guest += bytes;
		return;
	}
	smaps->beyond += bytes;
	if (strcmp(m->path, program) == 0)
		smaps->program += bytes;
	else if (is_library(m))
		smaps->libraries += bytes;
}

int smaps_read(const struct probe_target *target, struct smaps *smaps)
{
	char path[64], program[400] = "", line[600];
	struct mapping m = { 0 };
	struct stat file;
	ssize_t length;
	uint64_t kib;
	FILE *maps;

	*smaps = (struct smaps){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)target->pid);
	length = readlink(path, program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)target->pid);
	maps = fopen(path, "re");
	if (maps == NULL)
		return -errno;
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "Pss: %" SCNu64, &kib) == 1)
			add(smaps, &m, target, program, kib << 10);
		else if (take_mapping(&m, line) && m.executable && is_library(&m) && stat(m.path, &file) == 0)
			smaps->libraries_disk += (uint64_t)file.st_size;
	}
	fclose(maps);
	return smaps->guest + smaps->beyond ? 0 : -ESRCH;
}
