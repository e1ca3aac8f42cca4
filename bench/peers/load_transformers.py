#!/usr/bin/env python3
# Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0
"""Load a folder that perceiver wrote with the Python package transformers, and compare outputs.

    perceiver weights convert RUN DIR      # a run becomes config.json and model.safetensors
    perceiver weights answer DIR           # and io.safetensors: inputs, and this module's outputs
    python3 bench/peers/load_transformers.py DIR

DIR is loaded by from_pretrained, strictly: no weight may be missing, left over or of another shape. The model runs on the
inputs of io.safetensors, and the largest absolute difference of each output is printed beside what is tolerated. The exit
code is 0 if all agree, 1 if not, 2 where Python lacks what is needed. Nothing is downloaded.

Needs: pip install torch transformers==4.46.3 (torch 2.9.1 was used; any that this transformers accepts will do).
"""

import argparse
import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

try:
    import torch
    import transformers
    from safetensors.torch import load_file
except ImportError as e:
    print(f"load_transformers: {e}; pip install torch transformers==4.46.3", file=sys.stderr)
    sys.exit(2)


def load(folder):
    with open(os.path.join(folder, "config.json")) as f:
        names = json.load(f)["architectures"]
    model, info = getattr(transformers, names[0]).from_pretrained(
        folder, local_files_only=True, use_safetensors=True, output_loading_info=True
    )
    for what in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        if info[what]:
            sys.exit(f"load_transformers: {folder}: {what.replace('_', ' ')}: {info[what]}")
    return model.eval()


def outputs(model, io):
    """The model's outputs by the names of io.safetensors."""
    given = {name[3:]: x for name, x in io.items() if name.startswith("in.")}
    kwargs = {"output_hidden_states": True, "return_dict": True}
    if "image" in given:  # several modalities
        kwargs["inputs"] = {k: given[k] for k in ("image", "audio", "label")}
        kwargs["subsampled_output_points"] = {
            "image": given["subsampled.image"], "audio": given["subsampled.audio"], "label": None}
    else:
        kwargs["inputs"] = next(given[k] for k in ("input_ids", "pixel_values", "patches") if k in given)
        if "attention_mask" in given:
            kwargs["attention_mask"] = given["attention_mask"]
    with torch.no_grad():
        out = model(**kwargs)
    found = {"out.last_hidden_state": out.hidden_states[-1]}
    if isinstance(out.logits, dict):
        found.update({f"out.logits.{k}": v for k, v in out.logits.items()})
    else:
        found["out.logits"] = out.logits
    return found


def main():
    parser = argparse.ArgumentParser(description="Compare a folder that perceiver wrote with transformers.")
    parser.add_argument("folder")
    parser.add_argument("--tolerance", type=float, default=5e-5,
                        help="largest difference, as a part of the largest value of an output (default 5e-5)")
    args = parser.parse_args()
    answers = os.path.join(args.folder, "io.safetensors")
    if not os.path.exists(answers):
        sys.exit(f"load_transformers: there is no {answers}; \"perceiver weights answer {args.folder}\" writes it")
    io = load_file(answers)
    model = load(args.folder)
    weights = sum(p.numel() for p in model.parameters())
    print(f"{type(model).__name__}, {weights} weights, transformers {transformers.__version__}, torch {torch.__version__}")
    found, bad, compared = outputs(model, io), 0, 0
    for name in sorted(n for n in io if n.startswith("out.") and n in found):
        want, got = io[name].double(), found[name].double()
        if want.shape != got.shape:
            print(f"{name}: shape {list(got.shape)}, written with {list(want.shape)}")
            bad += 1
            continue
        bound = args.tolerance * max(float(got.abs().max()), 1e-6)
        difference = float((want - got).abs().max())
        ok = difference <= bound  # false for NaN
        print(f"{name:24} {str(list(want.shape)):18} max abs difference {difference:.3g}, tolerated {bound:.3g}: {'ok' if ok else 'OUT'}")
        bad, compared = bad + (not ok), compared + 1
    if not compared:
        sys.exit(f"load_transformers: {answers} has no outputs to compare")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
