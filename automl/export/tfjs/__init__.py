"""TF.js graph models, written from TensorFlow graphs without a converter package.

The files in the order they work: `freeze`, `optimize`, `passes` (with the
`rewrites`), `operators`, `rename`, `topology`, `weights`, `signature`,
`exporter`.
"""
