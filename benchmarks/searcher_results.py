"""What the replayed searches came to: means, ratios, a table and a plot."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

import numpy as np
from searcher_peers import OPTUNA_TPE
from searcher_table import IMAGE_SETS

#: What regrets are divided by.
REFERENCE = OPTUNA_TPE


def summary(runs: dict[tuple[str, str, int], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Returns mean and standard error of every measure at every checkpoint."""
    rows = []
    for (image, name, objectives), records in runs.items():
        for measure in ("seen", "recommended", "retrained", "hypervolume"):
            # What was kept of earlier runs may lack a measure.
            having = [record for record in records if measure in record]
            if not having:
                continue
            values = np.array([record[measure] for record in having])
            rows.append(
                {
                    "image_set": image,
                    "searcher": name,
                    "objectives": objectives,
                    "measure": measure,
                    "repetitions": len(having),
                    "mean": values.mean(axis=0).tolist(),
                    "error": (values.std(axis=0) / math.sqrt(len(having))).tolist(),
                    "seconds": statistics.fmean(record["seconds"][0] for record in records),
                }
            )
    return rows


def ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns each searcher's regret over Optuna's, geometric mean over the image sets."""
    reference = {
        row["image_set"]: row["mean"]
        for row in rows
        if (row["searcher"], row["measure"]) == (REFERENCE, "seen")
    }
    names = dict.fromkeys((r["searcher"], r["measure"]) for r in rows if r["objectives"] == 1)
    found = []
    for name, measure in names:
        means = {
            row["image_set"]: row["mean"]
            for row in rows
            if (row["searcher"], row["measure"]) == (name, measure)
        }
        shared = [image for image in means if image in reference]
        if not shared:
            continue
        share = np.array([means[image] for image in shared]) / [reference[i] for i in shared]
        geometric = np.exp(np.log(np.maximum(share, 1e-9)).mean(axis=0)).tolist()
        found.append(
            {
                "searcher": name,
                "measure": measure,
                "ratio": geometric,
                "worst": share.max(0).tolist(),
            }
        )
    return found


def print_tables(
    rows: list[dict[str, Any]], shares: list[dict[str, Any]], checkpoints: tuple[int, ...]
) -> None:
    """Prints the means, and the ratios to Optuna."""
    head = "".join(f"{count:>16}" for count in checkpoints)
    for objectives, title in ((1, "Mean regret, points of accuracy"), (2, "Share of hypervolume")):
        chosen = [row for row in rows if row["objectives"] == objectives]
        if not chosen:
            continue
        print(f"\n{title} (± standard error) after so many evaluations\n{'':40}{head}")
        for row in sorted(chosen, key=lambda row: (row["image_set"], row["mean"][-1])):
            name = f"{row['image_set']:5} {row['searcher']} {row['measure']}"
            pairs = zip(row["mean"], row["error"], strict=True)
            cells = "".join(f"{mean:9.4f} ±{error:.4f}" for mean, error in pairs)
            print(f"{name:40}{cells}   n={row['repetitions']}, {row['seconds']:.1f} s")
    if shares:
        print(f"\nRegret over that of {REFERENCE}, geometric mean (worst image set)\n{'':40}{head}")
    for row in shares:
        pairs = zip(row["ratio"], row["worst"], strict=True)
        cells = "".join(f"{ratio:8.2f} ({worst:.2f}) " for ratio, worst in pairs)
        print(f"{row['searcher'] + ' ' + row['measure']:40}{cells}")


def draw(rows: list[dict[str, Any]], checkpoints: tuple[int, ...], file: Path) -> None:
    """Draws the means, a panel for each image set and number of objectives."""
    import matplotlib.pyplot as plt

    panels = list(dict.fromkeys((row["objectives"], row["image_set"]) for row in rows))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.2 * len(panels), 3.8), squeeze=False, layout="constrained"
    )
    for axis, (objectives, image) in zip(axes[0], panels, strict=True):
        for row in rows:
            if (row["objectives"], row["image_set"]) == (objectives, image):
                regret = np.array(row["mean"]) if objectives == 1 else 1 - np.array(row["mean"])
                label = f"{row['searcher']} {row['measure']}".removesuffix(" hypervolume")
                axis.plot(checkpoints, regret, marker="o", markersize=3, label=label)
        axis.set_yscale("log")
        axis.set_xlabel("evaluations")
        axis.set_ylabel("mean regret" if objectives == 1 else "hypervolume missed")
        axis.set_title(IMAGE_SETS[image] + ("" if objectives == 1 else ", two objectives"))
        axis.legend(fontsize=6)
    figure.savefig(file)
