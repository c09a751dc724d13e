/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_FILTER_PRIV_H
#define CMD_FILTER_PRIV_H

#include <stdint.h>

#include "base/error.h"
#include "cmd/digest_priv.h"

/*
 * Digest of what the shell command FILTER makes of the file behind FD, given to it on stdin. 0, -EINTR as
 * soon as the signalfd SIGNAL_FD (-1: none) can be read, or another negative errno: the filter cannot be run,
 * ends with another status than 0, or takes longer than TIMEOUT_NS. None of it is left running.
 */
int filter_digest(int fd, const char *filter, uint64_t timeout_ns, int signal_fd, char hex[DIGEST_HEX],
		  struct error *error);

#endif
