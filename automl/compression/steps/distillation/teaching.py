"""Trains a model to answer as another one does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from search_spaces import Signature

#: Probabilities below it are as good as none; their logarithm stays finite.
_LEAST = 1e-7


def ensemble(teachers: list[keras.Model]) -> keras.Model:
    """Returns a frozen model whose outputs are the mean of those of several.

    Args:
        teachers: Models of the same input and output shapes.
    """
    import keras

    (given,) = teachers[0].inputs
    inputs = keras.Input(given.shape[1:], dtype=given.dtype, name="taught")
    # Models of one space have one name, and a model cannot hold two layers of one.
    named = [
        keras.Model(each.inputs[0], each.outputs[0], name=f"teacher_{number}")
        for number, each in enumerate(teachers)
    ]
    answers = [teacher(inputs, training=False) for teacher in named]
    mean = answers[0] if len(answers) == 1 else keras.layers.Average()(answers)
    model = keras.Model(inputs, mean, name="teacher")
    model.trainable = False
    return model


def taught(
    student: keras.Model,
    teacher: keras.Model,
    signature: Signature,
    *,
    temperature: float,
    weight: float,
) -> keras.Model:
    """Returns a model to be trained in the student's place; both share their layers.

    The student's own loss is the task's; the teacher's is added to it while
    training, and only then, so that validation losses compare.
    `keras.distillation.Distiller` would forget sample weights and penalties.

    Args:
        student: What is trained.
        teacher: What is asked, of the same input and output.
        signature: Input and target.
        temperature: Softens both answers (Hinton et al., 2015,
            https://arxiv.org/abs/1503.02531).
        weight: Share of the teacher in the whole loss, in (0, 1).
    """
    import keras

    target = signature.target.kind
    scale = weight / (1 - weight)

    class Taught(keras.layers.Layer):
        """Passes the student's answers on and adds their distance to the teacher's."""

        def call(self, answers: Any, asked: Any, training: bool = False) -> Any:
            if training:
                self.add_loss(scale * _distance(target, answers, asked, temperature))
            return answers

    if target == "reconstruction":
        from search_spaces.layers.ends import raw_variance

        scale /= raw_variance(signature.input)
    teacher.trainable = False
    asked = teacher(student.inputs[0], training=False)
    outputs = Taught(name="taught")(student.outputs[0], asked)
    return keras.Model(student.inputs, outputs, name=student.name)


def _distance(target: str, answers: Any, asked: Any, temperature: float) -> Any:
    """Returns how far answers are from those of a teacher, averaged over a batch."""
    import keras
    from keras import ops

    if target == "classification":
        # The logarithm of probabilities is the logits but for a constant, which
        # the softmax over temperature cancels.
        # The name "kl_divergence", its default, would make it compare logits as if they
        # were probabilities, of which nothing is left.
        divergence = keras.losses.KLDivergence()
        loss = keras.distillation.LogitsDistillation(temperature=temperature, loss=divergence)
        return loss.compute_loss(_log(asked), _log(answers))
    if target == "multilabel":
        soft = [
            ops.sigmoid(ops.divide(ops.subtract(_log(each), _log(1 - each)), temperature))
            for each in (asked, answers)
        ]
        return temperature**2 * ops.mean(keras.losses.binary_crossentropy(*soft))
    return ops.mean(ops.square(ops.subtract(answers, asked)))


def _log(values: Any) -> Any:
    from keras import ops

    return ops.log(ops.maximum(values, _LEAST))
