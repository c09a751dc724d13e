/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_MACHINE_PRIV_H
#define CMD_MACHINE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/run_priv.h"

#define MACHINE_TEXT 2048 /* room for a fact, its NUL included */

/* A fact about this machine that measurements depend on. */
struct machine_fact {
	const char *name;
	/* Writes the fact into TEXT (MACHINE_TEXT bytes). False: it cannot be told here. */
	bool (*tell)(char *text);
};

/* All facts, ending with a row whose name is NULL. */
extern const struct machine_fact machine_facts[];

/* The fact NAME into TEXT (MACHINE_TEXT bytes). False: it cannot be told here. */
bool machine_tell(const char *name, char *text);

/* Name of the hypervisor this machine itself runs under, into TEXT (SIZE bytes); false on bare hardware. */
bool machine_hypervisor(char *text, size_t size);

/* Whether the kernel gives huge pages to whoever maps enough memory, unasked. */
bool machine_gives_huge_pages(void);

/* First line of PATH without its newline; false, and "" in LINE (SIZE bytes), where it cannot be read. */
bool machine_line(const char *path, char *line, size_t size);

/* Writes DIRECTORY/machine.csv: the facts, and the run of PLAN. 0 or negative errno. */
int machine_write(const char *directory, const struct run_plan *plan, struct error *error);

#endif
