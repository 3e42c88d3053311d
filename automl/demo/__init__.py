"""A page on which anybody can try an exported model in the browser.

The page is a static site: the TF.js files, what preprocesses, a few test
examples and the TF.js runtime itself. `automl demo` serves it; any host can.
"""
