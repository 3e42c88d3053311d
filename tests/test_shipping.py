"""From a trained model to verified files in place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.errors import ConversionError, UserInputError
from automl.execution.base import EventKind, Executor, JobEvent
from automl.registry import EXPORTERS
from automl.shipping import Shipper, recipes_for
from automl.staging import FAILED, STAGING, folder_name
from automl.types import Trial, TrialState, Verification, VerificationStatus
from automl.verify.finding import runtimes_for
from search_spaces import InputSpec

DATA = DataSummary(
    uri="digits",
    source="digits",
    input=InputSpec("image", (8, 8, 1), 0.0, 16.0),
    target=Target("class", ("zero", "one", "due è")),
    counts={"train": 3, "validation": 3, "test": 3},
    fingerprint="f" * 64,
)
TRIAL = Trial(3, {}, {}, "random", TrialState.COMPLETED)


class FakeExecutor(Executor):
    """Writes "model" where an export should be and says of runtimes what it is told."""

    def __init__(self, folder):
        self.folder, self.jobs, self._event = folder, [], None
        self.dies = self.refuses = False
        self.status = {}

    def submit(self, name, args):
        self.jobs.append((name, args))
        kind, result = getattr(self, f"_{name}")(args)
        self._event = JobEvent(len(self.jobs), kind, result)
        return len(self.jobs)

    def next_event(self, timeout=None):
        return self._event

    def close(self):
        pass

    def _export(self, args):
        if self.dies:
            return EventKind.DIED, {"message": "the worker process ended (signal SIGSEGV)."}
        if self.refuses:
            record = {"type": ConversionError.__name__, "message": "no LSTM", "traceback": ""}
            return EventKind.ERROR, record
        folder = self.folder / args["folder"]
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(b"model")
        files = {"model.bin": hashlib.sha256(b"model").hexdigest()}
        path = f"{args['folder']}/model.bin"
        return EventKind.DONE, {"path": path, "size": 5, "gzip_size": 25, "files": files}

    def _verify(self, args):
        status = self.status.get(args["runtime"], VerificationStatus.PASSED)
        accuracy = {"validation": 0.9, "test": 0.8}[args["split"]]
        reason = "" if status is VerificationStatus.PASSED else f"{args['runtime']} says no"
        record = Verification(
            args["runtime"], status, 3, metric="accuracy", metrics={"accuracy": accuracy},
            reason=reason,
        )  # fmt: skip
        return EventKind.DONE, json.loads(json.dumps(record.to_dict()))


@pytest.fixture
def executor(tmp_path):
    return FakeExecutor(tmp_path)


@pytest.fixture
def shipper(tmp_path, executor):
    return Shipper(tmp_path, DATA, executor, "classification", winner=3)


def shipped(shipper, format_name="tflite", recipe="int8", trial=TRIAL):
    staged = shipper.stage(trial, format_name, recipe)
    return shipper.place(shipper.verify(trial, staged))


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_an_artifact_is_staged_before_it_is_judged(shipper, tmp_path):
    artifact = shipper.stage(TRIAL, "tflite", "int8")
    assert artifact.path == f"{STAGING}/3/tflite/int8/model.bin"
    assert (artifact.size, artifact.gzip_size, artifact.reason) == (5, 25, "")
    assert artifact.status is VerificationStatus.FAILED or not artifact.verifications
    assert files(tmp_path / "export") == [".staging/3/tflite/int8/model.bin"]


@pytest.mark.parametrize(("fault", "words"), [("dies", "SIGSEGV"), ("refuses", "no LSTM")])
def test_a_converter_that_fails_gives_a_reason_and_no_file(shipper, executor, fault, words):
    setattr(executor, fault, True)
    artifact = shipped(shipper)
    assert (artifact.path, artifact.status) == ("", VerificationStatus.FAILED)
    assert words in artifact.reason
    assert [name for name, _ in executor.jobs] == ["export"]


def test_the_choice_is_made_on_validation_data_and_one_runtime(shipper, executor):
    artifact = shipper.judge(TRIAL, shipper.stage(TRIAL, "tfjs", "float32"))
    assert artifact.validation_quality == 0.9
    ((_, args),) = executor.jobs[1:]
    assert (args["split"], args["runtime"]) == ("validation", runtimes_for("tfjs")[0])
    assert args["evidence"] == ""


def test_what_ships_is_verified_on_test_data_and_every_runtime(shipper, executor):
    artifact = shipper.verify(TRIAL, shipper.stage(TRIAL, "tfjs", "float32"))
    assert artifact.status is VerificationStatus.PASSED
    assert {args["split"] for name, args in executor.jobs if name == "verify"} == {"test"}
    assert tuple(v.runtime for v in artifact.verifications) == runtimes_for("tfjs")
    files = {args["evidence"] for name, args in executor.jobs if name == "verify"}
    assert files == {"predictions/tfjs-float32-trial-3.npz"}


def test_what_passed_is_put_in_place(shipper, tmp_path):
    artifact = shipped(shipper)
    assert artifact.path == "export/tflite/int8/model.bin"
    assert files(tmp_path / "export") == ["tflite/int8/model.bin"]


def test_what_failed_stays_aside_and_says_why(shipper, executor, tmp_path):
    executor.status = {"tfjs-wasm": VerificationStatus.FAILED}
    artifact = shipped(shipper, "tfjs", "float32")
    assert (artifact.path, artifact.status) == ("", VerificationStatus.FAILED)
    assert artifact.reason == "tfjs-wasm: tfjs-wasm says no"
    shipper.clean()
    assert files(tmp_path) == [f"{FAILED}/tfjs/float32/model.bin"]


def test_what_could_not_be_run_ships_as_not_verified(shipper, executor):
    executor.status = {"tfjs-cpu": VerificationStatus.SKIPPED}
    artifact = shipped(shipper, "tfjs", "float32")
    assert artifact.path == "export/tfjs/float32/model.bin"
    assert artifact.status is VerificationStatus.SKIPPED


def test_what_was_in_place_is_replaced_as_a_whole(shipper, tmp_path):
    shipped(shipper)
    (tmp_path / "export/tflite/int8/old.bin").write_text("old")
    shipped(shipper)
    assert files(tmp_path / "export/tflite") == ["int8/model.bin"]


def test_another_trial_does_not_take_the_winners_place(shipper, tmp_path):
    shipped(shipper)
    other = Trial(7, {}, {}, "random", TrialState.COMPLETED)
    artifact = shipped(shipper, trial=other)
    assert artifact.path == "export/tflite/int8-trial-7/model.bin"
    assert "int8/model.bin" in files(tmp_path / "export/tflite")


def test_a_file_that_changed_since_fails_without_being_run(shipper, executor, tmp_path):
    artifact = shipped(shipper)
    (tmp_path / artifact.path).write_bytes(b"other")
    count = len(executor.jobs)
    checked = shipper.check(TRIAL, artifact)
    assert checked.status is VerificationStatus.FAILED
    assert "sha256 differs" in checked.reason
    assert len(executor.jobs) == count


@pytest.mark.parametrize("path", ["../elsewhere/model.bin", "/etc/hostname"])
def test_a_record_that_points_out_of_the_run_is_refused(shipper, path):
    with pytest.raises(UserInputError, match="outside its folder"):
        shipper.check(TRIAL, replace(shipped(shipper), path=path))


@pytest.mark.parametrize("change", ["added", "removed"])
def test_files_that_came_or_went_are_noticed(shipper, tmp_path, change):
    artifact = shipped(shipper)
    file = tmp_path / artifact.path
    if change == "removed":
        file.unlink()
    else:
        file.with_name("more").write_text("x")
    assert shipper.check(TRIAL, artifact).status is VerificationStatus.FAILED


def test_a_file_that_did_not_change_is_run_again(shipper, executor):
    artifact = shipped(shipper)
    checked = shipper.check(TRIAL, artifact)
    assert checked == artifact
    assert [name for name, _ in executor.jobs].count("verify") == 2


def test_beside_the_files_stands_all_that_is_needed_to_use_them(shipper, tmp_path):
    artifact = shipped(shipper)
    shipper.describe("tflite", [artifact, shipped(shipper, "tfjs", "float32")])
    folder = tmp_path / "export/tflite"
    assert (folder / "labels.txt").read_text(encoding="utf-8") == "zero\none\ndue è\n"
    preprocessing = json.loads((folder / "preprocessing.json").read_text())
    assert (preprocessing["shape"], preprocessing["range"]) == ([8, 8, 1], [0.0, 16.0])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["data"] == {"uri": "digits", "fingerprint": "f" * 64}
    (entry,) = manifest["artifacts"]
    assert (entry["path"], entry["status"]) == (artifact.path, "verified")
    assert entry["files"] == {"model.bin": hashlib.sha256(b"model").hexdigest()}
    assert entry["verifications"][0]["runtime"] == "litert"
    assert not [name for name in files(folder) if name.endswith(".tmp")]


def test_what_a_file_was_made_with_stays_known(shipper, tmp_path, monkeypatch):
    artifact = shipped(shipper)
    shipper.describe("tflite", [artifact])
    monkeypatch.setattr("automl.export.folder.describing.versions", lambda **_: {"keras": "99"})
    shipper.describe("tflite", [artifact])
    (again,) = json.loads((tmp_path / "export/tflite/manifest.json").read_text())["artifacts"]
    assert again["made_with"]["keras"] != "99"
    shipper.describe("tflite", [replace(artifact, files={"model.bin": "0" * 64})])
    (other,) = json.loads((tmp_path / "export/tflite/manifest.json").read_text())["artifacts"]
    assert other["made_with"] == {"keras": "99"}


def test_nothing_is_described_where_nothing_ships(shipper, tmp_path):
    shipper.describe("tflite", [])
    assert files(tmp_path) == []


def test_what_was_not_chosen_is_cleaned_away(shipper, tmp_path):
    shipper.stage(TRIAL, "tflite", "float16")
    shipped(shipper)
    shipper.clean()
    assert files(tmp_path) == ["export/tflite/int8/model.bin"]


@pytest.mark.parametrize(
    ("format_name", "asked", "given"),
    [
        ("tflite", ("int8", "float32"), ("int8", "float32")),
        ("tflite", ("float16", "uint8", "int8"), ("float16", "int8")),
        ("tfjs", ("uint16", "int8", "float16"), ("uint16", "float16")),
        ("tfjs", ("float32", "int8"), ("float32",)),
        ("tfjs", ("int8",), ("float32",)),
    ],
)
def test_a_format_takes_the_recipes_it_can_hold(format_name, asked, given):
    assert recipes_for(format_name, asked) == given


def test_a_format_that_no_recipe_suits_is_refused(monkeypatch):
    monkeypatch.setattr(EXPORTERS.get("tflite"), "types", frozenset())
    with pytest.raises(UserInputError, match="No recipe suits the format 'tflite'"):
        recipes_for("tflite", ("int8",))


@pytest.mark.parametrize(("name", "folder"), [("int8", "int8"), ("some.where:Mine", "Mine")])
def test_an_import_path_is_a_plain_folder(name, folder):
    assert folder_name(name) == folder
