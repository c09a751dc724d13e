/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/check.h"
#include "tests/table_file.h"

/* Writing tables: the bytes of the file, and what is left of it when something goes wrong. */

#define HEADER "name,count,size,note\n"

static void holds(const char *path, const char *want)
{
	char *text = read_file(path);

	CHECK_STR(text, want);
	free(text);
}

static int put(struct table_writer *w, const char *name, int64_t count, double size, const char *note)
{
	struct error error;

	table_put_text(w, name);
	table_put_integer(w, count);
	table_put_number(w, size);
	table_put_text(w, note);
	return table_end_row(w, &error);
}

static int append(struct table_writer *w, const char *path, struct error *error)
{
	return table_append(w, path, &schema_sample, true, error);
}

/* Appends the row "z,1,2,NA" to PATH. */
static void append_row(const char *path)
{
	struct table_writer w;
	struct error error;
	char line[1100];

	if (append(&w, path, &error) || put(&w, "z", 1, 2, NULL) || table_writer_close(&w, &error))
		CHECK_STR(error_text(&error, line, sizeof(line)), "no error");
}

static void test_bytes(void)
{
	struct table_writer w;
	struct error error;

	CHECK_INT(table_create(&w, "new.csv", &schema_sample, &error), 0);
	CHECK_INT(put(&w, "plain", INT64_MIN, 0.1, NULL), 0);
	CHECK_INT(put(&w, "a,b", INT64_MAX, (double)NAN, "say \"x\""), 0);
	CHECK_INT(put(&w, " lead", 0, 1e300, "trail\t"), 0);
	CHECK_INT(put(&w, "two\nlines", -1, (double)INFINITY, ""), 0);
	table_put_missing(&w);
	table_put_missing(&w);
	table_put_missing(&w);
	table_put_text(&w, "semi;colon 'and' caf\xc3\xa9");
	CHECK_INT(table_end_row(&w, &error), 0);
	CHECK(access("new.csv", F_OK) != 0);
	CHECK_INT(table_writer_close(&w, &error), 0);
	holds("new.csv", HEADER "plain,-9223372036854775808,0.1,NA\n"
				"\"a,b\",9223372036854775807,NA,\"say \"\"x\"\"\"\n"
				"\" lead\",0,1e+300,\"trail\t\"\n"
				"\"two\nlines\",-1,NA,\n"
				"NA,NA,NA,semi;colon 'and' caf\xc3\xa9\n");
	CHECK(access("new.csv.part", F_OK) != 0);
}

/* Few digits where few suffice, and never another number. */
static void test_numbers(void)
{
	static const double values[] = { 0,	    1,	  0.1,	1.0 / 3,  2.0 / 3 * 1e-300,
					 123456789, 1e15, -1.5, 0x1p-1074 };
	static const char *const texts[] = { "0",     "1",    "0.1", "0.3333333333333333", NULL, "123456789",
					     "1e+15", "-1.5", NULL };
	enum { N = sizeof(values) / sizeof(values[0]) };
	struct table_writer w;
	struct table table;
	struct error error;

	CHECK_INT(table_create(&w, "numbers.csv", &schema_sample, &error), 0);
	for (size_t i = 0; i < N; i++)
		CHECK_INT(put(&w, "x", 1, values[i], NULL), 0);
	CHECK_INT(table_writer_close(&w, &error), 0);
	CHECK_INT(table_read(&table, "numbers.csv", &schema_sample, &error), 0);
	for (size_t i = 0; i < table.rows; i++) {
		CHECK_NEAR(table_number(&table, i, 2), values[i], 0);
		if (texts[i])
			CHECK_STR(table_text(&table, i, 2), texts[i]);
	}
	CHECK_INT(table.rows, N);
	table_free(&table);
}

static void test_append(void)
{
	unlink("log.csv");
	append_row("log.csv");
	holds("log.csv", HEADER "z,1,2,NA\n");
	append_row("log.csv");
	holds("log.csv", HEADER "z,1,2,NA\nz,1,2,NA\n");
	write_file("log.csv", "", 0);
	append_row("log.csv");
	holds("log.csv", HEADER "z,1,2,NA\n");
}

/* What a killed writer left behind is whole rows and a part of one, of which nothing may stay. */
static void test_torn(void)
{
	static const char *const rows[] = { "a,1", "a,1,2,", "\"a\nb\",1,2", "\"a\nb", "\"a \"\"\nb", "\"" };
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), HEADER "\"x\n\",1,2,NA\n%s", rows[i]);
		write_file("torn.csv", text, strlen(text));
		append_row("torn.csv");
		holds("torn.csv", HEADER "\"x\n\",1,2,NA\nz,1,2,NA\n");
	}
	for (size_t n = 0; n <= strlen(HEADER); n++) {
		write_file("torn.csv", HEADER, n);
		append_row("torn.csv");
		holds("torn.csv", HEADER "z,1,2,NA\n");
	}
}

/* A file of another kind is refused and left as it was, its last line too. */
static void test_other_file(void)
{
	static const char *const files[] = { "name,count\na,1\n", "name,count,size,note,more\na,1,2,3,4",
					     "dear diary,\nno newline here", "name,count,size,NOTE\n", "\n" };
	struct table_writer w;
	struct error error;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		write_file("other.csv", files[i], strlen(files[i]));
		CHECK(append(&w, "other.csv", &error) < 0);
		CHECK(strstr(error.what, "other.csv has other columns") && error.mend[0]);
		holds("other.csv", files[i]);
	}
}

/* A file of a version that did not know an optional column yet is gone on with. */
static void test_older_file(void)
{
	static const char text[] = "name,count,size\na,1,2\n\"x\n\"\"\",3,4\nb,",
			  head[] = "name,count,size\n";

	write_file("older.csv", text, strlen(text));
	append_row("older.csv");
	holds("older.csv", HEADER "a,1,2,NA\n\"x\n\"\"\",3,4,NA\nz,1,2,NA\n");
	write_file("older.csv", head, strlen(head));
	append_row("older.csv");
	holds("older.csv", HEADER "z,1,2,NA\n");
	CHECK(access("older.csv.part", F_OK) != 0);
}

static void test_full_device(void)
{
	struct table_writer w;
	struct error error;
	struct stat status;

	if (stat("/dev/full", &status) || !S_ISCHR(status.st_mode))
		CHECK_SKIP("there is no /dev/full");
	CHECK_INT(append(&w, "/dev/full", &error), -ENOSPC);
	CHECK(strstr(error.what, "/dev/full") && error.mend[0]);
	CHECK(stat("/dev/full", &status) == 0 && S_ISCHR(status.st_mode));
}

/* Renaming a finished table over a device, pipe or directory would be the end of it. */
static void test_special_files(void)
{
	struct table_writer w;
	struct error error;
	struct stat status;

	CHECK_INT(mkfifo("pipe.csv", 0600), 0);
	CHECK(table_create(&w, "pipe.csv", &schema_sample, &error) < 0);
	CHECK(strstr(error.what, "pipe.csv is not an ordinary file") && error.mend[0]);
	CHECK(stat("pipe.csv", &status) == 0 && S_ISFIFO(status.st_mode));
	CHECK(access("pipe.csv.part", F_OK) != 0);
	CHECK(table_create(&w, ".", &schema_sample, &error) < 0);
}

/* No file may grow beyond SIZE: a disk that is full. Restored by limit_size(RLIM_INFINITY). */
static void limit_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size == RLIM_INFINITY ? limit.rlim_max : size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* A row that does not fit wholly is not there at all, nor are those after it. */
static void test_full_disk(void)
{
	struct table_writer w;
	struct error error;

	unlink("full.csv");
	CHECK_INT(append(&w, "full.csv", &error), 0);
	CHECK_INT(put(&w, "a", 1, 2, NULL), 0);
	limit_size(35);
	CHECK(put(&w, "b", 1, 2, NULL) < 0);
	limit_size(RLIM_INFINITY);
	CHECK(put(&w, "c", 1, 2, NULL) < 0);
	CHECK(table_writer_close(&w, &error) < 0);
	holds("full.csv", HEADER "a,1,2,NA\n");
	append_row("full.csv");
	holds("full.csv", HEADER "a,1,2,NA\nz,1,2,NA\n");
}

static void test_full_from_the_start(void)
{
	struct table_writer w;
	struct error error;

	unlink("none.csv");
	limit_size(10);
	CHECK(append(&w, "none.csv", &error) < 0);
	CHECK(table_create(&w, "created.csv", &schema_sample, &error) < 0);
	limit_size(RLIM_INFINITY);
	CHECK(strstr(error.what, "cannot write created.csv") != NULL);
	CHECK(access("none.csv", F_OK) != 0);
	CHECK(access("created.csv", F_OK) != 0 && access("created.csv.part", F_OK) != 0);
}

static void test_nothing_under_the_final_name(void)
{
	struct table_writer w;
	struct error error;

	write_file("keep.csv", "old\n", 4);
	CHECK_INT(table_create(&w, "keep.csv", &schema_sample, &error), 0);
	table_writer_abandon(&w);
	table_writer_abandon(&w);
	CHECK_INT(table_create(&w, "keep.csv", &schema_sample, &error), 0);
	limit_size(30);
	CHECK(put(&w, "a row too long", 1, 2, NULL) < 0);
	CHECK(table_writer_close(&w, &error) < 0);
	limit_size(RLIM_INFINITY);
	holds("keep.csv", "old\n");
	CHECK(access("keep.csv.part", F_OK) != 0);
}

static void test_bad_places(void)
{
	struct table_writer w;
	struct error error;

	CHECK_INT(table_create(&w, "no/such/t.csv", &schema_sample, &error), -ENOENT);
	CHECK(strstr(error.what, "no/such/t.csv") && error.mend[0]);
	CHECK_INT(append(&w, "no/such/t.csv", &error), -ENOENT);
	CHECK(append(&w, ".", &error) < 0);
	table_writer_abandon(&(struct table_writer){ 0 });
	CHECK(fcntl(0, F_GETFD) >= 0);
}

int main(void)
{
	CHECK_RUN(test_bytes);
	CHECK_RUN(test_numbers);
	CHECK_RUN(test_append);
	CHECK_RUN(test_torn);
	CHECK_RUN(test_other_file);
	CHECK_RUN(test_older_file);
	CHECK_RUN(test_full_device);
	CHECK_RUN(test_special_files);
	CHECK_RUN(test_full_disk);
	CHECK_RUN(test_full_from_the_start);
	CHECK_RUN(test_nothing_under_the_final_name);
	CHECK_RUN(test_bad_places);
	return check_done();
}
