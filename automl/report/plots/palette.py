"""Colours by role, after Okabe and Ito (https://jfly.uni-koeln.de/color/), safe for most eyes.

Plots are drawn in these colours and the page replaces each by the CSS variable
of its role, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

INK = "#1a1b1c"
MUTED = "#6a6b6c"
GRID = "#dadbdc"
SURFACE = "#fefefd"
BAND = "#e0eefa"
BLUE = "#0072b2"
ORANGE = "#e69f00"
RED = "#d55e00"
GREEN = "#009e73"
PURPLE = "#cc79a7"

#: Drawn colour -> CSS variable.
ROLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    SURFACE: "--surface",
    BAND: "--band",
    BLUE: "--blue",
    ORANGE: "--orange",
    RED: "--red",
    GREEN: "--green",
    PURPLE: "--purple",
}

#: Colours that tell series apart, in this order; never without a shape or dash beside it.
SERIES = (BLUE, ORANGE, GREEN, PURPLE, RED)
