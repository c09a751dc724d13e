/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/uio.h>

#include "tests/guest/guest.h"

/* Copies stdin to stdout, by reads and writes of all sizes, and tells stderr in between: byte for byte. */
static void write_all(int fd, const char *data, size_t bytes)
{
	while (bytes > 0) {
		struct iovec halves[2] = { { (char *)data, bytes / 2 },
					   { (char *)data + bytes / 2, bytes - bytes / 2 } };
		ssize_t n = bytes % 3 ? write(fd, data, bytes) : writev(fd, halves, 2);

		if (n <= 0)
			exit(1);
		data += n;
		bytes -= (size_t)n;
	}
}

int main(void)
{
	static char buffer[70000];
	size_t size = 1, total = 0;
	char line[32];

	for (ssize_t n; (n = read(0, buffer, size)) != 0; size = size * 3 % sizeof(buffer) + 1) {
		if (n < 0)
			return 1;
		write_all(1, buffer, (size_t)n);
		total += (size_t)n;
		snprintf(line, sizeof(line), "%zu\n", total);
		write_all(2, line, strlen(line));
	}
	return 3;
}
