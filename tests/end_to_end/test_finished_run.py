"""What a search leaves behind: verified files, records, a report."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import automl as api
from automl.compression.ladder import BASE
from automl.data.dataset import read_split
from automl.run import Run
from automl.types import TrialState, VerificationStatus

Command = Callable[..., Any]


def test_every_file_is_verified_on_its_real_runtime(finished: Any) -> None:
    made = {(a.format, a.recipe): a for a in finished.run.artifacts}
    assert {name for name, _ in made} == {"tflite", "tfjs"}
    chosen = finished.run.choice.recipe
    assert {recipe for name, recipe in made if name == "tflite"} == {*BASE, chosen}
    for artifact in made.values():
        assert artifact.status is VerificationStatus.PASSED, artifact
        assert all(v.examples == 359 for v in artifact.verifications)
    assert {v.runtime for v in made["tfjs", "float32"].verifications} == {"tfjs-cpu", "tfjs-wasm"}


def test_float_files_compute_what_keras_computes(finished: Any) -> None:
    for artifact in finished.run.artifacts:
        if artifact.recipe == "float32":
            for verification in artifact.verifications:
                assert verification.max_abs_diff is not None
                assert verification.max_abs_diff <= 1e-4, verification


def test_int8_agrees_with_keras(finished: Any) -> None:
    (int8,) = (a for a in finished.run.artifacts if a.recipe == "int8")
    assert int8.verification is not None
    assert int8.verification.agreement is not None
    assert int8.verification.agreement >= 0.99


def test_no_candidate_over_the_size_bound_was_trained(finished: Any) -> None:
    trained = [t for t in finished.run.trials if t.epochs or t.state is TrialState.COMPLETED]
    assert len(trained) == 3
    for trial in trained:
        assert trial.measures is not None
        assert trial.measures.size is not None
        assert trial.measures.size <= 12_000
    rejected = [t for t in finished.run.trials if t.state is TrialState.REJECTED]
    for trial in rejected:
        assert trial.reason
        assert finished.run.epochs(trial.number) == []
    assert finished.run.artifact is not None
    assert finished.run.artifact.size <= 12_000


def test_the_gate_foretold_the_bytes_that_ship(finished: Any) -> None:
    best = finished.run.best
    assert best is not None
    assert best.measures is not None
    (shipped,) = (a for a in finished.run.artifacts if a.recipe == best.measures.recipe)
    assert shipped.size == best.measures.size


def test_files_are_described_beside_them(finished: Any) -> None:
    for name in ("tflite", "tfjs"):
        folder = finished.run.folder / "export" / name
        assert (folder / "labels.txt").read_text().split() == [str(digit) for digit in range(10)]
        assert json.loads((folder / "preprocessing.json").read_text())["range"] == [0.0, 16.0]
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest["data"]["fingerprint"] == finished.run.data.fingerprint
        for record in manifest["artifacts"]:
            assert record["status"] == "verified"
            home = (finished.run.folder / record["path"]).parent
            for file, digest in record["files"].items():
                assert hashlib.sha256((home / file).read_bytes()).hexdigest() == digest


def test_nothing_is_left_in_staging(finished: Any) -> None:
    names = sorted(p.name for p in (finished.run.folder / "export").iterdir())
    assert names == ["tfjs", "tflite", "web-demo"]


def test_json_on_stdout_tells_what_the_run_tells(finished: Any) -> None:
    assert finished.record["choice"]["trial"] == finished.run.choice.trial
    shown = {(a["format"], a["recipe"]): a["size"] for a in finished.record["artifacts"]}
    assert shown == {(a.format, a.recipe): a.size for a in finished.run.artifacts}


def test_progress_goes_to_stderr(finished: Any) -> None:
    assert "Searching" in finished.err
    assert "val_accuracy" in finished.err
    assert "Traceback" not in finished.err


def test_the_loaded_model_is_the_one_that_was_verified(finished: Any) -> None:
    x, y = read_split(finished.run.folder, "test")
    outputs = finished.run.load_model().predict(x, verbose=0)
    accuracy = float((outputs.argmax(-1) == y).mean())
    (float32,) = (
        a for a in finished.run.artifacts if (a.format, a.recipe) == ("tflite", "float32")
    )
    assert accuracy == pytest.approx(float32.verification.keras_accuracy)
    assert accuracy > 0.8
    np.testing.assert_allclose(outputs.sum(-1), 1, atol=1e-5)


def test_the_pareto_front_holds_the_most_accurate_trial(finished: Any) -> None:
    run = api.load_run(finished.run.folder)
    completed = [t for t in run.trials if t.state is TrialState.COMPLETED]
    assert max(t.score for t in completed) in {t.score for t in run.pareto}


def test_the_report_is_rebuilt_from_the_store_alone(copied: Run) -> None:
    for path in copied.folder.iterdir():
        if path.name != "run.db":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    page = copied.report().read_text(encoding="utf-8")
    assert "int8" in page
    assert copied.choice.reason.split(" is ")[0] in page


def test_the_same_command_on_a_finished_run_shows_its_results(
    command: Command, copied: Run
) -> None:
    done = command(
        *("search", "digits", "--trials", "3", "--epochs", "8", "--max-size", "12kB"),
        *("--out", copied.folder),
        cwd=copied.folder.parent,
    )
    assert done.code == 0
    assert "is finished" in done.err
    assert "dynamic_int8" in done.out


def test_another_configuration_in_the_same_folder_is_refused(command: Command, copied: Run) -> None:
    done = command(
        *("search", "digits", "--trials", "3", "--epochs", "8", "--max-size", "20kB"),
        *("--out", copied.folder),
        cwd=copied.folder.parent,
    )
    assert done.code == 2
    assert "max_size: 12000 -> 20000" in done.err
    assert "--out" in done.err


def test_verify_passes_then_names_a_changed_file(command: Command, copied: Run) -> None:
    """Without Node.js the TF.js files are said to be not verified; a changed file fails."""
    done = command(
        "verify", copied.folder, "--json", cwd=copied.folder.parent, env={"PATH": "/nowhere"}
    )
    assert done.code == 0, done.err
    for record in json.loads(done.out):
        expected = "not verified" if record["format"] == "tfjs" else "verified"
        assert record["status"] == expected
        if expected == "not verified":
            assert "Node" in record["verifications"][0]["reason"]
    # What was verified before is not forgotten because it cannot be repeated here.
    manifest = json.loads((copied.folder / "export/tfjs/manifest.json").read_text())
    assert {a["status"] for a in manifest["artifacts"]} == {"verified"}

    path = copied.folder / "export/tflite/int8/model.tflite"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = command("verify", copied.folder, "--runtime", "litert", cwd=copied.folder.parent)
    assert done.code == 4
    assert "tfjs" not in done.out
    assert "sha256" in done.err
    assert "int8" in done.err


def test_export_makes_a_file_of_another_trial_beside_the_winner(
    command: Command, copied: Run
) -> None:
    other = next(
        t
        for t in copied.trials
        if t.number != copied.best.number and (copied.folder / t.model_file).exists()
    )
    before = {a.path: a.files for a in copied.artifacts}
    listed = json.loads((copied.folder / "export/tflite/manifest.json").read_text())["artifacts"]
    done = command(
        *("export", copied.folder, "--format", "tflite", "--recipe", "float16"),
        *("--trial", str(other.number)),
        cwd=copied.folder.parent,
    )
    assert done.code == 0, done.err
    assert (copied.folder / f"export/tflite/float16-trial-{other.number}/model.tflite").is_file()
    after = {a.path: a.files for a in copied.artifacts}
    assert {path: after[path] for path in before} == before
    assert len(after) == len(before) + 1
    now = json.loads((copied.folder / "export/tflite/manifest.json").read_text())["artifacts"]
    assert len(now) == len(listed) + 1


def test_export_refuses_what_the_format_cannot_hold(command: Command, copied: Run) -> None:
    done = command(
        *("export", copied.folder, "--format", "tfjs", "--recipe", "int8"), cwd=copied.folder.parent
    )
    assert done.code == 2
    assert "tfjs cannot hold the recipe 'int8'" in done.err


def test_runs_are_listed_shown_and_removed(command: Command, copied: Run) -> None:
    parent = copied.folder.parent
    done = command("runs", "list", "--parent", ".", "--json", cwd=parent)
    (entry,) = json.loads(done.out)
    assert entry["state"] == "finished"
    assert "int8" in command("runs", "show", "run", cwd=parent).out
    assert command("runs", "rm", "run", "--yes", cwd=parent).code == 0
    assert not copied.folder.exists()
