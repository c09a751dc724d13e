/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PLAN_PRIV_H
#define CMD_PLAN_PRIV_H

void plan_help(void);

#endif
