"""Runs notebooks with nbclient in a folder, checks what came out, and that the kernels leave nothing behind.

Use: run.py FOLDER NOTEBOOK...; nbcheck.sh does it. The first notebook is run NBCHECK_REPEAT times.
"""
import os
import sys
import time

import nbformat
from nbclient import NotebookClient

MARK = ("NBCHECK_MARK=" + os.environ["NBCHECK_MARK"]).encode()
LIMIT = int(os.environ.get("NBCHECK_TIMEOUT", "300"))
REPEAT = int(os.environ.get("NBCHECK_REPEAT", "3"))
problems = []


def has_picture(output):
    data = output.get("data", {})
    return any(kind.startswith("image/") for kind in data) or "<img" in data.get("text/html", "")


def kind(output):
    return output.output_type + ":" + (output.get("name") or ",".join(sorted(output.get("data", {}))))


def run(path, folder):
    """Runs one notebook; the kinds of outputs of each cell, to compare with other runs of it."""
    nb = nbformat.read(path, as_version=4)
    began, pictures, kinds = time.time(), 0, []
    client = NotebookClient(nb, timeout=LIMIT, startup_timeout=LIMIT, allow_errors=True, record_timing=False,
                            coalesce_streams=True, resources={"metadata": {"path": folder}})
    try:
        client.execute()
        nbformat.validate(nb)
    except Exception as e:
        problems.append(f"{path}: {type(e).__name__}: {e}")
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            pictures += has_picture(output)
            if output.output_type == "error":
                problems.append(f"{path}: cell {i + 1} ({cell.id}) fails: {output.ename}: {output.evalue}")
        if "%%" in cell.source and not cell.outputs:
            problems.append(f"{path}: cell {i + 1} ({cell.id}) ran without any output")
        kinds.append(sorted({kind(o) for o in cell.outputs}))
    if pictures == 0:
        problems.append(f"{path}: no picture is shown")
    print(f"{os.path.basename(path)}: {len(kinds)} code cells, {pictures} pictures, {time.time() - began:.1f} s", flush=True)
    return kinds


def left():
    """The command lines of our kernels' processes that still run, and the folders they made."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")) if os.path.isdir("/proc") else []:
        try:
            if int(pid) != os.getpid() and MARK in open(f"/proc/{pid}/environ", "rb").read():
                found.append(open(f"/proc/{pid}/cmdline", "rb").read().replace(b"\0", b" ").decode(errors="replace")[:120])
        except OSError:
            pass  # it has ended, or is not ours
    return [f for f in found if "timeout" not in f[:10]] + [d for d in os.listdir(os.environ["TMPDIR"]) if d.startswith("perceiver-kernel-")]


folder = sys.argv[1]
for n, path in enumerate(sys.argv[2:]):
    runs = [run(os.path.abspath(path), folder) for _ in range(REPEAT if n == 0 else 1)]
    if any(r != runs[0] for r in runs):
        problems.append(f"{path}: its runs differ in the kinds of outputs")
deadline = time.time() + 15
while left() and time.time() < deadline:
    time.sleep(0.2)
problems += [f"left behind: {what}" for what in left()]
for p in problems:
    print("PROBLEM", p)
print("nbcheck:", "FAIL" if problems else "PASS")
sys.exit(1 if problems else 0)
