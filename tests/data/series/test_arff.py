"""The .arff format."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.options import ReadOptions
from automl.data.series.arff import read_arff
from automl.data.series.source import SeriesSource
from automl.errors import UserInputError

UNIVARIATE = """% A comment
@RELATION 'Small set'
@ATTRIBUTE att1 NUMERIC
@ATTRIBUTE att2 real
@ATTRIBUTE 'att3' numeric
@ATTRIBUTE target {a,'b c'}
@DATA
"""
MULTIVARIATE = """@relation small
@attribute relationalAtt relational
  @attribute t1 numeric
  @attribute t2 numeric
  @attribute t3 numeric
@end relationalAtt
@attribute activity {run,"sit down"}
@data
"""
TABLE = """@relation iris
@attribute sepallength numeric
@attribute petallength numeric
@attribute class {setosa,virginica}
@data
"""


@pytest.fixture
def write(tmp_path):
    def put(text, name="small.arff"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return put


def test_numbered_attributes_are_the_steps_of_one_channel(write):
    cases = read_arff(write(UNIVARIATE + "1,2,3,a\n4,?,6,'b c'\n"))
    assert cases.kind == "series"
    assert cases.class_names == ("a", "b c")
    assert cases.y.tolist() == ["a", "b c"]
    np.testing.assert_array_equal(cases.x[0][:, 0], [1, 2, 3])
    np.testing.assert_array_equal(cases.x[1][:, 0], [4, np.nan, 6])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_rows_of_a_relational_attribute_are_channels(write, quote):
    row = f"{quote}1,2,3\\n4,5,?{quote},run\n"
    cases = read_arff(write(MULTIVARIATE + row))
    np.testing.assert_array_equal(cases.x[0], [[1, 4], [2, 5], [3, np.nan]])
    assert cases.y.tolist() == ["run"]


def test_attributes_with_names_of_their_own_are_columns(write):
    rows = "".join(f"{row},2.5,{'setosa' if row % 2 else 'virginica'}\n" for row in range(6))
    raw = SeriesSource().load(str(write(TABLE + rows)), ReadOptions())
    assert (raw.input.kind, raw.input.shape) == ("vector", (2,))
    assert raw.encoder.columns == ("sepallength", "petallength")
    assert raw.class_names == ("setosa", "virginica")


def test_target_names_what_is_learned(write):
    cases = read_arff(write(TABLE.replace("class {", "kind {") + "1,2.5,setosa\n"), "kind")
    assert cases.y.tolist() == ["setosa"]
    numbers = TABLE.replace("class {setosa,virginica}", "target numeric")
    assert read_arff(write(numbers + "1,2.5,0.75\n")).y.tolist() == [0.75]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (UNIVARIATE, "must hold rows after @data"),
        (UNIVARIATE + "1,2,3\n", "line 8: a row has 4 values"),
        (UNIVARIATE + "1,x,3,a\n", "values must be numbers"),
        (UNIVARIATE + "1,2,3,z\n", "target must be one of a, b c. Received: 'z'"),
        (UNIVARIATE + "{1 2, 3 a}\n", "sparse rows"),
        ("@relation x\n@attribute a string\n@data\n", "Write it as .csv"),
        ("@relation x\n@attribute a numeric\n", "must hold @data"),
        ("what is this\n", "line 1: expected @attribute"),
        (TABLE.replace("petallength numeric", "color {red,blue}") + "1,red,setosa\n", "'color'"),
    ],
)
def test_what_is_wrong_is_named(write, text, words):
    with pytest.raises(UserInputError) as caught:
        read_arff(write(text))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
