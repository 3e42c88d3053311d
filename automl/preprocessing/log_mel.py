"""Sound as a picture: frames x frequencies, both as a person hears them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Front

if TYPE_CHECKING:
    import numpy as np

#: Length of a frame that the window is chosen nearest to: long enough to tell the
#: pitch of a voice, short enough that a sound does not change within it.
FRAME_SECONDS = 0.032
#: Sounds longer than this get frames twice as long: half as many to look at.
LONG_SECONDS = 4.0
BINS = 40
LOWEST, HIGHEST = 20.0, 7600.0
#: Highest frequency as a share of the sample rate: filters of recordings end below the half.
HIGHEST_SHARE = 0.475
#: Power of a sine of full scale, and what is added before the logarithm: 80 dB
#: apart, and both well inside the range of float16 (6e-5 to 65504).
FULL_SCALE_POWER, FLOOR = 1e4, 1e-4
#: Frequency bins computed by one matrix of the filter bank. Small enough that the
#: matrices hold few zeros and less than 1,024 numbers: TFLite's dynamic range
#: recipe leaves those in float32.
_GROUP = 5


@dataclass(frozen=True)
class LogMel(Front):
    """Log-mel spectrogram of a waveform, in layers that convert to every format.

    Frames of `window` samples, half overlapping, each multiplied by a Hann window;
    the power of their discrete Fourier transform; its sums under triangles that are
    evenly spaced in mels (Stevens, Volkmann and Newman, 1937; O'Shaughnessy's
    formula, as HTK has it); log(power + `FLOOR`), where `FULL_SCALE_POWER` is the
    power of a sine of full scale.

    The transform is written as two small matrix products (Cooley and Tukey, 1965,
    https://doi.org/10.1090/S0025-5718-1965-0178586-1), as no runtime's own FFT is
    everywhere: for a window of 512, 3,072 constants instead of the 262,144 of
    one matrix.

    Attributes:
        samples: Samples of a waveform.
        sample_rate: Samples per second.
        window: Samples of a frame, a power of two; the step is half of it.
        bins: Frequencies of the spectrogram.
        low: Lowest frequency, in Hz.
        high: Highest frequency, in Hz.
        full_scale: Value of the loudest sample: 1 for floating-point audio, 32768
            for 16-bit numbers.
    """

    name: ClassVar[str] = "log_mel"

    samples: int
    sample_rate: int
    window: int
    bins: int
    low: float
    high: float
    full_scale: float = 1.0

    def __post_init__(self) -> None:
        if self.window < 16 or self.window & (self.window - 1):
            raise UserInputError(
                f"A window is a power of two of at least 16 samples. Received: {self.window}."
            )
        if self.samples < self.window:
            raise UserInputError(
                f"A waveform is at least as long as a window, {self.window} samples."
                f" Received: {self.samples}."
            )
        if not 0 <= self.low < self.high <= self.sample_rate / 2:
            raise UserInputError(
                f"Frequencies are between 0 and half the sample rate, {self.sample_rate / 2:g} Hz."
                f" Received: {self.low:g} to {self.high:g}."
            )

    @classmethod
    def of(cls, samples: int, sample_rate: int, full_scale: float = 1.0) -> LogMel:
        """Returns a spectrogram for a sample rate and a length.

        Args:
            samples: Samples of a waveform.
            sample_rate: Samples per second.
            full_scale: Value of the loudest sample.
        """
        frame = FRAME_SECONDS * (2 if samples > LONG_SECONDS * sample_rate else 1)
        window = max(16, 2 ** round(math.log2(frame * sample_rate)))
        high = min(HIGHEST, HIGHEST_SHARE * sample_rate)
        low = min(LOWEST, high / 4)
        # Triangles narrower than the steps of the transform would be empty.
        bins = next(
            bins
            for bins in range(BINS, 0, -1)
            if all(_filters(bins, window, sample_rate, low, high).sum(axis=0) > 0)
        )
        return cls(max(samples, window), sample_rate, window, bins, low, high, full_scale)

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one raw example."""
        return (self.samples,)

    @property
    def frames(self) -> int:
        """Frames of a spectrogram."""
        return -(-self.samples // self.hop) - 1

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return self.window // 2

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one spectrogram: frames x bins x 1."""
        return (self.frames, self.bins, 1)

    def apply(self, inputs: Any) -> Any:
        """Returns the Keras tensor (batch, frames, bins, 1) of (batch, samples)."""
        from keras import ops

        power = self._power(self._frames(inputs))
        return ops.expand_dims(ops.log(ops.add(self._mel(power), FLOOR)), -1)

    def _frames(self, inputs: Any) -> Any:
        """Returns (batch, frames, window), each frame multiplied by the window."""
        import numpy as np
        from keras import ops

        blocks = self.frames + 1
        if missing := blocks * self.hop - self.samples:
            inputs = ops.pad(inputs, ((0, 0), (0, missing)))
        halves = ops.reshape(inputs, (-1, blocks, self.hop))
        frames = ops.concatenate([halves[:, :-1], halves[:, 1:]], axis=-1)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        # The transform of a sine of amplitude 1 has half the window's sum as its peak.
        scale = 2 * math.sqrt(FULL_SCALE_POWER) / (hann.sum() * self.full_scale)
        return ops.multiply(frames, (scale * hann).astype(np.float32))

    def _power(self, frames: Any) -> Any:
        """Returns |DFT|^2 of frequencies 0 to window / 2 - 1: (batch, frames, window / 2).

        With n = n2 + columns * n1 and k = k1 + rows * k2:
        X[k] = sum over n2 of W_columns^(n2 k2) W_window^(n2 k1) sum over n1 of
        W_rows^(n1 k1) x[n], where W_N = exp(-2 pi i / N).
        """
        import numpy as np
        from keras import ops

        rows, columns = _factors(self.window)
        n1, k1 = np.arange(rows), np.arange(rows)
        n2, k2 = np.arange(columns), np.arange(columns // 2)
        grid = ops.reshape(frames, (-1, self.frames, rows, columns))
        grid = ops.transpose(grid, (0, 1, 3, 2))
        real = _product(grid, np.cos(2 * np.pi * np.outer(n1, k1) / rows), "front_cos1")
        imaginary = _product(grid, -np.sin(2 * np.pi * np.outer(n1, k1) / rows), "front_sin1")
        turn = 2 * np.pi * np.outer(n2, k1) / self.window
        cos, sin = np.cos(turn).astype(np.float32), np.sin(turn).astype(np.float32)
        turned = (
            ops.add(ops.multiply(real, cos), ops.multiply(imaginary, sin)),
            ops.subtract(ops.multiply(imaginary, cos), ops.multiply(real, sin)),
        )
        real, imaginary = (ops.transpose(each, (0, 1, 3, 2)) for each in turned)
        # Both parts at once, so that each matrix is held once.
        both = ops.concatenate([real, imaginary], axis=2)
        cosines = _product(both, np.cos(2 * np.pi * np.outer(n2, k2) / columns), "front_cos2")
        sines = _product(both, np.sin(2 * np.pi * np.outer(n2, k2) / columns), "front_sin2")
        real = ops.add(cosines[:, :, :rows], sines[:, :, rows:])
        imaginary = ops.subtract(cosines[:, :, rows:], sines[:, :, :rows])
        power = ops.add(ops.square(real), ops.square(imaginary))
        # (k1, k2) to (k2, k1), which is the order of k.
        power = ops.transpose(power, (0, 1, 3, 2))
        return ops.reshape(power, (-1, self.frames, self.window // 2))

    def _mel(self, power: Any) -> Any:
        """Returns the power under each triangle: (batch, frames, bins)."""
        import numpy as np
        from keras import ops

        filters = _filters(self.bins, self.window, self.sample_rate, self.low, self.high)
        parts = []
        for first in range(0, self.bins, _GROUP):
            group = filters[:, first : first + _GROUP]
            used = np.flatnonzero(group.any(axis=1))
            begin, end = int(used[0]), int(used[-1]) + 1
            parts.append(_product(power[..., begin:end], group[begin:end], f"front_mel{first}"))
        return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


def _product(tensor: Any, matrix: np.ndarray, name: str) -> Any:
    """Multiplies the last axis by a constant matrix, kept as a layer's weights."""
    import keras

    layer = keras.layers.Dense(matrix.shape[1], use_bias=False, trainable=False, name=name)
    result = layer(tensor)
    layer.set_weights([matrix.astype("float32")])
    return result


def _factors(window: int) -> tuple[int, int]:
    """Returns two powers of two whose product is the window, the second at least the first."""
    power = window.bit_length() - 1
    return 2 ** (power // 2), 2 ** (power - power // 2)


def _filters(bins: int, window: int, sample_rate: int, low: float, high: float) -> np.ndarray:
    """Returns the triangles: window / 2 frequencies x bins, with 1 at their tops."""
    import numpy as np

    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    edges = np.linspace(mel(low), mel(high), bins + 2)
    at = mel(np.arange(window // 2) * sample_rate / window)[:, np.newaxis]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    triangles: np.ndarray = np.maximum(0.0, np.minimum(rising, falling))
    triangles[0] = 0.0  # A constant offset of a microphone is no sound.
    return triangles
