"""Fix the range of every matrix's input as training texts show it, where the quantiser measures it anew at each run.

Ranges differ little from text to text, as `training.smooth` has evened them out; what lies outside is cut. So a text's
answers do not hang on what else is in its batch, and nothing is measured at inference.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from nlp.session import INPUTS, open_session

Array = np.ndarray[Any, Any]
OUTSIDE = 2.0
"""Percent of the texts whose least or greatest input is cut. Chosen on dev among 0.3, 1, 2, 4 and 8 by how far logits
are from those of inputs that are not rounded: from 1 on they are alike."""
LEVELS = 255
DOMAIN = "com.microsoft"


def reaches(graph: Path, texts: Sequence[Sequence[int]], *, threads: int = 2) -> dict[str, Array]:
    """Return the least and greatest input of every matrix, (texts, 2), for these token ids; by what it is quantised as.

    The graph is one that measures at inference, with `DynamicQuantizeLinear` before each matrix.
    """
    model = onnx.load(graph)
    measured = [node for node in model.graph.node if node.op_type == "DynamicQuantizeLinear"]
    kinds = (TensorProto.FLOAT, TensorProto.UINT8)
    asked = [made for node in measured for made in node.output[1:]]
    model.graph.output.extend(
        helper.make_tensor_value_info(made, kind, None)
        for node in measured
        for made, kind in zip(node.output[1:], kinds, strict=True)
    )
    session = open_session(model.SerializeToString())

    def look(ids: Sequence[int]) -> Array:
        row = np.array([ids], np.int64)
        found = session.run(asked, dict(zip(INPUTS, (row, np.ones_like(row)), strict=True)))
        scales, zeros = np.array(found[0::2], np.float32), np.array(found[1::2], np.float32)
        return np.stack([-zeros * scales, (LEVELS - zeros) * scales], axis=1)

    with ThreadPoolExecutor(threads) as pool:
        found = np.stack(list(pool.map(look, texts)))
    return {node.output[0]: found[:, at] for at, node in enumerate(measured)}


def fix(model: ModelProto, reached: dict[str, Array]) -> ModelProto:
    """Return a graph that quantises every matrix's input by what was `reached`, its bias and scales in one operator.

    One that is fixed comes back as it is. Raise ValueError when a matrix is surrounded by other operators than
    `onnxruntime.quantization` writes.
    """
    fixed = ModelProto()
    fixed.CopyFrom(model)
    graph = fixed.graph
    readers: dict[str, list[NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)
    weights = {one.name: len(one.dims) for one in graph.initializer}
    spent: set[str] = set()
    made: dict[str, list[NodeProto]] = {}
    for node in [node for node in graph.node if node.op_type == "DynamicQuantizeLinear"]:
        scale, zero = _levels(reached[node.output[0]])
        names = f"{node.output[0]}_fixed_scale", f"{node.output[0]}_fixed_zero"
        graph.initializer.extend(map(numpy_helper.from_array, (scale, zero), names))
        chain, inputs = _chain(node, readers, weights, names)
        spent.update(one.output[0] for one in chain)
        made[chain[-1].output[0]] = [
            helper.make_node("QuantizeLinear", [node.input[0], *names], [node.output[0]]),
            helper.make_node("MatMulIntegerToFloat", inputs, [chain[-1].output[0]], domain=DOMAIN),
        ]
    if made:
        nodes = [
            copy.deepcopy(new)
            for node in graph.node
            for new in made.get(node.output[0], [] if node.output[0] in spent else [node])
        ]
        del graph.node[:]
        graph.node.extend(nodes)
        fixed.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    return fixed


def _levels(reached: Array) -> tuple[Array, Array]:
    """Return the scale and the zero point (uint8) that cover all but `OUTSIDE` of what was reached; zero is exact."""
    least = min(0.0, float(np.percentile(reached[:, 0], OUTSIDE)))
    greatest = max(0.0, float(np.percentile(reached[:, 1], 100 - OUTSIDE)))
    scale = max((greatest - least) / LEVELS, 1e-12)
    return np.array(scale, np.float32), np.array(np.clip(round(-least / scale), 0, LEVELS), np.uint8)


def _chain(
    node: NodeProto, readers: dict[str, list[NodeProto]], weights: dict[str, int], names: tuple[str, str]
) -> tuple[list[NodeProto], list[str]]:
    """Return the nodes from a measurement to its product, and what one operator in their place is given."""
    matrix = _only(readers[node.output[0]], "MatMulInteger")
    cast = _only(readers[matrix.output[0]], "Cast")
    product = _only(readers[cast.output[0]], "Mul")
    scales = _only(readers[node.output[1]], "Mul")
    (by_column,) = [name for name in scales.input if name != node.output[1]]
    chain = [node, scales, matrix, cast, product]
    inputs = [node.output[0], matrix.input[1], names[0], by_column, names[1], matrix.input[3]]
    after = readers[product.output[0]]
    if len(after) == 1 and after[0].op_type == "Add":
        bias = [name for name in after[0].input if weights.get(name) == 1]
        if bias:
            return [*chain, after[0]], [*inputs, bias[0]]
    return chain, inputs


def _only(nodes: Sequence[NodeProto], kind: str) -> NodeProto:
    found = [node for node in nodes if node.op_type == kind]
    if len(found) != 1 or len(nodes) != 1:
        raise ValueError(f"a quantised matrix is followed by {[node.op_type for node in nodes]}, not by one {kind}")
    return found[0]
