"""`python -m automl_cli`."""

from .main import main

main()
