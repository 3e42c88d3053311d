"""Every extension point of `automl`, by role.

Adding a built-in is one file and one line here; other distributions use the
entry-point group named beside the role. Spaces and blocks have their
registries in `search_spaces`.
"""

from __future__ import annotations

from search_spaces.registry import Registry

SOURCES = Registry(
    "data source",
    "automl.sources",
    {
        "digits": "automl.data.digits:DigitsSource",
        "wine": "automl.data.bundled:WineSource",
        "breast_cancer": "automl.data.bundled:BreastCancerSource",
        "iris": "automl.data.bundled:IrisSource",
        "diabetes": "automl.data.bundled:DiabetesSource",
        "npz": "automl.data.npz:NpzSource",
        "npy": "automl.data.npy:NpySource",
        "series": "automl.data.series.source:SeriesSource",
        "tfds": "automl.data.tfds.source:TfdsSource",
        "table": "automl.data.tables.source:TableSource",
        "lines": "automl.data.texts.lines:LinesSource",
        # Last, as any folder is one; that of series files is theirs.
        "folder": "automl.data.folders:FolderSource",
    },
)

TASKS = Registry(
    "task",
    "automl.tasks",
    {
        "classification": "automl.tasks.classification:Classification",
        "multilabel": "automl.tasks.multilabel:Multilabel",
        "regression": "automl.tasks.regression:Regression",
        "forecasting": "automl.tasks.forecasting:Forecasting",
        "anomaly": "automl.tasks.anomaly:Anomaly",
    },
)

ORACLES = Registry(
    "oracle",
    "automl.oracles",
    {
        "auto": "automl.tuning.oracles.auto:AutoOracle",
        "bayesian": "automl.tuning.oracles.bayesian:BayesianOracle",
        "evolution": "automl.tuning.oracles.evolution:EvolutionOracle",
        "grid": "automl.tuning.oracles.grid:GridOracle",
        "local": "automl.tuning.oracles.local:LocalOracle",
        "nsga2": "automl.tuning.oracles.nsga2:NSGA2Oracle",
        "random": "automl.tuning.oracles.random:RandomOracle",
    },
)

RECIPES = Registry(
    "recipe",
    "automl.recipes",
    {
        "float32": "automl.compression.recipes:FLOAT32",
        "float16": "automl.compression.recipes:FLOAT16",
        "dynamic_int8": "automl.compression.recipes:DYNAMIC_INT8",
        "int8": "automl.compression.recipes:INT8",
    },
)

EXPORTERS = Registry(
    "export format",
    "automl.exporters",
    {
        "tflite": "automl.export.tflite.exporter:TFLiteExporter",
        "tfjs": "automl.export.tfjs.exporter:TFJSExporter",
    },
)

RUNTIMES = Registry(
    "runtime",
    "automl.runtimes",
    {
        "litert": "automl.verify.litert:LiteRTRuntime",
        "tfjs-cpu": "automl.verify.tfjs_node:TFJSCPURuntime",
        "tfjs-wasm": "automl.verify.tfjs_node:TFJSWasmRuntime",
    },
)
