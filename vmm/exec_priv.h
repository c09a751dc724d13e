/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_EXEC_PRIV_H
#define VMM_EXEC_PRIV_H

#include "vmm/vmm_priv.h"

#define EXEC_SCRIPTS 4 /* interpreters that are scripts themselves, as Linux has it */
#define EXEC_LINE    256
#define EXEC_NUMBERS 10

/* The program that execve is to run; strings lie in BLOCK. */
struct program {
	char *block;
	char path[4096];
	int image;   /* the executable, open; -1: not found yet */
	char **argv; /* with EXEC_SCRIPTS * 2 free places before it */
	char **environment;
	char line[EXEC_SCRIPTS][EXEC_LINE]; /* of scripts */
	char script[EXEC_SCRIPTS][4096];
	char config[VMM_CONFIG_NAME]; /* its name cut into its parts */
	char number[EXEC_NUMBERS][24], affinity[VMM_AFFINITY];
	char **command; /* that of the next monitor */
};

/* The command line of the next monitor: what this one was told, and the program. NULL: no memory; caller
 * frees. */
char **exec_command_line(const struct vcpu *v, struct program *p, char **argv);

#endif
