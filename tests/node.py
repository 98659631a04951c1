"""The script that runs tapes, asked in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np

from fibercap.core.program.tape import Tape
from fibercap.core.program.tape_document import tape_document
from fibercap.core.units import Array

NODE: Final = shutil.which("node") or ""
SCRIPT: Final = Path(__file__).resolve().parents[1] / "fibercap" / "core" / "program" / "machine.js"
RUN: Final = "(made => asked.inputs.map(inputs => (made.run(inputs), Array.from(made.results()))))(machine(asked.tape))"


def answer(code: str, asked: Any) -> Array:
    """Return what JavaScript makes of `asked`; null is nan."""
    head = f"const {{machine, onlyRate}} = require({json.dumps(str(SCRIPT))});"
    head += "const asked = JSON.parse(require('fs').readFileSync(0));"
    command = [NODE, "-e", f"{head} console.log(JSON.stringify({code}));"]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    return np.array(json.loads(done.stdout), dtype=float)


def run_in_script(tape: Tape, inputs: Array) -> Array:
    """Return the results of a tape, (result, sample), for inputs, (input, sample)."""
    return answer(RUN, {"tape": tape_document(tape), "inputs": inputs.T.tolist()}).T
