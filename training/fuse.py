"""Write attention as one operator a layer, where the exporter writes some thirty: the same answers, to the bit, sooner.

ONNX Runtime joins what is quantised by itself, but not attention in the form that the exporter gives it: for short
texts half of a layer's time outside matrices went into cutting, turning and measuring tensors.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

OPSET = 23
"""The first that has the operator."""
IR = 10
BIAS = "attention_bias"


def fuse(model: ModelProto) -> ModelProto:
    """Return a graph of `training.model` with fused attention; one that has it comes back as it is.

    Raise ValueError when a layer looks otherwise than `training.model` writes it.
    """
    fused = ModelProto()
    fused.CopyFrom(model)
    graph = _Graph(fused)
    mixes = [node for node in fused.graph.node if node.op_type == "Softmax" and graph.is_attention(node)]
    if not mixes:
        return fused
    _raise_opset(fused)
    made = {graph.ends(mix): graph.attention(mix) for mix in mixes}
    made[min(made)][:0] = _square(graph.bias(mixes[0]))
    nodes = [new for at, node in enumerate(fused.graph.node) for new in made.get(at, [node])]
    _replace(fused, nodes)
    onnx.checker.check_model(fused)
    return fused


class _Graph:
    """A graph's nodes by what they make and read."""

    def __init__(self, model: ModelProto) -> None:
        self.graph = model.graph
        self.maker = {name: node for node in model.graph.node for name in node.output}
        self.place = {name: at for at, node in enumerate(model.graph.node) for name in node.output}
        self.readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self.readers[name].append(node)

    def is_attention(self, mix: NodeProto) -> bool:
        """Return whether a softmax weighs values by heads: its product is turned, pooling's is not."""
        return [node.op_type for node in self.after(mix, 2)] == ["MatMul", "Transpose"]

    def after(self, node: NodeProto, steps: int) -> list[NodeProto]:
        """Return the nodes that follow one another, as long as each has one reader."""
        found: list[NodeProto] = []
        while len(found) < steps and len(read := self.readers[node.output[0]]) == 1:
            found.append(node := read[0])
        return found

    def before(self, node: NodeProto, *kinds: str) -> NodeProto:
        """Return the node at the other end of first inputs of these kinds. Raise ValueError on another kind."""
        for kind in kinds:
            node = self.maker[node.input[0]]
            if node.op_type != kind:
                raise ValueError(f"{node.name}: a layer has {node.op_type} where attention has {kind}")
        return node

    def constant(self, name: str) -> Any:
        """Return the value of a constant."""
        return numpy_helper.to_array(self.maker[name].attribute[0].t)

    def bias(self, mix: NodeProto) -> str:
        """Return the name of what is added before a softmax, (B, 1, 1, T)."""
        return str(self.before(mix, "Add").input[1])

    def ends(self, mix: NodeProto) -> int:
        """Return the place of the last node of a layer's attention."""
        *_, last = self.after(mix, 3)
        if last.op_type != "Reshape":
            raise ValueError(f"{last.name}: a layer has {last.op_type} where attention has Reshape")
        return self.place[last.output[0]]

    def attention(self, mix: NodeProto) -> list[NodeProto]:
        """Return the nodes that do what stands between a layer's (B, T, 3 * size) and its mixed values."""
        scaled = self.before(mix, "Add", "Div")
        whole = self.before(scaled, "MatMul", "Squeeze", "Split", "Transpose", "Reshape")
        heads = int(self.constant(self.maker[whole.input[1]].input[3])[0])
        mixed = self.after(mix, 3)[-1].output[0]
        parts = [f"{mixed}_{name}" for name in ("query", "key", "value")]
        given = [*parts, BIAS]
        scale = 1.0 / float(self.constant(scaled.input[1]))
        return [
            helper.make_node("Split", [whole.input[0]], parts, axis=-1, num_outputs=3),
            helper.make_node("Attention", given, [mixed], q_num_heads=heads, kv_num_heads=heads, scale=scale),
        ]


def _square(bias: str) -> list[NodeProto]:
    """Return the nodes that repeat the bias of words, (B, 1, 1, T), for each word that looks, once for all layers."""
    one, length, square = (f"{BIAS}_{name}" for name in ("one", "length", "square"))
    single = numpy_helper.from_array(np.array([1], np.int64))
    return [
        helper.make_node("Constant", [], [one], value=single),
        helper.make_node("Shape", [bias], [length], start=3),
        helper.make_node("Concat", [one, one, length, one], [square], axis=0),
        helper.make_node("Expand", [bias, square], [BIAS]),
    ]


def _raise_opset(model: ModelProto) -> None:
    """Name the newer operators' version; of those used here only `ReduceL2` is written otherwise in it."""
    for one in model.opset_import:
        if one.domain == "":
            one.version = OPSET
    model.ir_version = max(model.ir_version, IR)
    for node in model.graph.node:
        if node.op_type == "ReduceL2" and (axes := [a for a in node.attribute if a.name == "axes"]):
            name = f"{node.output[0]}_axes"
            model.graph.initializer.append(numpy_helper.from_array(np.array(axes[0].ints, np.int64), name))
            node.input.append(name)
            node.attribute.remove(axes[0])


def _replace(model: ModelProto, nodes: list[NodeProto]) -> None:
    """Put nodes in the place of a graph's own, less those and the weights that no output needs."""
    needed = {one.name for one in model.graph.output}
    kept: list[NodeProto] = []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    weights = [one for one in model.graph.initializer if one.name in needed]
    for field, values in ((model.graph.node, kept[::-1]), (model.graph.initializer, weights)):
        del field[:]
        field.extend(values)
