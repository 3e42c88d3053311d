"""Does the model steps of a recipe on a trained trial, each prefix of them once."""

from __future__ import annotations

import gc
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.compression.kept_models import FOLDER, kept_name
from automl.compression.recipe import step_from
from automl.compression.steps.base import ModelStep, StepContext
from automl.errors import AutomlError, CompressionError
from automl.execution.context import JobContext
from automl.execution.models import load_model, save_model
from automl.registry import TASKS

if TYPE_CHECKING:
    import keras

#: Ending of the searched model, without front and tail, beside the whole one.
BODY = ".body.keras"


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Changes a model step by step and keeps what each step left.

    Args:
        args: ``trial``, its number, ``model_file`` and ``values``; ``steps``, their
            records; ``space``, as `space_spec` made it, or None; ``task``,
            ``seed``, ``epochs`` of the trial, ``deadline`` or None; ``teachers``,
            trials to learn from, best first, each with ``model_file`` and ``values``;
            ``class_weights`` may be missing.
        context: Where the data is.

    Returns:
        ``model_file`` of the whole compressed model, inside the run's folder, and
        ``steps``, for each: ``step``, ``summary``, ``seconds``, ``params``, ``facts``
        and ``claims``.

    Raises:
        CompressionError: If a step cannot treat the model.
    """
    import keras

    keras.backend.clear_session()
    gc.collect()
    steps = [step_from(record) for record in args["steps"]]
    done = [step for step in steps if isinstance(step, ModelStep)]
    begin, model, records = _kept(done, args, context)
    for count in range(begin, len(done)):
        if model is None:
            model = searched_model(args, args["space"], context)
        name = _name(done[: count + 1], args)
        model, record = _applied(done[count], model, name, args, context)
        # As the next session reads it: tuples are lists in JSON.
        records.append(json.loads(json.dumps(record)))
        _keep(model, records, name, args, context)
    return {"model_file": f"{FOLDER}/{_name(done, args)}.keras", "steps": records}


def _name(steps: Sequence[ModelStep], args: dict[str, Any]) -> str:
    return kept_name(args["trial"], steps, seed=args["seed"], epochs=args["epochs"])


def _kept(
    steps: Sequence[ModelStep], args: dict[str, Any], context: JobContext
) -> tuple[int, keras.Model | None, list[dict[str, Any]]]:
    """Returns the longest list of steps that was done before: its length, model and records."""
    for count in range(len(steps), 0, -1):
        path = context.run / FOLDER / _name(steps[:count], args)
        # The records are written last: without them the model may not be whole.
        if not path.with_name(f"{path.name}.json").is_file():
            continue
        records = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
        if count == len(steps):
            return count, None, records
        body = path.with_name(path.name + BODY)
        return count, load_model(body if body.is_file() else Path(f"{path}.keras")), records
    return 0, None, []


def _applied(
    step: ModelStep, model: keras.Model, name: str, args: dict[str, Any], context: JobContext
) -> tuple[keras.Model, dict[str, Any]]:
    work = context.run / FOLDER / f".{name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    given = _step_context(work, args, context)
    began = time.perf_counter()
    try:
        changed = step.apply(model, given)
    except AutomlError:
        raise
    except Exception as error:  # Keras and TFMOT raise plain errors; the row says which.
        line = str(error).strip().partition("\n")[0] or repr(error)
        raise CompressionError(f"{step.name}: {type(error).__name__}: {line}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return changed, {
        "step": step.name,
        "summary": step.summary,
        "seconds": round(time.perf_counter() - began, 2),
        "params": int(changed.count_params()),
        "facts": given.facts,
        "claims": [asdict(claim) for claim in step.claims(changed)],
    }


def _step_context(work: Path, args: dict[str, Any], context: JobContext) -> StepContext:
    from automl.execution.stepped_fit import fit_data
    from search_spaces import Signature
    from search_spaces.training.recipe import Recipe as Training

    task = TASKS.get(args["task"])()
    space = context.space(args["space"]) if args["space"] else None
    return StepContext(
        train=fit_data("train", task, args, context),
        validation=fit_data("validation", task, args, context),
        signature=Signature(context.summary.input, task.target(context.summary)),
        training=space.recipe(args["values"]) if space else Training(),
        epochs=args["epochs"],
        seed=args["seed"],
        work=work,
        deadline=args["deadline"],
        emit=context.emit,
        teachers=lambda count: [
            searched_model(each, args["space"], context, args["task"])
            for each in args["teachers"][:count]
        ],
        build=(lambda: space.build_from(args["values"])) if space else None,
    )


def searched_model(
    trial: dict[str, Any], space: dict[str, Any] | None, context: JobContext, task: str = ""
) -> keras.Model:
    """Returns a trained trial's model without front and tail.

    Args:
        trial: ``model_file`` and ``values``; ``task`` if not given apart.
        space: As `space_spec` made it; None where it cannot be made again.
        context: Where the data is.
        task: Registry name of the task.

    Raises:
        CompressionError: If the model has a front or a tail and cannot be built anew.
    """
    whole = load_model(context.run / trial["model_file"])
    tail = TASKS.get(task or trial["task"])().tail(context.summary)
    if context.summary.front is None and tail is None:
        return whole
    if space is None:
        raise CompressionError(
            "the searched part of the model cannot be built again: its space was not recorded"
        )
    from search_spaces.warm_start import copy_weights

    made = context.space(space)
    model = made.construct(made.architecture(trial["values"]))
    report = copy_weights(whole, model)
    if report.fresh:
        raise CompressionError(f"the layers {', '.join(report.fresh)} are not in the trained model")
    return model


def _keep(
    model: keras.Model,
    records: list[dict[str, Any]],
    name: str,
    args: dict[str, Any],
    context: JobContext,
) -> None:
    folder = context.run / FOLDER
    whole = context.whole(model, args["task"])
    if whole is not model:
        save_model(model, folder / f"{name}{BODY}")
    save_model(whole, folder / f"{name}.keras")
    temporary = folder / f".{name}.json.tmp"
    temporary.write_text(json.dumps(records), encoding="utf-8")
    os.replace(temporary, folder / f"{name}.json")
