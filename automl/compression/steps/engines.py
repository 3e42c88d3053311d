"""Who does the work of a step: Keras 3 here, or TFMOT in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError

if TYPE_CHECKING:
    import keras

    from automl.compression.steps.base import StepContext

ENGINES = ("native", "tfmot")


def check_engine(step: str, engine: str) -> None:
    """Checks the field of a step.

    Raises:
        UserInputError: If there is no such engine.
    """
    if engine not in ENGINES:
        raise UserInputError(
            f"{step}: engine is one of {', '.join(ENGINES)}. Received: engine={engine!r}."
        )


def done_by_tfmot(
    engine: str, step: str, model: keras.Model, context: StepContext, **job: Any
) -> bool:
    """Lets TFMOT treat a model if it is asked to and can.

    Which engine did it, and why the other did not, is noted among the facts.

    Args:
        engine: One of `ENGINES`.
        step: Name of the step.
        model: A functional model; its weights are changed.
        context: As of the step.
        job: As of `automl.compression.tfmot.running.treat_there`.

    Returns:
        Whether it was done; if not, the model is as it was.

    Raises:
        MissingPartError: If TFMOT is asked for and not installed.
    """
    if engine == "native":
        context.facts["engine"] = "native"
        return False
    from automl.compression.tfmot.running import RefusedError, treat_there

    try:
        treat_there(model, context, step, **job)
    except RefusedError as error:
        context.facts["engine"] = f"native, because {error}"
        return False
    context.facts["engine"] = "tfmot"
    return True
