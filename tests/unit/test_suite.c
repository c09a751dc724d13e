/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/calibrate_priv.h"
#include "cmd/digest_priv.h"
#include "cmd/filter_priv.h"
#include "cmd/scratch_priv.h"
#include "cmd/suite_priv.h"
#include "tests/check.h"

#define SECOND 1000000000u

/* What is to be run, the state it begins in, and how outputs are compared. */

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	fputs(text, file);
	fclose(file);
}

/* COMMAND's words, each in angle brackets; or the error's mend. */
static const char *words(const char *command)
{
	static char text[256];
	struct error error;
	char **argv;

	text[0] = '\0';
	if (command_split(command, &argv, &error)) {
		snprintf(text, sizeof(text), "%s", error.mend);
		return text;
	}
	for (char **word = argv; *word; word++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "<%s>", *word);
	command_free(argv);
	return text;
}

static void test_words(void)
{
	CHECK_STR(words("a b"), "<a><b>");
	CHECK_STR(words("  a\t b  "), "<a><b>");
	CHECK_STR(words("a 'b c' \"d 'e'\" f\\ g"), "<a><b c><d 'e'><f g>");
	CHECK_STR(words("a ''"), "<a><>");
	CHECK_STR(words("a'b'\"c\""), "<abc>");
	CHECK_STR(words("'a\\b' \"a\\\"b\""), "<a\\b><a\"b>");
	CHECK_STR(words("$HOME *"), "<$HOME><*>");
	CHECK_STR(words("a 'b"), "close the quotes");
	CHECK_STR(words("a \"b'"), "close the quotes");
	CHECK_STR(words(" "), "write the program and its arguments");
}

#define HEADER "name,class,command,stresses,data\n"

static void test_read(void)
{
	struct suite suite;
	struct error error;

	put("suite.csv",
	    HEADER "one,cpu,sh -c 'exit 1',x,\ntwo,io,no-such-program-there-is in,x,in:2K other:1M\n"
		   "three,io,./tool 1,x,\n");
	put("tool", "#!/bin/sh\n");
	chmod("tool", 0755);
	CHECK_INT(suite_read(&suite, "suite.csv", NULL, &error), 0);
	CHECK_INT(suite.count, 3);
	CHECK_STR(suite.workload[0].argv[2], "exit 1");
	CHECK_STR(suite.workload[0].absent, "");
	CHECK(suite.workload[1].absent[0] != '\0');
	CHECK_INT(suite.workload[1].files, 2);
	CHECK_STR(suite.workload[1].file[1].name, "other");
	CHECK_INT(suite.workload[1].file[1].bytes, 1 << 20);
	CHECK_INT(suite.workload[2].argv[0][0], '/'); /* it runs in another directory */
	CHECK_INT(strlen(suite.workload[2].sha256), 64);
	suite_free(&suite);
	CHECK_INT(suite_read(&suite, "suite.csv", "three,one", &error), 0);
	CHECK_INT(suite.count, 2);
	CHECK_STR(suite.workload[0].name, "one");
	suite_free(&suite);
}

static void test_several(void)
{
	struct suite suite;
	struct error error;
	char message[1024];

	put("first.csv", HEADER "one,cpu,true,x,\ntwo,cpu,true,x,\n");
	put("sec,ond.csv", HEADER "three,cpu,true,x,\n");
	put("third.csv", HEADER "two,cpu,true,x,\nfour,cpu,true,x,\n");
	CHECK_INT(suite_read(&suite, "sec,ond.csv", NULL, &error), 0); /* a file whose name has a comma */
	CHECK_INT(suite.count, 1);
	suite_free(&suite);
	CHECK_INT(suite_read(&suite, "first.csv,third.csv", "four,one", &error), 0);
	CHECK_INT(suite.count, 2);
	CHECK_INT(suite.files, 2);
	CHECK_STR(suite.workload[1].name, "four");
	suite_free(&suite);
	CHECK_INT(suite_read(&suite, "first.csv,third.csv", NULL, &error), -EINVAL);
	CHECK(strstr(error_text(&error, message, sizeof(message)), "third.csv:2:name"));
	CHECK_INT(suite_read(&suite, "first.csv,third.csv", "fuor", &error), -EINVAL);
	CHECK(strstr(error_text(&error, message, sizeof(message)), "did you mean four?"));
}

/* Reads a suite that is wrong; the whole message. */
static const char *wrong(const char *text, const char *only)
{
	static char message[1024];
	struct suite suite;
	struct error error = { 0 };

	put("wrong.csv", text);
	if (suite_read(&suite, "wrong.csv", only, &error) == 0) {
		suite_free(&suite);
		return "read";
	}
	return error_text(&error, message, sizeof(message));
}

static void test_wrong(void)
{
	CHECK(strstr(wrong("name,class\na,b\n", NULL), "wrong.csv:1:command"));
	CHECK(strstr(wrong(HEADER, NULL), "the suite is empty"));
	CHECK(strstr(wrong(HEADER "a,cpu,,x,\n", NULL), "wrong.csv:2:command"));
	CHECK(strstr(wrong(HEADER "a,cpu,\"x 'y\",x,\n", NULL), "wrong.csv:2:command: close the quotes"));
	CHECK(strstr(wrong(HEADER "a,cpu,sh,x,../f:1\n", NULL), "wrong.csv:2:data"));
	CHECK(strstr(wrong(HEADER "a,cpu,sh,x,f\n", NULL), "wrong.csv:2:data"));
	CHECK(strstr(wrong(HEADER "a,cpu,sh,x,f:1x\n", NULL), "wrong.csv:2:data"));
	CHECK(strstr(wrong(HEADER "a,cpu,sh,x,\na,cpu,sh,x,\n", NULL), "wrong.csv:3:name"));
	CHECK(strstr(wrong(HEADER "sort,cpu,sh,x,\n", "srt"), "did you mean sort?"));
}

static void test_own_program(void)
{
	char *named[] = { (char *)"sh", (char *)"-c", NULL }, *missing[] = { (char *)"./not-there", NULL },
	     *plain[] = { (char *)"wrong.csv", NULL }, *data[] = { (char *)"./data", NULL };
	struct suite suite;
	struct error error;

	CHECK_INT(suite_of_program(&suite, named, &error), 0);
	CHECK_STR(suite.workload[0].name, "sh");
	CHECK(suite.workload[0].own_directory);
	CHECK(strstr(suite.workload[0].argv[0], "/sh") != NULL);
	CHECK_STR(suite.workload[0].argv[1], "-c");
	suite_free(&suite);
	CHECK(suite_of_program(&suite, missing, &error) < 0);
	CHECK(suite_of_program(&suite, plain, &error) < 0); /* not in PATH */
	put("data", "not executable");
	CHECK(suite_of_program(&suite, data, &error) < 0);
	CHECK_STR(error.mend, "make it executable: chmod +x");
}

static void digest_of(const char *path, const char *want)
{
	struct error error;
	char hex[DIGEST_HEX];

	CHECK_INT(digest_path(path, hex, &error), 0);
	CHECK_STR(hex, want);
}

/* Examples of FIPS 180-2, appendix B. */
static void test_digest(void)
{
	char hex[DIGEST_HEX];
	struct error error;
	int fd, stop;

	put("abc", "abc");
	digest_of("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	put("empty", "");
	digest_of("empty", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	put("times", "a1b22c333");
	fd = open("times", O_RDONLY | O_CLOEXEC);
	stop = eventfd(1, EFD_CLOEXEC); /* readable, as the signalfd of a run that is to stop */
	CHECK_INT(filter_digest(fd, "tr -d 0-9", SECOND, -1, hex, &error), 0);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK(filter_digest(fd, "no-such-filter-there-is 2>/dev/null", SECOND, -1, hex, &error) < 0);
	CHECK(filter_digest(fd, "cat; exit 3", SECOND, -1, hex, &error) < 0);
	CHECK_STR(error.what, "--filter cat; exit 3 failed with status 3");
	CHECK(filter_digest(fd, "sleep 1000 & sleep 1000", SECOND / 20, -1, hex, &error) < 0);
	CHECK(strstr(error.what, "no end after 0.05 s"));
	CHECK(strstr(error.mend, "--timeout"));
	CHECK_INT(filter_digest(fd, "sleep 1000", (uint64_t)1000 * SECOND, stop, hex, &error), -EINTR);
	close(stop);
	close(fd);
}

static void test_scratch(void)
{
	struct suite_file file = { (char *)"in", 200000 };
	struct workload workload = { .file = &file, .files = 1 };
	char path[4300], first[DIGEST_HEX], second[DIGEST_HEX];
	struct scratch scratch;
	struct error error;
	struct stat status;
	int stop = eventfd(1, EFD_CLOEXEC); /* readable, as the signalfd of a run that is to stop */

	mkdir("out", 0777);
	CHECK_INT(scratch_open(&scratch, "out", -1, &error), 0);
	snprintf(path, sizeof(path), "%s/in", scratch.cell);
	CHECK_INT(scratch_prepare(&scratch, &workload, 0, false, &error), 0);
	CHECK_INT(stat(path, &status), 0);
	CHECK_INT(status.st_size, 200000);
	CHECK_INT(digest_path(path, first, &error), 0);
	put(path, "spoilt");
	CHECK_INT(scratch_prepare(&scratch, &workload, 0, true, &error), 0);
	CHECK_INT(digest_path(path, second, &error), 0);
	CHECK_STR(second, first);
	/* Stated, so that runs on different machines had the same input. */
	CHECK_STR(first, "76f35d9cda7ed31c319c2be24ef26f5bf1ed5157f36f75f3bead3f8cb4a930bb");
	file.bytes = (uint64_t)900 << 40;
	workload.name = (char *)"huge";
	CHECK_INT(scratch_prepare(&scratch, &workload, 1, false, &error), -ENOSPC);
	CHECK(strstr(error.what, "the files of huge need"));
	file.bytes = 200000;
	scratch.signal_fd = stop;
	CHECK_INT(scratch_prepare(&scratch, &workload, 2, false, &error), -EINTR); /* not made yet */
	CHECK_INT(scratch_prepare(&scratch, &workload, 0, false, &error), -EINTR); /* nor copied */
	close(stop);
	scratch_close(&scratch);
	CHECK_INT(rmdir("out"), 0); /* nothing is left */
}

static void test_drift(void)
{
	struct calibration c = { 0 };

	for (int i = 0; i < 5; i++)
		CHECK(!calibration_drifted(&c, 1000 + (uint64_t)i));
	CHECK(!calibration_drifted(&c, 1020));
	CHECK(calibration_drifted(&c, 1030));
	CHECK(calibration_drifted(&c, 970));
	CHECK(!calibration_drifted(&c, 1000));
	calibration_free(&c);
}

int main(void)
{
	CHECK_RUN(test_words);
	CHECK_RUN(test_read);
	CHECK_RUN(test_several);
	CHECK_RUN(test_wrong);
	CHECK_RUN(test_own_program);
	CHECK_RUN(test_digest);
	CHECK_RUN(test_scratch);
	CHECK_RUN(test_drift);
	return check_done();
}
