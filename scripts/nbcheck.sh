#!/bin/sh
# Runs notebooks with the client library that Jupyter itself uses, nbclient, on this module's kernel: an independent
# check of the kernel and of our own runner. Then, where there is a Chromium, JupyterLab is clicked through.
#
#   scripts/nbcheck.sh [NOTEBOOK...]      default: a short notebook three times, and notebooks/04-your-own-task.ipynb
#
# It needs python3 with venv and the Python package index the first time; without them it says so and ends well. On an
# idle machine it takes about three minutes.
# NBCHECK_REPEAT (3), NBCHECK_TIMEOUT (seconds for a cell, 300), NBCHECK_LAB (1; 0 leaves JupyterLab out).
# What fails: a cell with an error or without output, a notebook that nbformat rejects or that shows no picture,
# repeats whose outputs differ in kind, and processes or folders that the kernel leaves behind.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
pins="nbclient==0.11.0 nbformat==5.11.1 jupyter_client==8.10.0 pyzmq==27.3.0"
venv=${XDG_CACHE_HOME:-$HOME/.cache}/perceiver-go/nbclient

skip() {
	echo "nbcheck: skipped: $1" >&2
	exit 0
}
command -v python3 >/dev/null || skip "there is no python3"
if [ "$(cat "$venv/pins" 2>/dev/null || true)" != "$pins" ]; then
	rm -rf "$venv"
	python3 -m venv "$venv" 2>/dev/null || skip "python3 has no venv"
	# shellcheck disable=SC2086 # the pins are words
	timeout 300 "$venv/bin/pip" install --quiet --disable-pip-version-check $pins >/dev/null 2>&1 || {
		rm -rf "$venv"
		skip "the Python package index is not in reach"
	}
	echo "$pins" >"$venv/pins"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/runs" "$work/data"
go run ./cmd/perceiver-kernel -prepare # so that no cell waits for it
go build ./pkg/lab ./pkg/display ./pkg/viz
if [ $# -eq 0 ]; then
	cp scripts/nbcheck/short.ipynb "$work/short.ipynb"
	set -- "$work/short.ipynb" notebooks/04-your-own-task.ipynb
fi
# The kernel finds the module by its working directory, so every notebook runs from the folder notebooks.
JUPYTER_PATH=$root/jupyter JUPYTER_DATA_DIR=$work/data JUPYTER_RUNTIME_DIR=$work/data TMPDIR=$work/tmp \
	PERCEIVER_SET=${PERCEIVER_SET:-train.steps=8} PERCEIVER_RUNS=$work/runs NBCHECK_MARK=$work \
	timeout "${NBCHECK_LIMIT:-600}" "$venv/bin/python" scripts/nbcheck/run.py "$root/notebooks" "$@"
[ "${NBCHECK_LAB:-1}" = 1 ] || exit 0

browser() {
	for program in chromium chromium-browser google-chrome chrome; do
		command -v "$program" >/dev/null && return 0
	done
	return 1
}
install() { # without a network this fails at once, or is given up
	options="-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o DPkg::Lock::Timeout=30"
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # the options are words
	timeout 120 apt-get $options update && timeout 300 apt-get $options install -y --no-install-recommends chromium fonts-dejavu-core
}
if ! browser && [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ]; then # on a machine of somebody's, nothing is installed unasked
	install >/dev/null 2>&1 </dev/null || true
fi
browser || skip "there is no Chromium to look at JupyterLab with"
PERCEIVER_JUPYTERLAB=1 go test ./cmd/perceiver -count 1 -timeout 10m -run '^TestJupyterLab$'
