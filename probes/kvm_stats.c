/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * KVM's binary statistics, read from the descriptors KVM_GET_STATS_FD gives (Documentation/virt/kvm/api.rst
 * of the Linux kernel, section 4.133, which also fixes these two structures).
 */
struct stats_header {
	uint32_t flags, name_size, descriptors, id_offset, descriptor_offset, data_offset;
};

struct stats_descriptor {
	uint32_t flags;
	int16_t exponent;
	uint16_t size;
	uint32_t offset, bucket_size;
	char name[]; /* name_size bytes */
};

#define TYPE(flags) ((flags)&0xfu)
#define UNIT(flags) ((flags) >> 4 & 0xfu)
#define BASE(flags) ((flags) >> 8 & 0xfu)
#define CUMULATIVE  0u
#define BASE_2	    1u

#define NAME_MOST	 256u /* far above what any kernel has; what is larger is no statistics file */
#define DESCRIPTORS_MOST 4096u

static const char *unit_of(uint32_t flags)
{
	static const char *const units[] = { "1", "bytes", "s", "cycles", "1" };

	return UNIT(flags) < sizeof(units) / sizeof(units[0]) ? units[UNIT(flags)] : "1";
}

/* VALUE x base ^ exponent. */
static double scale(const struct stats_descriptor *d, uint64_t value)
{
	double scaled = (double)value, base = BASE(d->flags) == BASE_2 ? 2 : 10;

	for (int i = d->exponent; i > 0; i--)
		scaled *= base;
	for (int i = d->exponent; i < 0; i++)
		scaled /= base;
	return scaled;
}

static int add_one(int fd, const char *layer, const struct stats_header *header,
		   const struct stats_descriptor *d, struct probe_samples *samples)
{
	uint64_t value;
	char name[NAME_MOST + 1];

	if (TYPE(d->flags) != CUMULATIVE || d->size != 1)
		return 0;
	if (pread(fd, &value, sizeof(value), (off_t)header->data_offset + d->offset) != sizeof(value))
		return -EIO;
	memcpy(name, d->name, header->name_size);
	name[header->name_size] = '\0';
	return probe_samples_add(samples, "kvm-stats", layer, name, unit_of(d->flags), scale(d, value));
}

static int read_one(int fd, const char *layer, struct probe_samples *samples)
{
	struct stats_header header;
	size_t row, bytes;
	char *rows;
	int code = 0;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	if (header.name_size > NAME_MOST || header.descriptors > DESCRIPTORS_MOST)
		return -EINVAL;
	row = sizeof(struct stats_descriptor) + header.name_size;
	bytes = row * header.descriptors;
	rows = malloc(bytes + 1);
	if (rows == NULL)
		return -ENOMEM;
	if (pread(fd, rows, bytes, header.descriptor_offset) != (ssize_t)bytes)
		code = -EIO;
	for (size_t i = 0; code == 0 && i < header.descriptors; i++)
		code = add_one(fd, layer, &header, (const void *)(rows + i * row), samples);
	free(rows);
	return code;
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	int code = target->kvm_vm < 0 ? -ENODEV : read_one(target->kvm_vm, "vm", samples);

	if (code == 0 && target->kvm_vcpu >= 0)
		code = read_one(target->kvm_vcpu, "vcpu0", samples);
	return code;
}

static int begin(const struct probe_target *target, void **state)
{
	return probe_reading_begin(target, read_all, state);
}

static int end(const struct probe_target *target, void *state, struct probe_samples *samples)
{
	return probe_reading_end(target, read_all, state, samples);
}

/* Whether KVM gives statistics only shows on a VM: here, whether there is a KVM to ask. */
static bool available(struct error *error)
{
	if (access("/dev/kvm", R_OK | W_OK) == 0)
		return true;
	error_fail(error, errno, "enable virtualization, load kvm_intel or kvm_amd, and join the group kvm",
		   "/dev/kvm cannot be used");
	return false;
}

const struct probe probe_kvm_stats = {
	.name = "kvm-stats",
	.summary = "KVM's own counters of the VM and its vCPU: exits, faults, emulated instructions",
	.available = available,
	.begin = begin,
	.end = end,
	.close = probe_reading_close,
};
