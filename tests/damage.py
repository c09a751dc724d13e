# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
"""Commands on tables that are damaged, for tests/damage.sh: taken, or refused with a message, and nothing else.

usage: damage.py VMTAX TIMES [SEED]; reads the results that predict.py and scale.py made here, and damages each table
that a command reads so many times, always in the same ways. Prints a line for each table.
"""
import os
import random
import shutil
import subprocess
import sys

VMTAX, TIMES = sys.argv[1], int(sys.argv[2])
SEED = sys.argv[3] if len(sys.argv) > 3 else ""
WORDS = ["", "NA", "0", "-1", "1e308", "-1e308", "1e-320", "nan", "inf", "9" * 30, "x", "x" * 5000, "\x1b[2J", "\"", "native"]

# What reads which tables of which directory. DIR is a copy of it.
READERS = [
    ("known", "fit DIR --validate", ["runs", "profile", "costs", "counters", "requests", "machine"]),
    ("known", "predict DIR --costs DIR --machine twice", ["profile", "coefficients", "machine"]),
    ("twice", "predict known --costs known --machine DIR", ["costs"]),
    ("known", "report DIR", ["runs", "costs", "counters", "requests", "machine", "validation", "coefficients"]),
    ("held", "compare DIR --against huge", ["runs", "machine"]),
    ("law3", "scale law1 law2 DIR", ["runs"]),
    ("busy1", "scale DIR busy2 --slo p95=30ms", ["runs", "counters"]),
    ("loads", "scale DIR --slo p95=30ms", ["loads"]),
    ("predicted", "scale loads --predicted DIR", ["predictions"]),
    ("known", "plan --results DIR --out new", ["overhead", "runs", "machine"]),
]


def damage(draw, text):
    """TEXT with a cell, a row, a column or a byte that is not as it should be."""
    rows = [line.split(",") for line in text.split("\n")[:-1]]
    for _ in range(draw.randint(1, 3)):
        row = draw.choice(rows) or [""]
        blow = draw.randrange(8)
        if blow < 4:
            row[draw.randrange(len(row))] = draw.choice(WORDS)
        elif blow == 4:
            column = draw.randrange(len(rows[0]) or 1)
            for row in rows[1:]:
                row[column:column + 1] = [draw.choice(WORDS)]
        elif blow == 5:
            del row[draw.randrange(len(row))]
        elif blow == 6:
            rows.insert(draw.randrange(len(rows) + 1), list(row))
        else:
            del rows[draw.randrange(len(rows)):]
            rows = rows or [[""]]
    text = "".join(",".join(row) + "\n" for row in rows)
    return text[:draw.randrange(len(text) + 1)] if draw.randrange(8) == 0 else text


def judge(command):
    """What is wrong with how COMMAND ended; empty: nothing."""
    ended = subprocess.run([VMTAX] + command.split(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=100)
    said = ended.stderr.decode(errors="replace")
    if ended.returncode not in (0, 1, 2) or "Sanitizer" in said or "runtime error" in said:
        return "ended with %d: %s" % (ended.returncode, said[-300:])
    if ended.returncode and not any(line.startswith("vmtax ") and ": " in line for line in said.split("\n")):
        return "said nothing: %s" % said[-300:]
    if b"\x1b" in ended.stdout + ended.stderr:
        return "passed a control byte on"
    return ""


def main():
    for source, command, tables in READERS:
        for table in tables:
            name = "%s-%s-%s" % (command.split()[0], source, table)
            path = source + "/" + table + ".csv"
            if not os.path.exists(path):
                print("not ok %s: there is no %s" % (name, path))
                continue
            draw, text, why = random.Random(name + SEED), open(path).read(), ""
            for turn in range(TIMES):
                shutil.rmtree("damaged", ignore_errors=True)
                shutil.copytree(source, "damaged")
                with open("damaged/" + table + ".csv", "w") as out:
                    out.write(damage(draw, text))
                why = judge(command.replace("DIR", "damaged"))
                if why:
                    break
            print("not ok %s: turn %d: %s" % (name, turn, why.replace("\n", "|")) if why else "ok %s" % name, flush=True)


main()
