/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PUBLISH_PRIV_H
#define CMD_PUBLISH_PRIV_H

struct error;

/* Prints the summary of DIRECTORY on stdout, in colour on a terminal unless NO_COLOR is set. 0 or negative
 * errno. */
int publish_summary(const char *directory, struct error *error);

#endif
