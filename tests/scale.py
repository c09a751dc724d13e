# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
"""Results of copies that ran at once, whose law is known, for tests/scale.sh.

usage: scale.py SAMPLE; SAMPLE is a recorded result, for the columns of runs.csv. Makes law1 to law8 (the Universal
Scalability Law with ALPHA, BETA and GAMMA) and queue1 to queue4 (half of the time on one of 2 cores that all share,
by mean value analysis for exponential service).
"""
import csv
import os
import sys

ALPHA, BETA, GAMMA = 0.05, 0.002, 40.0
header = next(csv.reader(open(sys.argv[1] + "/runs.csv")))
header += [name for name in ("vms", "vm", "cpus") if name not in header]


def write(directory, n, seconds, cpu):
    os.makedirs(directory)
    with open(directory + "/runs.csv", "w", newline="") as out:
        table = csv.DictWriter(out, header, restval="NA", lineterminator="\n")
        table.writeheader()
        run = 0
        for block in range(1, 8):
            for vm in range(1, n + 1):
                run += 1
                ns = int(seconds * 1e9)
                table.writerow(dict(run=run, invocation=directory, block=block, order=1, workload="w", config="native",
                                    label="native", cache="warm", status="ok", wall_ns=ns, life_ns=ns,
                                    cpu_vcpu_ns=int(cpu * 1e9), cpu_monitor_ns=0, cpu_driver_busy_ns=0,
                                    cpu_driver_spin_ns=0, cpu_vcpu_spin_ns=0, cpu_kthread_ns=0, cores_held=1, vms=n,
                                    vm=vm, cpus=2))


def repair(n, think, service, servers):
    """Throughput of n customers: the machine repair model, a birth-death chain."""
    weight, total, busy = 1.0, 1.0, 0.0
    for j in range(1, n + 1):
        now = min(j, servers)
        weight *= (n - j + 1) / think * service / now
        total += weight
        busy += weight * now
    return busy / total / service


for n in range(1, 9):
    x = GAMMA * n / (1 + ALPHA * (n - 1) + BETA * n * (n - 1))
    write("law%d" % n, n, n / x, 1 / GAMMA)
for n in range(1, 5):
    write("queue%d" % n, n, n / repair(n, 0.05, 0.05, 2), 0.05)
