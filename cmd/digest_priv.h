/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_DIGEST_PRIV_H
#define CMD_DIGEST_PRIV_H

struct error;

#define DIGEST_HEX 65 /* room for a SHA-256 in hexadecimal */

/* SHA-256 (FIPS 180-4) of the whole file behind FD, wherever its offset stands. 0 or negative errno. */
int digest_fd(int fd, char hex[DIGEST_HEX], struct error *error);

/* The same of the file PATH. */
int digest_path(const char *path, char hex[DIGEST_HEX], struct error *error);

#endif
