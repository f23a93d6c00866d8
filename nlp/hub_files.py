"""The files of a model by name: where they lie, which graph they hold, and what their labels mean."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from nlp.errors import ModelError

_SMALL = ["*.json", "*.txt", "*.model", "1_Pooling/*", "model.onnx", "onnx/model.onnx"]
_WEIGHTS = (["*.safetensors"], ["pytorch_model*.bin"])
_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?(?:@[\w.-]+)?")
"""`owner/name`, and after an @ the revision that is wanted."""
_SIDES = {
    "negative": re.compile(r"neg\w*|bad|dålig|[12] stars?|very negative", re.IGNORECASE),
    "neutral": re.compile(r"neu\w*|mixed|blandad|3 stars?", re.IGNORECASE),
    "positive": re.compile(r"pos\w*|good|bra|[45] stars?|very positive", re.IGNORECASE),
}
_UNNAMED = {2: ("negative", "positive"), 3: ("negative", "neutral", "positive")}
"""What `LABEL_0` and so on mean, as nearly every such model has them."""
PRINTED = 1 << 20
"""Bytes at either end of the weights that tell one model from another."""


def find_folder(name: str) -> Path:
    """Return the folder of a model: the one of that name here, else the hub's, which is fetched once and kept.

    Raise ModelError when there is none.
    """
    if name and Path(name).is_dir():
        return Path(name)
    if not _HUB_NAME.fullmatch(name) or name.startswith("."):
        raise ModelError(f"model {name}: no such folder, and no hub name (owner/name)")
    from huggingface_hub import snapshot_download

    repository, _, revision = name.partition("@")
    given: dict[str, Any] = {"repo_id": repository, "revision": revision or None}
    try:
        for is_local in (True, False):
            for weights in _WEIGHTS:
                try:
                    wanted = [*_SMALL, *weights]
                    folder = Path(snapshot_download(**given, allow_patterns=wanted, local_files_only=is_local))
                except FileNotFoundError:  # not in the cache
                    continue
                if graph_of(folder) or any(folder.glob(weights[0])):
                    return folder
    except Exception as error:  # no network, no such name, no right to it: each has a type of its own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise ModelError(f"model {name}: no such folder here, and the hub did not give it ({reason})") from error
    raise ModelError(f"model {name}: the hub has no weights under that name that can be read here")


def graph_of(folder: Path) -> Path | None:
    """Return the folder's ONNX graph, if it has one."""
    return next((path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()), None)


def pools_first(folder: Path) -> bool:
    """Return whether the folder says that its embedding is the first token's state, and not the mean of all."""
    try:
        return bool(json.loads((folder / "1_Pooling" / "config.json").read_bytes()).get("pooling_mode_cls_token"))
    except (OSError, ValueError, AttributeError):
        return False


def labels_of(folder: Path, name: str) -> tuple[str, ...]:
    """Return what each output of a classifier means: `negative`, `neutral` or `positive`.

    Raise ModelError when that is unclear.
    """
    try:
        named = json.loads((folder / "config.json").read_bytes())["id2label"]
        labels = [str(named[key]) for key in sorted(named, key=int)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"model {name}: config.json names no labels (id2label); is it a classifier?") from error
    if all(label.upper().startswith("LABEL_") for label in labels) and len(labels) in _UNNAMED:
        return _UNNAMED[len(labels)]
    sides = [next((side for side, form in _SIDES.items() if form.fullmatch(label.strip())), "") for label in labels]
    if "" in sides or not {"negative", "positive"} <= set(sides):
        raise ModelError(f"model {name}: its labels ({', '.join(labels)[:120]}) are not negative, neutral and positive")
    return tuple(sides)


def fingerprint(folder: Path) -> str:
    """Return what differs when a folder's model does: its configuration, and the weights' length and ends."""
    made = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".onnx", ".safetensors", ".bin", ".txt"):
            made.update(f"{path.relative_to(folder)}\x00{path.stat().st_size}\x00".encode())
            with path.open("rb") as file:
                made.update(file.read(PRINTED))
                file.seek(max(0, path.stat().st_size - PRINTED))
                made.update(file.read(PRINTED))
    return made.hexdigest()
