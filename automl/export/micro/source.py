"""C++ source of a model, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable

from automl.export.micro.operators import method

_PER_LINE = 16
#: What the array ends with: a file without it is cut off.
END = "};\n"
_BYTE = re.compile(r"0x([0-9a-f]{2})")


def source(content: bytes) -> str:
    """Returns ``model.cc``: the file as an array, at an address that suits every kernel."""
    lines = (
        ", ".join(f"0x{byte:02x}" for byte in content[start : start + _PER_LINE])
        for start in range(0, len(content), _PER_LINE)
    )
    body = ",\n    ".join(lines)
    return (
        '#include "model.h"\n\n'
        "// The bytes of a .tflite file; const, so that they stay in flash memory.\n"
        f"alignas(16) const unsigned char kModel[kModelBytes] = {{\n    {body}\n{END}"
    )


def content_of(text: str) -> bytes:
    """Returns the bytes of the file that `source` wrote.

    Raises:
        ValueError: If the text is cut off.
    """
    if not text.endswith(END):
        raise ValueError("the array has no end")
    return bytes(int(byte, 16) for byte in _BYTE.findall(text.partition("{")[2]))


def header(size: int, operators: Iterable[str], arena: int, how: str) -> str:
    """Returns ``model.h``: what firmware needs to know of the model.

    Args:
        size: Bytes of the file.
        operators: Its operators, each once.
        arena: Bytes of memory that the interpreter needs for tensors and itself.
        how: How that was found, a sentence.
    """
    methods = [method(operator) for operator in sorted(set(operators))]
    added = "\n".join(
        f"  if (resolver.{name}() != kTfLiteOk) return kTfLiteError;" for name in methods
    )
    return f"""// A model for TensorFlow Lite Micro. To run it:
//
//   alignas(16) static uint8_t arena[kModelArenaBytes];
//   static tflite::MicroMutableOpResolver<kModelOperators> resolver;
//   AddModelOperators(resolver);
//   static tflite::MicroInterpreter interpreter(
//       tflite::GetModel(kModel), resolver, arena, kModelArenaBytes);
//   interpreter.AllocateTensors();
//   // Fill interpreter.input(0), call interpreter.Invoke(), read interpreter.output(0).
#ifndef MODEL_H_
#define MODEL_H_

#include "tensorflow/lite/c/common.h"

constexpr unsigned int kModelBytes = {size};
// {how}
constexpr unsigned int kModelArenaBytes = {arena};
constexpr unsigned int kModelOperators = {len(methods)};

extern const unsigned char kModel[kModelBytes];

// Adds the operators that the model is made of, and no others.
template <typename Resolver>
TfLiteStatus AddModelOperators(Resolver& resolver) {{
{added}
  return kTfLiteOk;
}}

#endif  // MODEL_H_
"""
