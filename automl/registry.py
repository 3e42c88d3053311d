"""Every extension point of `automl`, by role.

Adding a built-in is one file and one line here; other distributions use the
entry-point group named beside the role. Spaces and blocks have their
registries in `search_spaces`.
"""

from __future__ import annotations

from automl.compression.registry import RecipeRegistry
from search_spaces.registry import Registry

SOURCES = Registry(
    "data source",
    "automl.sources",
    {
        "digits": "automl.data.bundled.digits:DigitsSource",
        "wine": "automl.data.bundled.tables:WineSource",
        "breast_cancer": "automl.data.bundled.tables:BreastCancerSource",
        "iris": "automl.data.bundled.tables:IrisSource",
        "diabetes": "automl.data.bundled.tables:DiabetesSource",
        "npz": "automl.data.arrays.npz:NpzSource",
        "npy": "automl.data.arrays.npy:NpySource",
        "series": "automl.data.series.source:SeriesSource",
        "tfds": "automl.data.tfds.source:TfdsSource",
        "table": "automl.data.tables.source:TableSource",
        "lines": "automl.data.texts.lines:LinesSource",
        # Last, as any folder is one; that of series files is theirs.
        "folder": "automl.data.files.folders:FolderSource",
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
        "asha": "automl.tuning.oracles.asha:ASHAOracle",
        "auto": "automl.tuning.oracles.auto:AutoOracle",
        "bayesian": "automl.tuning.oracles.bayesian:BayesianOracle",
        "evolution": "automl.tuning.oracles.evolution:EvolutionOracle",
        "grid": "automl.tuning.oracles.grid:GridOracle",
        "hyperband": "automl.tuning.oracles.hyperband:HyperbandOracle",
        "local": "automl.tuning.oracles.local:LocalOracle",
        "nsga2": "automl.tuning.oracles.nsga2:NSGA2Oracle",
        "random": "automl.tuning.oracles.random:RandomOracle",
    },
)

STEPS = Registry(
    "compression step",
    "automl.steps",
    {
        "quantize": "automl.compression.steps.quantize:Quantize",
        "pack": "automl.compression.steps.pack:Pack",
        "prune": "automl.compression.steps.pruning.prune:Prune",
        "channels": "automl.compression.steps.channels.remove_channels:RemoveChannels",
        "cluster": "automl.compression.steps.clustering.cluster:Cluster",
        "qat": "automl.compression.steps.rounding.quantization_aware:QuantizationAware",
        "distil": "automl.compression.steps.distillation.distil:Distil",
        "low_rank": "automl.compression.steps.factoring.low_rank:LowRank",
    },
)

RECIPES = RecipeRegistry(
    "recipe",
    "automl.recipes",
    {
        "float32": "automl.compression.recipes:FLOAT32",
        "float16": "automl.compression.recipes:FLOAT16",
        "dynamic_int8": "automl.compression.recipes:DYNAMIC_INT8",
        "int8": "automl.compression.recipes:INT8",
        "int8_io": "automl.compression.recipes:INT8_IO",
        "int8_percentile": "automl.compression.recipes:INT8_PERCENTILE",
        "int8_mixed": "automl.compression.recipes:INT8_MIXED",
        "int16": "automl.compression.recipes:INT16",
        "weight_int8": "automl.compression.recipes:WEIGHT_INT8",
        "weight_int4": "automl.compression.recipes:WEIGHT_INT4",
        "dynamic_int4": "automl.compression.recipes:DYNAMIC_INT4",
        "uint16": "automl.compression.recipes:UINT16",
        "uint8": "automl.compression.recipes:UINT8",
        "prune50_int8": "automl.compression.trained_recipes:PRUNE50_INT8",
        "prune80_int8": "automl.compression.trained_recipes:PRUNE80_INT8",
        "prune80_dynamic_int8": "automl.compression.trained_recipes:PRUNE80_DYNAMIC_INT8",
        "two_four_int8": "automl.compression.trained_recipes:TWO_FOUR_INT8",
        "cluster16_int8": "automl.compression.trained_recipes:CLUSTER16_INT8",
        "cluster16_dynamic_int8": "automl.compression.trained_recipes:CLUSTER16_DYNAMIC_INT8",
        "prune80_cluster16_int8": "automl.compression.trained_recipes:PRUNE80_CLUSTER16_INT8",
        "qat_int8": "automl.compression.trained_recipes:QAT_INT8",
        "pqat_int8": "automl.compression.trained_recipes:PQAT_INT8",
        "cqat_int8": "automl.compression.trained_recipes:CQAT_INT8",
        "pcqat_int8": "automl.compression.trained_recipes:PCQAT_INT8",
        "channels50": "automl.compression.trained_recipes:CHANNELS50",
        "channels50_int8": "automl.compression.trained_recipes:CHANNELS50_INT8",
        "channels50_dynamic_int8": "automl.compression.trained_recipes:CHANNELS50_DYNAMIC_INT8",
        "low_rank_int8": "automl.compression.trained_recipes:LOW_RANK_INT8",
        "low_rank_dynamic_int8": "automl.compression.trained_recipes:LOW_RANK_DYNAMIC_INT8",
        "distil_int8": "automl.compression.trained_recipes:DISTIL_INT8",
        "distil_dynamic_int8": "automl.compression.trained_recipes:DISTIL_DYNAMIC_INT8",
    },
)

EXPORTERS = Registry(
    "export format",
    "automl.exporters",
    {
        "tflite": "automl.export.tflite.exporter:TFLiteExporter",
        "tfjs": "automl.export.tfjs.exporter:TFJSExporter",
        "saved_model": "automl.export.saved_model.exporter:SavedModelExporter",
        "keras": "automl.export.keras_file:KerasExporter",
        "onnx": "automl.export.onnx.exporter:OnnxExporter",
        "micro": "automl.export.micro.exporter:MicroExporter",
    },
)

RUNTIMES = Registry(
    "runtime",
    "automl.runtimes",
    {
        "litert": "automl.verify.litert:LiteRTRuntime",
        "tfjs-cpu": "automl.verify.tfjs_node:TFJSCPURuntime",
        "tfjs-wasm": "automl.verify.tfjs_node:TFJSWasmRuntime",
        "saved-model": "automl.verify.fresh.saved_model:SavedModelRuntime",
        "keras": "automl.verify.fresh.keras_file:KerasRuntime",
        "tflm": "automl.verify.tflm:TFLMRuntime",
        "onnxruntime": "automl.verify.fresh.onnx:OnnxRuntime",
        # These run where they are named: each starts a browser.
        "tfjs-chromium-wasm": "automl.verify.browser.tfjs:TFJSChromiumWasmRuntime",
        "tfjs-chromium-webgl": "automl.verify.browser.tfjs:TFJSChromiumWebGLRuntime",
        "litertjs": "automl.verify.litertjs.runtime:LiteRTJSRuntime",
    },
)
