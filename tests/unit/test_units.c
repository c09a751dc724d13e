/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/units.h"
#include "tests/check.h"

/* Sizes, times and counts, from text and to text, and the clocks that times come from. */

typedef int parser(const char *text, uint64_t *value, struct error *error);

static void reads(parser *parse, const char *text, uint64_t want)
{
	uint64_t value = 7;
	struct error error;

	if (parse(text, &value, &error) != 0) {
		CHECK_STR(text, "something that can be read");
		return;
	}
	CHECK_INT(value, want);
}

static void refuses(parser *parse, const char *text)
{
	uint64_t value = 7;
	struct error error = { 0 };

	if (parse(text, &value, &error) == 0)
		CHECK_STR(text, "refused");
	CHECK_INT(value, 7);
	CHECK(strstr(error.what, text) && error.mend[0]);
}

static void test_bytes(void)
{
	static const char *const bad[] = { "",
					   "M",
					   "-1",
					   "1.2.3",
					   ".",
					   "1e3",
					   "0x10",
					   " 1",
					   "5 M",
					   "5bb",
					   "5ib",
					   "5KK",
					   "5X",
					   "16E",
					   "nan",
					   "inf",
					   "9999999999999999T" };

	reads(units_parse_bytes, "4096", 4096);
	reads(units_parse_bytes, "4096B", 4096);
	reads(units_parse_bytes, "64K", 65536);
	reads(units_parse_bytes, "16M", 16 << 20);
	reads(units_parse_bytes, "16MB", 16 << 20);
	reads(units_parse_bytes, "16MiB", 16 << 20);
	reads(units_parse_bytes, "16mib", 16 << 20);
	reads(units_parse_bytes, "1.5G", 3ull << 29);
	reads(units_parse_bytes, "2T", 2ull << 40);
	reads(units_parse_bytes, "0", 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(units_parse_bytes, bad[i]);
}

static void test_time(void)
{
	static const char *const bad[] = { "", "s", "-1s", "1 s", "1sec", "1d", "1B", "1e9", "9999999999h" };

	reads(units_parse_time, "30s", 30000000000);
	reads(units_parse_time, "1.5ms", 1500000);
	reads(units_parse_time, "200us", 200000);
	reads(units_parse_time, "10ns", 10);
	reads(units_parse_time, "2m", 120000000000);
	reads(units_parse_time, "1h", 3600000000000);
	reads(units_parse_time, "0.25", 250000000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(units_parse_time, bad[i]);
}

static int parse_any(const char *text, uint64_t *value, struct error *error)
{
	return units_parse_count(text, UINT64_MAX, value, error);
}

static int parse_ten(const char *text, uint64_t *value, struct error *error)
{
	return units_parse_count(text, 10, value, error);
}

static void test_count(void)
{
	reads(parse_ten, "0", 0);
	reads(parse_ten, "10", 10);
	reads(parse_ten, "0010", 10);
	reads(parse_any, "18446744073709551615", UINT64_MAX);
	refuses(parse_any, "18446744073709551616");
	refuses(parse_any, "99999999999999999999999");
	refuses(parse_ten, "11");
	refuses(parse_ten, "");
	refuses(parse_ten, "-1");
	refuses(parse_ten, "1.0");
	refuses(parse_ten, "5x");
}

static void test_print_time(void)
{
	char text[32];

	CHECK_STR(units_print_time(12345, text, sizeof(text)), "12.3 us");
	CHECK_STR(units_print_time(1, text, sizeof(text)), "1.00 ns");
	CHECK_STR(units_print_time(999.4, text, sizeof(text)), "999 ns");
	CHECK_STR(units_print_time(999.6, text, sizeof(text)), "1.00 us");
	CHECK_STR(units_print_time(9.996, text, sizeof(text)), "10.0 ns");
	CHECK_STR(units_print_time(123456789, text, sizeof(text)), "123 ms");
	CHECK_STR(units_print_time(7.2e12, text, sizeof(text)), "7200 s");
	CHECK_STR(units_print_time(-2500, text, sizeof(text)), "-2.50 us");
	CHECK_STR(units_print_time(0, text, sizeof(text)), "0.00 ns");
	CHECK_STR(units_print_time((double)NAN, text, sizeof(text)), "NA");
}

static void test_print_bytes(void)
{
	char text[32];

	CHECK_STR(units_print_bytes(16777216, text, sizeof(text)), "16.0 MiB");
	CHECK_STR(units_print_bytes(512, text, sizeof(text)), "512 B");
	CHECK_STR(units_print_bytes(1023.8, text, sizeof(text)), "1.00 KiB");
	CHECK_STR(units_print_bytes(0x1p43, text, sizeof(text)), "8.00 TiB");
	CHECK_STR(units_print_bytes((double)NAN, text, sizeof(text)), "NA");
}

/* What is printed reads back as the same value, to the three digits printed. */
static void test_round_trip(void)
{
	char text[32], *unit;
	struct error error;
	uint64_t ns;

	for (double want = 1; want < 1e15; want *= 1.7) {
		units_print_time(want, text, sizeof(text));
		unit = strchr(text, ' ');
		memmove(unit, unit + 1, strlen(unit));
		CHECK_INT(units_parse_time(text, &ns, &error), 0);
		CHECK_NEAR((double)ns, want, want * 0.0051 + 0.5);
	}
}

static void test_nearest(void)
{
	static const char *const names[] = { "transport", "completion", "irqchip", "idle", "tick", NULL };

	CHECK_STR(units_nearest("transprot", names), "transport");
	CHECK_STR(units_nearest("TRANSPORT", names), "transport");
	CHECK_STR(units_nearest("irq", names), "irqchip");
	CHECK_STR(units_nearest("tik", names), "tick");
	CHECK_STR(units_nearest("idle", names), "idle");
	CHECK_STR(units_nearest("quite-another-thing", names), NULL);
	CHECK_STR(units_nearest("", names), NULL);
	CHECK_STR(units_nearest("x", names), NULL);
	CHECK_STR(units_nearest("x", (const char *const[]){ NULL }), NULL);
}

static void test_clock(void)
{
	uint64_t hz = clock_tsc_hz(), start = clock_now_ns(), cpu = clock_thread_cpu_ns(), tsc = clock_tsc();

	CHECK(hz > 100000000 && hz < 20000000000);
	while (clock_tsc() - tsc < hz / 1000)
		;
	CHECK(clock_now_ns() > start);
	CHECK(clock_thread_cpu_ns() > cpu);
}

static void test_ticks(void)
{
	CHECK_INT(clock_ticks_to_ns(0, 2000000000), 0);
	CHECK_INT(clock_ticks_to_ns(3, 1000000000), 3);
	CHECK_INT(clock_ticks_to_ns(2596122210, 2596122210), 1000000000);
	CHECK_INT(clock_ticks_to_ns(UINT64_MAX, 4000000000), 4611686018427387903);
	CHECK_INT(clock_ticks_to_ns(UINT64_MAX / 2, 1000000000), INT64_MAX);
}

int main(void)
{
	CHECK_RUN(test_bytes);
	CHECK_RUN(test_time);
	CHECK_RUN(test_count);
	CHECK_RUN(test_print_time);
	CHECK_RUN(test_print_bytes);
	CHECK_RUN(test_round_trip);
	CHECK_RUN(test_nearest);
	CHECK_RUN(test_clock);
	CHECK_RUN(test_ticks);
	return check_done();
}
