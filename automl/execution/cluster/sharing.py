"""What a worker of the cluster takes of its node, and how its backend is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from automl.config import AUTO, SearchConfig
from automl.execution.cluster.resources import Resources, read_resources
from automl.execution.places import TRAINING, Place
from automl.execution.planning import thread_variables
from automl.hardware.devices import CPU, TPU
from automl.hardware.environment import MEMORY_LIMIT, MEMORY_SHARE, with_flag, without_devices

#: Share of a GPU that a worker has; its host turns it into bytes, which it alone knows.
DEVICE_SHARE = "AUTOML_DEVICE_SHARE"


def resources_for(config: SearchConfig, nodes: Iterable[Mapping[str, float]]) -> Resources:
    """Returns what one trial takes: what was asked for, or a CPU and the devices that there are.

    Args:
        config: What was asked for.
        nodes: Resources of the cluster's nodes, as Ray names them.
    """
    if config.ray_resources:
        return read_resources(config.ray_resources)
    share = config.devices_per_trial / config.trials_per_device
    if config.accelerator == TPU:
        return Resources(custom={"TPU": share})
    there = config.accelerator == AUTO and any(node.get("GPU") for node in nodes)
    if there or config.accelerator not in (AUTO, CPU):
        return Resources(gpu=share)
    return Resources()


def place_on_node(backend: str, resources: Resources) -> Place:
    """Returns the place of a worker that trains with some resources."""
    variables = thread_variables(resources.threads)
    if not resources.gpu and "TPU" not in resources.custom:
        variables += without_devices(backend)
    elif resources.gpu and backend == "jax":
        share = MEMORY_SHARE * min(1.0, resources.gpu)
        variables += (
            ("XLA_PYTHON_CLIENT_MEM_FRACTION", f"{share:.3f}"),
            ("XLA_FLAGS", with_flag("--xla_gpu_deterministic_ops=true", {})),
        )
    elif 0 < resources.gpu < 1:
        variables += ((DEVICE_SHARE, f"{resources.gpu:.4f}"),)
    elif resources.gpu:
        variables += (("TF_FORCE_GPU_ALLOW_GROWTH", "true"),)
    return Place(backend, (TRAINING,), (), variables)


def on_this_node(place: Place) -> Place:
    """Returns a place with its share of a GPU's memory in bytes, on the node that it is on."""
    variables = dict(place.environment)
    share = variables.pop(DEVICE_SHARE, "")
    if not share:
        return place
    from automl.hardware.nvidia import find_gpus

    memories = [device.memory for device in find_gpus() if device.memory is not None]
    if memories:
        variables[MEMORY_LIMIT] = str(int(min(memories) * MEMORY_SHARE * float(share)))
    else:
        variables["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    return replace(place, environment=tuple(variables.items()))
