/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SERVICE_PRIV_H
#define CMD_SERVICE_PRIV_H

/* One service of the host. It runs in a process of its own until that is killed. */
struct service {
	const char *name; /* of the knob's value and of the process */
	/* Writes a byte to READY when it is at work. BESIDE, NULL-terminated, is what runs beside it: the
	 * program, then the directory of each of its copies. Returns only where it cannot work. */
	void (*run)(char *const *beside, int ready);
};

extern const struct service service_backup;    /* service_backup.c */
extern const struct service service_scan;      /* service_scan.c */
extern const struct service service_directory; /* service_directory.c */

#endif
