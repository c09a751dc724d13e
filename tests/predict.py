# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
"""Results whose costs are known, for tests/predict.sh.

usage: predict.py SAMPLE; SAMPLE is a recorded result, for its tables' columns. Makes the directories known (runs,
profile, costs), held (programs of other names), huge (the same where guest memory is in huge pages, by which every
other program gains), twice (a nano suite on which requests cost double) and far (a profile of a program that makes
more requests than any).
"""
import csv
import os
import random
import sys

NATIVE = {"loop": 1, "touch-4k": 1000, "forwarded-call": 150, "forwarded-call-256K": 160, "syscall": 100}
HOSTED = {"loop": 1, "touch-4k": 4000, "forwarded-call": 50150, "forwarded-call-256K": 52160, "port-write-kernel": 3000,
          "syscall": 1100}
header = next(csv.reader(open(sys.argv[1] + "/runs.csv")))
profile_header = "program,event,group,served,blocks,unit,value,bytes,files,late,per_second,source".split(",")
draw = random.Random(1)


def write(path, rows, head):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="") as out:
        table = csv.DictWriter(out, head, restval="NA", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def program(directory_rows, name, native, faults, requests, guest, gain=0):
    runs, profile, made, counted = directory_rows
    walks = int(gain * (native - faults * 1000))
    hosted = native - faults * 1000 + faults * 4000 + requests * 50000 + guest * 1000 - walks
    for block in range(1, 7):
        for config, ns in (("native", native), ("hosted", hosted)):
            runs.append(dict(run=len(runs) + 1, invocation="i", block=block, order=1, workload=name, config=config,
                             label=config, cache="warm", transport="exit", memory="locked-huge" if gain else "lazy4k", status="ok", wall_ns=ns, life_ns=ns,
                             cpu_vcpu_ns=ns, cpu_monitor_ns=0, cpu_driver_busy_ns=0, cpu_driver_spin_ns=0,
                             cpu_vcpu_spin_ns=0, cpu_kthread_ns=0, cores_held=1, setup_ns=2000000 if config == "hosted" else 1000))
            if config == "hosted":
                run = dict(run=len(runs))
                # A futex is no request of the profile's, and the two vCPUs share the calls.
                made += [dict(run, kind="close", stage="total", count=requests), dict(run, kind="close", stage="monitor-in", count=7),
                         dict(run, kind="futex", stage="total", count=5)]
                counted += [dict(run, probe="stamps", layer="vcpu0", event="syscalls", unit="1", value=requests),
                            dict(run, probe="stamps", layer="vcpu1", event="syscalls", unit="1", value=guest),
                            dict(run, probe="rusage", layer="process", event="minor_faults", unit="1", value=2 * faults)]
    huge = (("cpu-huge", "time", native - (faults - faults // 2) * 1000 - walks, {}),
            ("page-faults-huge", "memory", faults // 2, {}))
    for event, group, value, more in (
            ("alone", "time", native, {}), ("cpu", "time", native, {}), ("page-faults", "memory", faults, {}), ("ops", "work", 1000, {}),
            ("close", "call", requests, dict(served="host", blocks="no", bytes=0, files=0, late=0)),
            ("getpid", "call", guest, dict(served="guest", bytes=0, files=0))) + (huge if gain else ()):
        profile.append(dict(program=name, event=event, group=group, value=value, unit="1", source="trace", **more))


def result(directory, names, times=1, gains=(0, 0)):
    rows = ([], [], [], [])
    for number, name in enumerate(names):
        native = draw.randrange(20, 200) * 10**6
        program(rows, name, native, draw.randrange(1, 5) * native // 10**5, times * draw.randrange(1, 60) * native // 10**7,
                draw.randrange(1, 50) * native // 10**6, gains[number % 2])
    write(directory + "/runs.csv", rows[0], header)
    write(directory + "/profile.csv", rows[1], profile_header)
    write(directory + "/requests.csv", rows[2], "run,kind,stage,count,total_ns,p50_ns,p90_ns,p99_ns,max_ns".split(","))
    write(directory + "/counters.csv", rows[3], "run,probe,layer,event,unit,value,enabled_ns,running_ns".split(","))
    write(directory + "/machine.csv", [dict(fact="kvm backend", value=os.environ.get("BACKEND", "kvm_test")),
                                       dict(fact="cpu", value=os.environ.get("PROCESSOR") or "NA")], ["fact", "value"])


def costs(directory, factor):
    rows = [dict(event=event, config=config, label=config, median_ns=ns * (factor if config == "hosted" else 1), n=6,
                 status="ok") for config, table in (("native", NATIVE), ("hosted", HOSTED)) for event, ns in table.items()]
    write(directory + "/costs.csv", rows,
          "event,config,label,median_ns,low_ns,high_ns,p90_ns,p99_ns,max_ns,tsc_ticks,n,status,reason".split(","))


result("known", ["p%d" % i for i in range(16)])
result("held", ["q%d" % i for i in range(4)])
result("far", ["far"], 100)
result("huge", ["h%d" % i for i in range(12)], gains=(1e-9, 0.3))
costs("known", 1)
costs("huge", 1)
costs("twice", 2)
