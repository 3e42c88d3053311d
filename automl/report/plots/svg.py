"""A drawn figure as SVG to stand inside the page: themed, titled, with tooltips."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from automl.report.plots.palette import ROLES

_XLINK = "{http://www.w3.org/1999/xlink}href"
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_REFERENCE = re.compile(r"#([\w.-]+)")
_FONT = re.compile(r"font: (\d+(?:\.\d+)?)px [^;]*")
#: What matplotlib writes and the page does not need.
_DROPPED = frozenset({"metadata", "style"})


def to_svg(
    figure: Figure, name: str, title: str, description: str, tips: Mapping[str, Sequence[str]]
) -> str:
    """Returns a figure, drawn in the `house_style`, as an SVG element.

    Args:
        figure: What was drawn, in the colours of the palette.
        name: Unique among the plots of a page; begins every id.
        title: What the plot is, for those who do not see it.
        description: What it shows, for the same.
        tips: Group id of an artist -> one tooltip per marker of it, or a single
            one for a line.

    Returns:
        Markup, the same bytes for the same figure.
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(file.getvalue())  # noqa: S314 (we drew it)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in _DROPPED:
                parent.remove(child)
    _attach(root, tips)
    _rename(root, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-description"}
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag)
        element.set("id", f"{name}-{'title' if tag == 'title' else 'description'}")
        element.text = text
        root.insert(position, element)
    return ElementTree.tostring(root, encoding="unicode")


def _attach(root: ElementTree.Element, tips: Mapping[str, Sequence[str]]) -> None:
    """Puts a title into each marker, or into the whole group for a line."""
    for group in root.iter():
        texts = tips.get(group.get("id", ""))
        if not texts:
            continue
        markers = [each for each in group.iter() if each.tag.endswith("}use")]
        for element, text in zip(markers or [group], texts, strict=False):
            title = ElementTree.SubElement(element, "title")
            title.text = text


def _rename(root: ElementTree.Element, name: str) -> None:
    """Drops namespaces and unused ids, prefixes the others and names colours by role."""
    used = {
        found
        for element in root.iter()
        for key, value in element.attrib.items()
        if key == _XLINK or "url(" in value
        for found in _REFERENCE.findall(value)
    }
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.tail = None
        if element.tag not in ("text", "title"):
            element.text = None
        attributes = dict(element.attrib)
        element.attrib.clear()
        for key, value in attributes.items():
            if key == "id":
                if value in used:
                    element.set("id", f"{name}-{value}")
            elif key == _XLINK:
                element.set("href", f"#{name}-{value[1:]}")
            elif key == "style":
                element.set("style", _themed(value))
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
            else:
                element.set(key.rpartition("}")[2], value)


def _themed(style: str) -> str:
    style = _FONT.sub(r"font-size: \1px", style)
    return _COLOUR.sub(
        lambda found: f"var({ROLES[found.group()]})" if found.group() in ROLES else found.group(),
        style,
    )
