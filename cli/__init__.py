"""The command line: parse, call `automl`, print. Installed as `automl_cli`."""
