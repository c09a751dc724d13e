# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
"""Results of copies that ran at once, whose law is known, for tests/scale.sh.

usage: scale.py SAMPLE; SAMPLE is a recorded result, for the columns of runs.csv. Makes law1 to law8 (the Universal
Scalability Law with ALPHA, BETA and GAMMA) and queue1 to queue4 (half of the time on one of 2 cores that all share,
by mean value analysis for exponential service); loads, where programs a and b run alone and mixed (two classes in
product form), and one more than there are cores for; and open, a queue M/D/1 with runs timed from when they were due.
"""
import csv
import itertools
import math
import os
import random
import sys

ALPHA, BETA, GAMMA = 0.05, 0.002, 40.0
header = next(csv.reader(open(sys.argv[1] + "/runs.csv")))
header += [name for name in ("vms", "vm", "cpus") if name not in header]


def write(directory, n, seconds, cpu, oversubscribes=False, waited=None):
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
                                    cpu_driver_spin_ns=0, cpu_vcpu_spin_ns=0, cpu_kthread_ns=0, cores_held=1, scheduling="pinned" if oversubscribes else "shared", transport="NA", vms=n,
                                    vm=vm, cpus=2))
    if waited is not None:
        with open(directory + "/counters.csv", "w") as out:
            out.write("run,probe,layer,event,unit,value,enabled_ns,running_ns\n")
            for number in range(1, run + 1):
                out.write("%d,schedstat,program,run_delay,ns,%d,1,1\n%d,rusage,process,max_resident,bytes,4194304,1,1\n"
                          % (number, waited * 1e9, number))


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
    write("held%d" % n, n, n / x, 1 / GAMMA, True)
for n in range(1, 5):
    write("queue%d" % n, n, n / repair(n, 0.05, 0.05, 2), 0.05)
# Half of the time is the wait for a core: one that each of two could have had, and that three wait for each other half
# as long; four do all of it.
for n in range(1, 5):
    write("busy%d" % n, n, 0.1, 0.05, waited=0.05)


LOADS = ("load config label cores rate for_ns block program vms vm turn intended_ns begun_ns ended_ns setup_ns cpu_ns "
         "cpu_setup_ns spin_ns wait_cpu_ns resident_bytes cores_held others_cores status").split()
FOR = 10.0


def loads(directory, rows):
    os.makedirs(directory)
    with open(directory + "/loads.csv", "w", newline="") as out:
        table = csv.DictWriter(out, LOADS, restval="NA", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def row(load, config, program, vms, vm, turn, due, begun, ended, cpu, rate="NA", held=0, block=1, waited=0, others=0):
    return dict(load=load, config=config, label=config, cores=2, rate=rate, for_ns=int(FOR * 1e9), block=block, program=program,
                vms=vms, vm=vm, turn=turn, intended_ns=int(due * 1e9), begun_ns=int(begun * 1e9), ended_ns=int(ended * 1e9),
                setup_ns=0, cpu_ns=int(cpu * 1e9), cpu_setup_ns=0, spin_ns=0, wait_cpu_ns=int(waited * 1e9), resident_bytes=1 << 20,
                cores_held=held, others_cores=others, status="ok")


def again_and_again(load, config, program, vms, first, seconds, cpu, held=0, waited=0, others=0, blocks=(1, 2, 3)):
    for block in blocks:
        for vm in range(first, first + vms):
            for turn in range(1, int(FOR / seconds) + 2):
                begun = (turn - 1) * seconds
                yield row(load, config, program, vms, vm, turn, begun, begun, begun + seconds, cpu, held=held, block=block,
                          waited=waited, others=others)


def two_classes(population, think, demand, servers):
    """Throughputs of two classes that think, then share servers: each state of the product form by its weight."""
    total, done = 0.0, [0.0, 0.0]
    for state in itertools.product(range(population[0] + 1), range(population[1] + 1)):
        n = sum(state)
        weight = math.factorial(n) / math.prod(min(j, servers) for j in range(1, n + 1))
        for c in (0, 1):
            weight *= demand[c] ** state[c] / math.factorial(state[c])
            weight *= think[c] ** (population[c] - state[c]) / math.factorial(population[c] - state[c])
        total += weight
        for c in (0, 1):
            if n:
                done[c] += weight * min(n, servers) * state[c] / n / demand[c]
    return [d / total for d in done]


x = two_classes((2, 1), (0.02, 0.15), (0.08, 0.05), 2)
rows = []
for config, held in (("native", 0), ("bare-metal", 1)):
    rows += again_and_again("a:1", config, "a", 1, 1, 0.1, 0.08, held)
    rows += again_and_again("b:1", config, "b", 1, 1, 0.2, 0.05, held)
    rows += again_and_again("a:2,b:1", config, "a", 2, 1, 2 / x[0], 0.08, held)
    rows += again_and_again("a:2,b:1", config, "b", 1, 3, 1 / x[1], 0.05, held)
loads("loads", rows)
# One waits for a core, the other is two threads, of which one waits while the other goes on.
loads("waits", list(again_and_again("one:1", "native", "one", 1, 1, 0.2, 0.04, waited=0.1)) +
      list(again_and_again("two:1", "native", "two", 1, 1, 0.2, 0.15, waited=0.1)))
# Others take one of two cores all the time, or once.
rows = []
for program in "ab":
    rows += again_and_again(program + ":1", "native", program, 1, 1, 0.1, 0.1)
    rows += again_and_again("a:1,b:1", "native", program, 1, "ab".index(program) + 1, 0.2, 0.1, others=1)
    rows += again_and_again("a:2,b:1", "native", program, "ba".index(program) + 1, 1 + 2 * "ab".index(program), 0.15, 0.1)
    rows += again_and_again("a:2,b:1", "native", program, "ba".index(program) + 1, 1 + 2 * "ab".index(program), 0.3, 0.1,
                            others=1, blocks=(4, 5, 6, 7))
loads("crowded", rows)

generator, rows = random.Random(1), list(again_and_again("d:1", "native", "d", 1, 1, 0.1, 0.1))
for block in range(1, 41):
    due = free = 0.0
    for turn in itertools.count(1):
        due += generator.expovariate(5)
        if due >= FOR:
            break
        free = max(free, due) + 0.1
        rows.append(row("d:1", "native", "d", 1, 1, turn, due, free - 0.1, free, 0.1, 5, block=block))
loads("open", rows)
os.makedirs("predicted")
with open("predicted/predictions.csv", "w") as out:
    out.write("program,config,metric,term,events,cost_ns,ns,low_ns,high_ns,native_ns,flags\n")
    for program, wall, cpu in (("a", 0.4, 0.2), ("b", 0.2, 0.05), ("w", 0.1, 0.05)):
        out.write("%s,hosted,time,total,NA,NA,1,1,1,%d,NA\n%s,hosted,cpu,total,NA,NA,1,1,1,%d,NA\n"
                  % (program, wall * 1e9, program, cpu * 1e9))
