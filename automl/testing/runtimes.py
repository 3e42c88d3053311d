"""What every runtime must keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.errors import VerificationError
from automl.export.base import Exporter
from automl.registry import EXPORTERS
from automl.testing.models import small_data, small_model
from automl.verify.base import Runtime


class RuntimeContract:
    """Subclass it and override the `runtime` fixture.

    `exporter` writes the file that is run: by default the first registered
    exporter whose files the runtime verifies.
    """

    @pytest.fixture
    def runtime(self) -> Runtime:
        raise NotImplementedError("Override the `runtime` fixture to return an instance.")

    @pytest.fixture
    def exporter(self, runtime: Runtime) -> Exporter:
        for name in EXPORTERS.names():
            if EXPORTERS.get(name).name in runtime.formats:
                exporter: Exporter = EXPORTERS.get(name)()
                return exporter
        pytest.skip(f"no registered exporter writes {' or '.join(runtime.formats)}")

    @pytest.fixture
    def file(self, runtime: Runtime, exporter: Exporter, tmp_path: Path) -> Path:
        if reason := runtime.missing():
            pytest.skip(reason)
        return exporter.export(small_model(), FLOAT32, tmp_path, small_data(8)[0])

    def test_says_what_it_is(self, runtime: Runtime) -> None:
        assert runtime.name
        assert isinstance(runtime.in_process, bool)
        assert isinstance(runtime.by_default, bool)

    def test_says_why_it_is_missing_or_nothing(self, runtime: Runtime) -> None:
        reason = runtime.missing()
        assert reason is None or (reason.strip() and "\n" not in reason)

    def test_computes_what_the_model_does_in_the_order_of_the_inputs(
        self, runtime: Runtime, file: Path
    ) -> None:
        images = small_data(12, seed=5)[0]
        expected = small_model().predict(images, verbose=0)
        assert np.ptp(expected, axis=0).max() > 0.1, "the examples are too alike to tell"
        result = runtime.run(file, images)
        assert result.outputs.dtype == np.float32
        np.testing.assert_allclose(result.outputs, expected, atol=1e-4)
        assert 0 < result.latency_ms <= result.latency_p95_ms

    def test_one_example_is_enough(self, runtime: Runtime, file: Path) -> None:
        assert runtime.run(file, small_data(1)[0]).outputs.shape == (1, 4)

    @pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "gone"])
    def test_a_damaged_file_is_an_error_in_one_line(
        self, runtime: Runtime, file: Path, damage: str
    ) -> None:
        content = file.read_bytes()
        if damage == "gone":
            file.unlink()
        else:
            damaged = {"empty": b"", "cut": content[: len(content) // 2], "garbage": b"\x7f" * 999}
            file.write_bytes(damaged[damage])
        with pytest.raises(VerificationError) as caught:
            runtime.run(file, small_data(1)[0])
        assert "\n" not in str(caught.value)
