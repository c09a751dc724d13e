/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	/* and name_size bytes of name */
};

#define TYPE(flags)  ((flags)&0xfu)
#define UNIT(flags)  ((flags) >> 4 & 0xfu)
#define BASE(flags)  ((flags) >> 8 & 0xfu)
#define CUMULATIVE   0u
#define INSTANT	     1u
#define PEAK	     2u
#define LINEAR	     3u /* a histogram of buckets of bucket_size */
#define LOGARITHMIC  4u /* and one whose buckets end at powers of two */
#define BUCKETS_MOST 128u
#define BASE_2	     1u

#define NAME_MOST	 256u /* far above what any kernel has; what is larger is no statistics file */
#define DESCRIPTORS_MOST 4096u
#define EXPONENT_MOST	 30 /* either way; the kernel has 10^-9 and 2^0 at most */
#define SECONDS		 2u /* with 10^-9: the kernel counts in ns, and so do all tables here */
#define NS_EXPONENT	 9

static const char *unit_of(uint32_t flags)
{
	static const char *const units[] = { "1", "bytes", "ns", "cycles", "1" };

	return UNIT(flags) < sizeof(units) / sizeof(units[0]) ? units[UNIT(flags)] : "1";
}

/* VALUE x base ^ exponent. */
static double scale(const struct stats_descriptor *d, uint64_t value)
{
	double scaled = (double)value, base = BASE(d->flags) == BASE_2 ? 2 : 10;
	int exponent = d->exponent;

	if (UNIT(d->flags) == SECONDS && base == 10)
		exponent += NS_EXPONENT;
	else if (UNIT(d->flags) == SECONDS)
		scaled *= 1e9;
	for (int i = exponent; i > 0; i--)
		scaled *= base;
	for (int i = exponent; i < 0; i++)
		scaled /= base;
	return scaled;
}

/* Reads number I of D. 0 or -EIO. */
static int read_value(int fd, uint32_t data_offset, const struct stats_descriptor *d, unsigned i,
		      uint64_t *value)
{
	off_t at = (off_t)data_offset + d->offset + (off_t)(i * sizeof(*value));

	return pread(fd, value, sizeof(*value), at) == sizeof(*value) ? 0 : -EIO;
}

/* The bucket I of a histogram as a row: "halt_poll_success_hist[512..1024)". The last has no end. */
static int add_bucket(const struct stats_descriptor *d, const char *layer, const char *name, unsigned i,
		      uint64_t value, struct probe_samples *samples)
{
	uint64_t begin = TYPE(d->flags) == LINEAR ? (uint64_t)i * d->bucket_size : i ? 1ull << (i - 1) : 0;
	uint64_t end = TYPE(d->flags) == LINEAR ? begin + d->bucket_size : 1ull << i;
	char text[NAME_MOST + 64];

	if (i + 1 == d->size)
		snprintf(text, sizeof(text), "%.30s[%llu..)", name, (unsigned long long)begin);
	else
		snprintf(text, sizeof(text), "%.30s[%llu..%llu)", name, (unsigned long long)begin,
			 (unsigned long long)end);
	return probe_samples_add(samples, "kvm-stats", layer, text, "1", (double)value);
}

/* Adds the statistic of D, which is called NAME (SIZE bytes, ended or not): a row, or one for each bucket of
 * a histogram. A kind this version does not know is left out. */
static int add_one(int fd, const char *layer, uint32_t data_offset, const struct stats_descriptor *d,
		   const char *name, size_t size, struct probe_samples *samples)
{
	bool histogram = TYPE(d->flags) == LINEAR || TYPE(d->flags) == LOGARITHMIC;
	char text[NAME_MOST + 1];
	uint64_t value;
	int code = 0;

	if (TYPE(d->flags) > LOGARITHMIC || (!histogram && d->size != 1) || d->size > BUCKETS_MOST ||
	    (TYPE(d->flags) == LOGARITHMIC && d->size > 64))
		return 0;
	if (d->exponent > EXPONENT_MOST || d->exponent < -EXPONENT_MOST || size == 0 || name[0] == '\0')
		return -EINVAL;
	memcpy(text, name, size);
	text[size] = '\0';
	for (unsigned i = 0; code == 0 && i < d->size; i++) {
		code = read_value(fd, data_offset, d, i, &value);
		if (code == 0)
			code = histogram ? add_bucket(d, layer, text, i, value, samples)
					 : probe_samples_add(samples, "kvm-stats", layer, text,
							     unit_of(d->flags), scale(d, value));
	}
	return code;
}

int probe_kvm_stats_read(int fd, const char *layer, struct probe_samples *samples)
{
	struct stats_header header;
	struct stats_descriptor d;
	size_t row, bytes;
	char *rows;
	int code = 0;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EIO;
	if (header.name_size > NAME_MOST || header.descriptors > DESCRIPTORS_MOST)
		return -EINVAL;
	row = sizeof(d) + header.name_size;
	bytes = row * header.descriptors;
	rows = malloc(bytes + 1);
	if (rows == NULL)
		return -ENOMEM;
	if (pread(fd, rows, bytes, header.descriptor_offset) != (ssize_t)bytes)
		code = -EIO;
	for (size_t i = 0; code == 0 && i < header.descriptors; i++) {
		memcpy(&d, rows + i * row, sizeof(d)); /* rows of odd sizes are not aligned */
		code = add_one(fd, layer, header.data_offset, &d, rows + i * row + sizeof(d),
			       header.name_size, samples);
	}
	free(rows);
	return code;
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	int code = target->kvm_vm < 0 ? -ENODEV : probe_kvm_stats_read(target->kvm_vm, "vm", samples);

	if (code == 0 && target->kvm_vcpu >= 0)
		code = probe_kvm_stats_read(target->kvm_vcpu, "vcpu0", samples);
	return code;
}

/* A vCPU that was added began at nought. */
static int add_vcpu(int fd, const char *layer, bool still, struct probe_samples *samples)
{
	struct probe_samples found = { 0 };
	int code = probe_kvm_stats_read(fd, layer, &found);

	for (size_t i = 0; code == 0 && i < found.count; i++) {
		found.sample[i].has_before = true;
		if (still || found.sample[i].value > 0)
			code = probe_samples_append(samples, &found.sample[i]);
	}
	probe_samples_free(&found);
	return code;
}

static int tell(const struct probe_target *target, const struct probe_reading *reading,
		struct probe_samples *samples)
{
	int code = probe_samples_add_changes(samples, &reading->first, &reading->last, target->all);
	char layer[16];

	for (size_t i = 0; code == 0 && target->kvm_added && target->kvm_added[i] >= 0; i++) {
		snprintf(layer, sizeof(layer), "vcpu%zu", i + 1);
		code = add_vcpu(target->kvm_added[i], layer, target->all, samples);
	}
	return code;
}

/* Whether KVM gives statistics only shows on a VM (Linux has them since 5.14): here, whether there is a KVM.
 */
static bool available(struct error *error)
{
	if (access("/dev/kvm", R_OK | W_OK) == 0)
		return true;
	error_fail(error, errno,
		   errno == EACCES
			   ? "join the group that owns it: adduser $USER kvm, then log in again"
			   : "enable virtualization in the firmware, then modprobe kvm_intel or kvm_amd",
		   "no VM to count on: /dev/kvm");
	return false;
}

const struct probe probe_kvm_stats = {
	.name = "kvm-stats",
	.summary = "KVM's own counters of VM and vCPUs, and what it holds, by how much they moved",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_all,
	.tell = tell,
	.calibrate = probe_kvm_stats_calibrate,
};
