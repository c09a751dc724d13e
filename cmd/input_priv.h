/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_INPUT_PRIV_H
#define CMD_INPUT_PRIV_H

struct error;

#define INPUT_PATH 32

/*
 * What the user's program is to read on stdin, in every repetition from its beginning: PATH is where each can
 * open it anew. A file is read in place; what comes through a pipe is read to its end first, and kept in
 * memory. PATH is "" where there is nothing to read: a terminal cannot be asked twice. 0 or negative errno.
 */
int input_take(char path[INPUT_PATH], struct error *error);

#endif
