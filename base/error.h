/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/*
 * What went wrong, for a person. Library code fills one and returns a negative errno value;
 * only cmd/ prints it, as one line: "what: where: strerror(number): mend".
 */
struct error {
	int number;	 /* positive errno value, 0 when the text says it all */
	char what[256];	 /* what failed: "cannot open guest program" */
	char where[256]; /* the place: "fleet.csv:12:cpu", a path, an option; may be empty */
	char mend[256];	 /* what the user can do about it; may be empty */
};

/*
 * Fills ERROR (which may be NULL) with NUMBER and printf-style WHAT; clears where and mend.
 * Returns -NUMBER, or -EINVAL where NUMBER is 0, so that callers can write `return error_set(...)`.
 */
int error_set(struct error *error, int number, const char *what, ...) __attribute__((format(printf, 3, 4)));

/* Adds the place to an error already set. Returns the same negative code as error_set did. */
int error_at(struct error *error, const char *where, ...) __attribute__((format(printf, 2, 3)));

/* Adds the mend to an error already set. Returns the same negative code as error_set did. */
int error_mend(struct error *error, const char *mend, ...) __attribute__((format(printf, 2, 3)));

/* error_set and error_mend in one: what went wrong (printf-style), and MEND, what the user can do about it.
 */
int error_fail(struct error *error, int number, const char *mend, const char *what, ...)
	__attribute__((format(printf, 4, 5)));

/* clang's analyzer sees a file at a time, and would follow paths on which these return 0. */
#if defined(__clang_analyzer__) && !defined(BASE_ERROR_DEFINED_HERE)
#define error_set(...)	((error_set)(__VA_ARGS__), -1)
#define error_at(...)	((error_at)(__VA_ARGS__), -1)
#define error_mend(...) ((error_mend)(__VA_ARGS__), -1)
#define error_fail(...) ((error_fail)(__VA_ARGS__), -1)
#endif

/* Formats ERROR as one line without newline into TEXT (SIZE bytes, always NUL-terminated). Returns TEXT. */
char *error_text(const struct error *error, char *text, unsigned long size);

#endif
