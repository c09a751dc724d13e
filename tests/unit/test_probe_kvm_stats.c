/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "tests/check.h"

/* KVM's statistics files, made here: good ones, ones cut off anywhere, and ones no kernel would make. */
#define NAME 13 /* odd, so that rows are not aligned */

struct header {
	uint32_t flags, name_size, descriptors, id_offset, descriptor_offset, data_offset;
};

struct row {
	uint32_t flags;
	int16_t exponent;
	uint16_t size;
	uint32_t offset, bucket_size;
	char name[NAME];
} __attribute__((packed));

enum { INSTANT = 1, BYTES = 1 << 4, SECONDS = 2 << 4, CYCLES = 3 << 4, BASE_2 = 1 << 8 };

/* Seven rows: of these the fifth is a histogram and the sixth more than one number. */
struct file {
	struct header header;
	char id[48];
	struct row row[7];
	uint64_t data[8];
} __attribute__((packed));

static struct file good(void)
{
	struct file file = {
		.header = { .name_size = NAME, .descriptors = 7, .id_offset = sizeof(struct header),
			    .descriptor_offset = sizeof(struct header) + 48,
			    .data_offset = sizeof(struct header) + 48 + 7 * sizeof(struct row) },
		.id = "kvm-1/vcpu-0",
		.row = {
			{ .size = 1, .offset = 0, .name = "exits" },
			{ .flags = SECONDS, .exponent = -9, .size = 1, .offset = 8, .name = "halt_ns" },
			{ .flags = BYTES | BASE_2, .exponent = 12, .size = 1, .offset = 16, .name = "pages" },
			{ .flags = INSTANT, .size = 1, .offset = 24, .name = "guest_mode" },
			{ .flags = 4, .size = 3, .offset = 32, .bucket_size = 2, .name = "histogram" },
			{ .size = 2, .offset = 32, .name = "array" },
			{ .flags = CYCLES, .size = 1, .offset = 56, .name = "thirteen_long" },
		},
		.data = { 12345, 999, 3, 1, 7, 8, 9, 5 },
	};

	return file;
}

static int read_bytes(const void *bytes, size_t size, struct probe_samples *samples)
{
	int fd = memfd_create("stats", MFD_CLOEXEC), code;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	code = probe_kvm_stats_read(fd, "vm", samples);
	close(fd);
	return code;
}

static int64_t value(const struct probe_samples *samples, const char *event)
{
	return probe_samples_find(samples, "kvm-stats", "vm", event);
}

static void test_good(void)
{
	struct probe_samples samples = { 0 };
	struct file file = good();

	CHECK_INT(read_bytes(&file, sizeof(file), &samples), 0);
	CHECK_INT(samples.count, 8);
	CHECK_INT(value(&samples, "exits"), 12345);
	CHECK_STR(samples.sample[0].unit, "1");
	CHECK_INT(value(&samples, "halt_ns"), 999);
	CHECK_STR(samples.sample[1].unit, "ns");
	CHECK_INT(value(&samples, "pages"), 3 << 12);
	CHECK_STR(samples.sample[2].unit, "bytes");
	CHECK_INT(value(&samples, "guest_mode"), 1);
	CHECK_INT(value(&samples, "histogram"), PROBE_MISSING); /* a row each bucket instead */
	CHECK_INT(value(&samples, "histogram[0..1)"), 7);
	CHECK_INT(value(&samples, "histogram[1..2)"), 8);
	CHECK_INT(value(&samples, "histogram[2..)"), 9);
	CHECK_INT(value(&samples, "array"), PROBE_MISSING);
	CHECK_INT(value(&samples, "thirteen_long"), 5); /* a name without room for its NUL */
	CHECK_STR(samples.sample[7].unit, "cycles");
	CHECK_INT(samples.sample[0].enabled_ns, PROBE_MISSING);
	probe_samples_free(&samples);
}

static void test_truncated(void)
{
	struct file file = good();

	for (size_t size = 0; size < sizeof(file); size++) {
		struct probe_samples samples = { 0 };

		CHECK_INT(read_bytes(&file, size, &samples), -EIO);
		probe_samples_free(&samples);
	}
}

static int code_of(const struct file *file)
{
	struct probe_samples samples = { 0 };
	int code = read_bytes(file, sizeof(*file), &samples);

	probe_samples_free(&samples);
	return code;
}

static void test_absurd(void)
{
	struct file file = good();

	file.header.name_size = UINT32_MAX;
	CHECK_INT(code_of(&file), -EINVAL);
	file = good();
	file.header.descriptors = UINT32_MAX;
	CHECK_INT(code_of(&file), -EINVAL);
	file = good();
	file.header.descriptors = 0;
	CHECK_INT(code_of(&file), 0);
	file = good();
	file.header.name_size = 0;
	CHECK(code_of(&file) < 0);
	file = good();
	file.header.descriptor_offset = UINT32_MAX;
	CHECK_INT(code_of(&file), -EIO);
	file = good();
	file.header.data_offset = file.row[0].offset = UINT32_MAX;
	CHECK_INT(code_of(&file), -EIO);
	file = good();
	file.row[0].exponent = INT16_MIN;
	CHECK_INT(code_of(&file), -EINVAL);
	file = good();
	file.row[0].exponent = INT16_MAX;
	CHECK_INT(code_of(&file), -EINVAL);
	file = good();
	file.row[0].name[0] = '\0';
	CHECK_INT(code_of(&file), -EINVAL);
	file = good();
	file.row[0].flags = 0xfffffff0; /* a unit and a base nobody has heard of */
	CHECK_INT(code_of(&file), 0);
}

/* Any bytes: an answer, whatever it is. The sanitizers look on. */
static void test_noise(void)
{
	srand(2);
	for (int i = 0; i < 2000; i++) {
		struct file file = good();
		unsigned char *bytes = (unsigned char *)&file;

		for (int k = rand() % 12; k >= 0; k--)
			bytes[(size_t)rand() % (sizeof(file) - sizeof(file.data))] = (unsigned char)rand();
		CHECK(code_of(&file) <= 0);
	}
}

static void test_no_file(void)
{
	struct probe_samples samples = { 0 };
	int ends[2];

	CHECK(probe_kvm_stats_read(-1, "vm", &samples) < 0);
	CHECK_INT(pipe(ends), 0);
	CHECK(probe_kvm_stats_read(ends[0], "vm", &samples) < 0);
	close(ends[0]);
	close(ends[1]);
	CHECK_INT(samples.count, 0);
}

int main(void)
{
	CHECK_RUN(test_good);
	CHECK_RUN(test_truncated);
	CHECK_RUN(test_absurd);
	CHECK_RUN(test_noise);
	CHECK_RUN(test_no_file);
	return check_done();
}
