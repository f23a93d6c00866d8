"""How a graph is run: on one core, the cores work on different texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

INPUTS = ("input_ids", "attention_mask")
SLOWER = ["SkipLayerNormFusion"]
"""What ONNX Runtime would join to its loss: the one operator takes twice the time of the two."""


def open_session(graph: Path | bytes) -> Any:
    """Return an ONNX Runtime session of a graph; its own errors are raised as they are."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # A plan of memory for each length of text costs more than it saves.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER)
