#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The vmtax authors
# Tables that are damaged, each that fit, predict, report, compare, scale and plan read of a result.
. "$VMTAX_SRC/tests/check.lib"
vmtax=$1/vmtax
BACKEND=kvm_test python3 "$VMTAX_SRC/tests/predict.py" "$VMTAX_SRC/model/examples/sample" || exit
python3 "$VMTAX_SRC/tests/scale.py" "$VMTAX_SRC/model/examples/sample" || exit
"$vmtax" fit known --validate >said 2>err && "$vmtax" report known >said 2>err
result whole
python3 "$VMTAX_SRC/tests/damage.py" "$vmtax" 10
