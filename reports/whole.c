/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "reports/reports_priv.h"

/* What is printed at once: only then is it known what hindered it, as stdio keeps no errno. */

int whole_open(struct whole *whole, struct error *error)
{
	*whole = (struct whole){ .text = NULL };
	whole->out = open_memstream(&whole->text, &whole->size);
	return whole->out ? 0 : error_set(error, errno, "cannot make what is to be printed");
}

int whole_print(struct whole *whole, FILE *out, const char *what, struct error *error)
{
	int code = 0;

	if (fclose(whole->out) != 0)
		code = error_set(error, ENOMEM, "cannot make %s", what);
	else if (fwrite(whole->text, 1, whole->size, out) != whole->size || fflush(out) != 0)
		code = error_set(error, errno, "cannot print %s", what);
	free(whole->text);
	return code;
}

void whole_abandon(struct whole *whole)
{
	fclose(whole->out);
	free(whole->text);
}
