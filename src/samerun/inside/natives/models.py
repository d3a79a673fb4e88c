"""Models and what they are trained from: xgboost, lightgbm, catboost, onnxruntime, faiss, tokenizers, sentencepiece."""

from __future__ import annotations

import os

from .hooks import READ, TRUNCATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable


def _uri(call: Call) -> Iterable[tuple[Any, str]]:
    """xgboost's ``data.txt?format=libsvm#cache``."""
    data = call.value(1, "data")
    if isinstance(data, (str, os.PathLike)):
        path = os.fspath(data)
        yield path.split("?")[0].split("#")[0] if isinstance(path, str) else path, READ


def _feature_map(call: Call) -> Iterable[tuple[Any, str]]:
    return [(call.value(1, "fmap", ""), READ)]


def _text_data(call: Call) -> Iterable[tuple[Any, str]]:
    """lightgbm reads files beside the data as well, where they are there."""
    data = call.value(1, "data")
    if isinstance(data, (str, os.PathLike)):
        yield data, READ
        beside = [os.fspath(data) + suffix for suffix in (".weight", ".query", ".init", ".position")]
        yield [path for path in beside if os.path.exists(path)], READ


def _only_path(position: int, keyword: str, how: str) -> Any:
    """Return the paths function of an argument that may be content (``bytes``) instead of a path."""

    def pairs(call: Call) -> Iterable[tuple[Any, str]]:
        value = call.value(position, keyword)
        return [(value, how)] if isinstance(value, (str, os.PathLike)) else []

    return pairs


HOOKS: dict[str, tuple[Hook, ...]] = {
    "xgboost.core": (
        Hook("DMatrix.__init__", _uri),
        Hook("DMatrix.save_binary", TRUNCATE, 1, "fname"),
        Hook("Booster.save_model", TRUNCATE, 1, "fname"),
        Hook("Booster.load_model", _only_path(1, "fname", READ)),
        Hook("Booster.get_dump", _feature_map),
        Hook("Booster.get_score", _feature_map),
    ),
    "lightgbm.basic": (
        Hook("Dataset.__init__", _text_data),
        Hook("Dataset.save_binary", TRUNCATE, 1, "filename"),
        Hook("Dataset._dump_text", TRUNCATE, 1, "filename"),
        Hook("Booster.__init__", READ, 3, "model_file"),
        Hook("Booster.save_model", TRUNCATE, 1, "filename"),
        Hook("_InnerPredictor.from_model_file", READ, 1, "model_file"),
        Hook("_InnerPredictor.predict", _text_data),
    ),
    "catboost.core": (
        Hook("Pool.__init__", _text_data),
        Hook("Pool.save", TRUNCATE, 1, "fname"),
        Hook("CatBoost.save_model", TRUNCATE, 1, "fname"),
        Hook("CatBoost.load_model", _only_path(1, "fname", READ)),
    ),
    "onnxruntime.capi.onnxruntime_inference_collection": (
        Hook("InferenceSession.__init__", _only_path(1, "path_or_bytes", READ)),
    ),
    "faiss": (
        Hook("read_index", _only_path(0, "fname", READ)),
        Hook("write_index", _only_path(1, "fname", TRUNCATE)),
    ),
    "tokenizers": (
        Hook("Tokenizer.from_file", READ, 0, "path"),
        Hook("Tokenizer.save", TRUNCATE, 1, "path"),
        Hook("Tokenizer.train", READ, 1, "files"),
    ),
    "sentencepiece._sentencepiece": (Hook("SentencePieceProcessor_LoadFromFile", READ, 1, "arg"),),
    "fasttext.FastText": (
        Hook("load_model", READ, 0, "path"),
        Hook("_FastText.save_model", TRUNCATE, 1, "path"),
    ),
}
