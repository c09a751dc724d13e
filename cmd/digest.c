/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/digest_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

int digest_fd(int fd, char hex[DIGEST_HEX], struct error *error)
{
	uint8_t buffer[65536], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	off_t at = 0;
	ssize_t n;

	sha256_init(&context);
	while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		sha256_update(&context, (size_t)n, buffer);
		at += n;
	}
	if (n < 0)
		return error_set(error, errno, "cannot read what is to be hashed");
	sha256_digest(&context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

int digest_path(const char *path, char hex[DIGEST_HEX], struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;

	if (fd < 0) {
		error_set(error, errno, "cannot read the program");
		return error_at(error, "%s", path);
	}
	code = digest_fd(fd, hex, error);
	close(fd);
	return code;
}
