"""What a trial takes of a node."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.execution.cluster.resources import Resources, read_resources
from automl.execution.cluster.sharing import place_on_node, resources_for


def test_resources_are_read_and_written():
    read = read_resources("cpu=2, gpu=0.25,my_thing=1, memory=4GB")
    assert read == Resources(2.0, 0.25, 4e9, {"my_thing": 1.0})
    assert read_resources(str(read)) == read
    assert read.options == {
        **{"num_cpus": 2.0, "num_gpus": 0.25, "memory": 4e9},
        "resources": {"my_thing": 1.0},
    }


@pytest.mark.parametrize(
    "text", ["cpu", "cpu=many", "cpu=-1", "gpu=1,gpu=2", "=1", "cpu=0", "cpu=nan", "gpu=1.5", ""]
)
def test_what_makes_no_sense_is_refused_in_one_line(text):
    with pytest.raises(UserInputError, match=r"--ray-resources .*Received: ") as refused:
        read_resources(text or "cpu=0,gpu=0")
    assert "\n" not in str(refused.value)


def test_as_many_fit_on_a_node_as_it_has_of_everything():
    node = {"CPU": 8.0, "GPU": 1.0, "memory": 16e9, "my_thing": 3.0}
    assert Resources().fit(node) == 8
    assert Resources(cpu=3).fit(node) == 2
    assert Resources(gpu=0.1).fit(node) == 8
    assert Resources(cpu=0.5, gpu=0.1).fit(node) == 10
    assert Resources(custom={"my_thing": 1}).fit(node) == 3
    assert Resources(custom={"other": 1}).fit(node) == 0


def test_a_trial_takes_a_gpu_where_there_are_some():
    nodes = [{"CPU": 4.0}, {"CPU": 8.0, "GPU": 2.0}]
    assert resources_for(make_config("digits", {}), nodes) == Resources(gpu=1)
    shared = make_config("digits", {"trials_per_device": 4})
    assert resources_for(shared, nodes) == Resources(gpu=0.25)
    assert resources_for(make_config("digits", {"accelerator": "cpu"}), nodes) == Resources()
    assert resources_for(make_config("digits", {}), nodes[:1]) == Resources()
    asked = make_config("digits", {"ray": "auto", "ray_resources": "cpu=2"})
    assert resources_for(asked, nodes) == Resources(cpu=2)


def test_a_worker_without_a_gpu_sees_none_and_keeps_to_its_threads():
    place = place_on_node("tensorflow", Resources(cpu=2))
    assert dict(place.environment)["CUDA_VISIBLE_DEVICES"] == ""
    assert dict(place.environment)["TF_NUM_INTRAOP_THREADS"] == "2"
    assert place.serves("train")
    assert not place.serves("gate")


def test_workers_that_share_a_gpu_share_its_memory():
    variables = dict(place_on_node("jax", Resources(gpu=0.25)).environment)
    assert variables["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.225"
    assert "CUDA_VISIBLE_DEVICES" not in variables  # Ray says which.
