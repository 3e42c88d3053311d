"""The records that pass between the stages; all frozen, all JSON-ready.

A search makes `Trial`s; each is gated on its `Measures` and trained, perhaps rung by
rung, the best of them again as `Repeat`s. Those chosen become `Artifact`s with
`Verification`s, and a `Choice` names the one that ships.
"""

from __future__ import annotations

from automl.types.artifact import Artifact, Verification, VerificationStatus
from automl.types.choice import Choice
from automl.types.trial import PAUSES, Measures, Repeat, Rung, Trial, TrialState

__all__ = [
    "PAUSES",
    "Artifact",
    "Choice",
    "Measures",
    "Repeat",
    "Rung",
    "Trial",
    "TrialState",
    "Verification",
    "VerificationStatus",
]
