/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/guest/guest.h"

/* What /proc says of a program is true of it, and not of who runs it. */

static long slurp(const char *path, char *to, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long n, done = 0;

	while ((n = read(fd, to + done, bytes - 1 - (size_t)done)) > 0)
		done += n;
	to[done] = '\0';
	close(fd);
	return n < 0 ? -1 : done;
}

static void test_executable(const char *name)
{
	char path[PATH_MAX] = "", real[PATH_MAX], own[64];
	struct stat a, b;
	long n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	CHECK(n > 0 && realpath(name, real) && strcmp(path, real) == 0);
	CHECK_EQUAL(readlink("/proc/self/exe", path, 3), 3);
	snprintf(own, sizeof(own), "/proc/%d/exe", (int)getpid());
	CHECK_EQUAL(readlink(own, path, sizeof(path)), n);
	CHECK(stat("/proc/self/exe", &a) == 0 && stat(real, &b) == 0);
	CHECK(a.st_ino == b.st_ino && a.st_size == b.st_size);
	CHECK(strcmp((const char *)getauxval(AT_EXECFN), name) == 0);
	CHECK_FAILS(readlink("/proc/self/nothing", path, sizeof(path)), ENOENT);
}

static void test_arguments(int argc, char **argv)
{
	static char text[65536];
	long n = slurp("/proc/self/cmdline", text, sizeof(text)), at = 0;
	const char *slash = strrchr(argv[0], '/');
	char name[64];
	bool same = true;

	for (int i = 0; i < argc; i++) {
		same &= strcmp(text + at, argv[i]) == 0;
		at += (long)strlen(argv[i]) + 1;
	}
	CHECK(same && n == at);
	CHECK(slurp("/proc/self/comm", text, sizeof(text)) > 1);
	snprintf(name, sizeof(name), "%.15s\n", slash ? slash + 1 : argv[0]);
	CHECK(strcmp(text, name) == 0);
}

static char zero_page[4096];

/* The line of /proc/self/maps that holds ADDRESS, or NULL. */
static const char *line_of(const void *address)
{
	static char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long from, to;
	bool found = false;

	while (maps && !found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%lx-%lx ", &from, &to) == 2 && (unsigned long)address >= from &&
			(unsigned long)address < to;
	if (maps)
		fclose(maps);
	return found ? line : NULL;
}

static void test_maps(void)
{
	char here, *heap = malloc(100000);
	const char *line = line_of(&here);

	CHECK(line && strstr(line, " rw-p ") && strstr(line, "[stack]\n"));
	line = line_of(zero_page);
	CHECK(line && strstr(line, " rw-p "));
	line = line_of((const void *)(uintptr_t)test_maps);
	CHECK(line && strstr(line, " r-xp "));
	line = line_of(heap);
	CHECK(line && strstr(line, " rw-p "));
	line = line_of((const void *)8);
	CHECK(line == NULL);
	free(heap);
}

/* Whoever looks sees the program's own words, wherever it looks from. */
static void test_words(char **argv)
{
	static char text[65536], *word;
	char own[64];
	long n, listed = 0;
	DIR *directory;

	snprintf(own, sizeof(own), "/proc/%d/cmdline", (int)getpid());
	n = slurp(own, text, sizeof(text));
	CHECK(n > 0 && strcmp(text, argv[0]) == 0);
	word = argv[1];
	word[0] = 'O'; /* as those do that show what they are about */
	CHECK(slurp(own, text, sizeof(text)) == n && text[strlen(argv[0]) + 1] == 'O');
	CHECK(chdir("/proc/self") == 0);
	CHECK(slurp("cmdline", text, sizeof(text)) == n && strcmp(text, argv[0]) == 0);
	n = slurp("environ", text, sizeof(text));
	CHECK(n > 0 && strcmp(text, environ[0]) == 0);
	n = slurp("auxv", text, sizeof(text));
	CHECK(n >= 16 && ((unsigned long *)text)[1] == getauxval(((unsigned long *)text)[0]));
	CHECK(argv[2] == argv[1] + strlen(argv[1]) + 1);
	directory = opendir("task");
	while (directory && readdir(directory))
		listed++;
	CHECK_EQUAL(listed, 3);
	if (directory)
		closedir(directory);
	snprintf(own, sizeof(own), "/proc/%d/maps", (int)getpid());
	CHECK(slurp(own, text, sizeof(text)) > 0 && strstr(text, "[stack]"));
	CHECK_EQUAL(open("mem", O_RDWR) >= 0 || errno == EACCES, 1);
}

/* What a lower limit shuts out is not closed, and a higher one lets in again. */
static void test_limit(void)
{
	struct rlimit before, lower;
	int fd = dup(0), high = fcntl(0, F_DUPFD, 100), pair[2];

	getrlimit(RLIMIT_NOFILE, &before);
	lower = before;
	lower.rlim_cur = 50;
	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &lower), 0);
	CHECK(high >= 100 && fcntl(high, F_GETFD) == 0);
	CHECK_FAILS(dup2(0, 60), EBADF);
	CHECK_FAILS(fcntl(0, F_DUPFD, 60), EINVAL);
	for (int i = 0; i < 60; i++)
		if (dup(0) < 0)
			break;
	CHECK_FAILS(dup(0), EMFILE);
	CHECK_FAILS(pipe(pair), EMFILE);
	CHECK_FAILS(open("/dev/null", O_RDONLY), EMFILE);
	CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
	CHECK_EQUAL(dup2(0, 60), 60);
	for (int i = fd; i <= high; i++)
		close(i);
}

static void test_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int listed = 0, open_ones = 0, fd;
	struct rlimit limit;
	struct dirent *entry;
	bool real = true;

	CHECK(directory != NULL);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		listed++;
		real &= fcntl(atoi(entry->d_name), F_GETFD) >= 0;
	}
	CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < 5000; i++)
		open_ones += fcntl(i, F_GETFD) >= 0;
	CHECK(real && listed == open_ones);
	if (directory)
		closedir(directory);
	fd = open("/dev/fd/0", O_RDONLY);
	CHECK(fd >= 0);
	close(fd);
	fd = open("/dev/zero", O_RDONLY);
	CHECK(read(fd, zero_page, 100) == 100 && zero_page[99] == 0);
	close(fd);
	CHECK(slurp("/proc/cpuinfo", zero_page, sizeof(zero_page)) > 100);
	CHECK(slurp("/proc/self/stat", zero_page, sizeof(zero_page)) > 100 && atoi(zero_page) == getpid());
}

int main(int argc, char **argv)
{
	test_executable(argv[0]);
	test_arguments(argc, argv);
	test_maps();
	test_descriptors();
	test_limit();
	test_words(argv);
	return check_end();
}
