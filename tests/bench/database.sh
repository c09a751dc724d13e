# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
#
# sqlite3 as people use it: a table of 100,000 rows and an index, in a file.

measure_database() {
	programs sqlite3 || return 0
	cat >"$work/script" <<-'SQL'
		PRAGMA journal_mode = delete;
		DROP TABLE IF EXISTS t;
		CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, s TEXT);
		BEGIN;
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
		INSERT INTO t SELECT i, i * 7919 % 1009, 'row ' || i FROM n;
		CREATE INDEX by_k ON t(k);
		COMMIT;
		BEGIN; DELETE FROM t WHERE k < 500; ROLLBACK;
		UPDATE t SET s = 'changed' WHERE k = 7;
		SELECT count(*), sum(id), sum(length(s)) FROM t;
		PRAGMA integrity_check;
		DROP TABLE t;
	SQL
	# Hosted takes so much longer that it has blocks of its own.
	compare sqlite3 12 native,bare-metal "$(command -v sqlite3)" -batch base.db '.read script' &&
		compare sqlite3.hosted "$rounds" native,hosted "$(command -v sqlite3)" -batch base.db '.read script'
}

show_database() {
	[ -d "$work/sqlite3" ] || return 0
	echo "sqlite3: 100,000 rows, journal_mode=delete, synchronous=full, warm page cache, on $(file_system)"
	figure "sqlite3, bare-metal / native, time" x "$(overhead sqlite3 sqlite3 bare-metal time)" '<=' 1.5
	figure "sqlite3, bare-metal / native, CPU seconds" x "$(overhead sqlite3 sqlite3 bare-metal cpu)" '<=' 1.5
	figure "sqlite3, hosted / native, time" x "$(overhead sqlite3.hosted sqlite3 hosted time)"
	figure "sqlite3, hosted / native, CPU seconds" x "$(overhead sqlite3.hosted sqlite3 hosted cpu)"
}
