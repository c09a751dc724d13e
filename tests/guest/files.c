/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/guest/guest.h"

/* Files: contents, positions, names, sizes, directories, pipes, limits. Works in a directory of its own. */
static void test_contents(void)
{
	int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
	char got[64] = "";
	struct stat info;

	CHECK(fd >= 0);
	CHECK_FAILS(open("a", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
	CHECK_EQUAL(write(fd, "0123456789", 10), 10);
	CHECK_EQUAL(lseek(fd, 3, SEEK_SET), 3);
	CHECK_EQUAL(read(fd, got, 4), 4);
	CHECK(memcmp(got, "3456", 5) == 0);
	CHECK_EQUAL(pread(fd, got, 64, 8), 2);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 7);
	CHECK_EQUAL(pwrite(fd, "end", 3, 20), 3);
	CHECK_EQUAL(lseek(fd, 0, SEEK_END), 23);
	CHECK_FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_EQUAL(pread(fd, got, 64, 10), 13);
	CHECK(memcmp(got, "\0\0\0\0\0\0\0\0\0\0end", 13) == 0);
	CHECK_EQUAL(fstat(fd, &info), 0);
	CHECK_EQUAL(info.st_size, 23);
	CHECK_EQUAL(info.st_mode, S_IFREG | 0640);
	CHECK_EQUAL(fsync(fd), 0);
	CHECK_EQUAL(fdatasync(fd), 0);
	CHECK_EQUAL(ftruncate(fd, 5), 0);
	CHECK_EQUAL(stat("a", &info), 0);
	CHECK_EQUAL(info.st_size, 5);
	CHECK_EQUAL(truncate("a", 8), 0);
	CHECK_EQUAL(pread(fd, got, 64, 0), 8);
	CHECK(memcmp(got, "01234\0\0\0", 8) == 0);
	CHECK_EQUAL(close(fd), 0);
	CHECK_FAILS(close(fd), EBADF);
	CHECK_FAILS(read(fd, got, 1), EBADF);
}

static void test_vectors(void)
{
	char one[3] = "", two[5] = "", three[100] = "";
	struct iovec out[3] = { { (char *)"ab", 2 }, { NULL, 0 }, { (char *)"cdefg", 5 } };
	struct iovec in[3] = { { one, 2 }, { two, 4 }, { three, 50 } }, many[100];
	int fd = open("vector", O_RDWR | O_CREAT | O_APPEND, 0600), all = 0;

	CHECK_EQUAL(writev(fd, out, 3), 7);
	CHECK_EQUAL(preadv(fd, in, 3, 0), 7);
	CHECK(memcmp(one, "ab", 2) == 0 && memcmp(two, "cdef", 4) == 0 && three[0] == 'g');
	for (int i = 0; i < 100; i++)
		many[i] = (struct iovec){ &"0123456789"[i % 10], 1 };
	/* More pieces than fit into one request may be written in part, as POSIX allows. */
	while (all < 100) {
		int n = (int)writev(fd, many + all, 100 - all);

		if (n <= 0)
			break;
		all += n;
	}
	CHECK_EQUAL(all, 100);
	CHECK_EQUAL(pread(fd, three, 100, 7), 100);
	CHECK(memcmp(three + 80, "01234567890123456789", 20) == 0);
	CHECK_FAILS(syscall(SYS_writev, fd, many, -1), EINVAL);
	CHECK_EQUAL(close(fd), 0);
	CHECK_EQUAL(unlink("vector"), 0);
}

static void test_names(void)
{
	struct stat info;
	char link_to[16] = "", where[PATH_MAX];

	CHECK_EQUAL(mkdir("d", 0755), 0);
	CHECK_FAILS(mkdir("d", 0755), EEXIST);
	CHECK_EQUAL(rename("a", "d/b"), 0);
	CHECK_FAILS(stat("a", &info), ENOENT);
	CHECK_EQUAL(stat("d/b", &info), 0);
	CHECK_FAILS(rename("a", "c"), ENOENT);
	CHECK_EQUAL(symlink("d/b", "s"), 0);
	CHECK_EQUAL(readlink("s", link_to, sizeof(link_to)), 3);
	CHECK_EQUAL(lstat("s", &info), 0);
	CHECK(S_ISLNK(info.st_mode));
	CHECK_EQUAL(link("d/b", "hard"), 0);
	CHECK_EQUAL(stat("hard", &info), 0);
	CHECK_EQUAL(info.st_nlink, 2);
	CHECK_EQUAL(chmod("hard", 0400), 0);
	CHECK_EQUAL(access("hard", F_OK), 0);
	CHECK_FAILS(access("nothing", F_OK), ENOENT);
	CHECK_EQUAL(unlink("hard"), 0);
	CHECK_EQUAL(unlink("s"), 0);
	CHECK_FAILS(rmdir("d"), ENOTEMPTY);
	CHECK_EQUAL(chdir("d"), 0);
	CHECK(getcwd(where, sizeof(where)) && strcmp(strrchr(where, '/'), "/d") == 0);
	CHECK_EQUAL(chdir(".."), 0);
	CHECK_EQUAL(unlink("d/b"), 0);
	CHECK_EQUAL(rmdir("d"), 0);
	CHECK_FAILS(open("", O_RDONLY), ENOENT);
	CHECK_FAILS(open("a/b", O_RDONLY), ENOENT);
}

/* More than fits into one getdents64 of the libc's buffer. */
#define ENTRIES 200

static void test_directory(void)
{
	int seen = 0, sum = 0;
	char name[256];
	DIR *d;

	mkdir("many", 0755);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "many/file-%0200d", i);
		close(open(name, O_WRONLY | O_CREAT, 0600));
	}
	d = opendir("many");
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.') {
			seen++;
			sum += atoi(e->d_name + 5);
		}
	closedir(d);
	CHECK_EQUAL(seen, ENTRIES);
	CHECK_EQUAL(sum, ENTRIES * (ENTRIES - 1) / 2);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "many/file-%0200d", i);
		unlink(name);
	}
	CHECK_EQUAL(rmdir("many"), 0);
}

static void test_descriptors(void)
{
	int ends[2], fd, waiting = 0;
	struct pollfd p = { .events = POLLIN };
	struct rlimit limit;
	char got[8];

	CHECK_EQUAL(pipe(ends), 0);
	p.fd = ends[0];
	CHECK_EQUAL(poll(&p, 1, 0), 0);
	CHECK_EQUAL(write(ends[1], "pipe", 4), 4);
	CHECK_EQUAL(poll(&p, 1, 0), 1);
	CHECK_EQUAL(ioctl(ends[0], FIONREAD, &waiting), 0);
	CHECK_EQUAL(waiting, 4);
	CHECK_FAILS(lseek(ends[0], 0, SEEK_SET), ESPIPE);
	CHECK_EQUAL(read(ends[0], got, 8), 4);
	CHECK_EQUAL(close(ends[1]), 0);
	CHECK_EQUAL(read(ends[0], got, 8), 0);
	/* A regular file takes the place of the pipe, and a pipe that of the file. */
	fd = open("swap", O_RDWR | O_CREAT, 0600);
	CHECK_EQUAL(write(fd, "swapped", 7), 7);
	CHECK_EQUAL(dup2(fd, ends[0]), ends[0]);
	CHECK_EQUAL(pread(ends[0], got, 8, 0), 7);
	CHECK_EQUAL(fcntl(ends[0], F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_EQUAL(close(ends[0]), 0);
	CHECK_EQUAL(close(fd), 0);
	CHECK_EQUAL(unlink("swap"), 0);
	CHECK_FAILS(dup2(77, 78), EBADF);
	CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = (int)limit.rlim_cur;
	CHECK_FAILS(fcntl(0, F_DUPFD, fd), EINVAL);
	CHECK_FAILS(dup2(0, fd), EBADF);
	CHECK_EQUAL(dup2(0, fd - 1), fd - 1);
	CHECK_EQUAL(close(fd - 1), 0);
}

/* A buffer that spans many mappings, so that it lies in many pieces for the host. */
static void test_scattered(void)
{
	static char page[200][8192];
	int fd = open("big", O_RDWR | O_CREAT, 0600);
	size_t bytes = sizeof(page), done = 0;
	bool same = true;

	for (size_t i = 0; i < bytes; i++)
		((char *)page)[i] = (char)(i * 7 >> 3);
	for (ssize_t n; done < bytes && (n = write(fd, (char *)page + done, bytes - done)) > 0;)
		done += (size_t)n;
	CHECK_EQUAL(done, bytes);
	memset(page, 0, bytes);
	for (ssize_t n;
	     done > 0 && (n = pread(fd, (char *)page + bytes - done, done, (off_t)(bytes - done))) > 0;)
		done -= (size_t)n;
	CHECK_EQUAL(done, 0);
	for (size_t i = 0; i < bytes; i++)
		same &= ((char *)page)[i] == (char)(i * 7 >> 3);
	CHECK(same);
	close(fd);
	unlink("big");
}

int main(void)
{
	char where[] = "files.XXXXXX";

	if (mkdtemp(where) == NULL || chdir(where))
		return 2;
	umask(0);
	test_contents();
	test_vectors();
	test_names();
	test_directory();
	test_descriptors();
	test_scattered();
	CHECK_EQUAL(chdir(".."), 0);
	CHECK_EQUAL(rmdir(where), 0);
	return check_end();
}
